local top = 1

local function outer(a, ...)
  local b = a + top
  if b then
    local c = b
  else
    c = 2
  end
  for i = 1, a do print(i, b) end
  i()
  for k, v in pairs(b) do
    k(v)
  end
  while a do
    local w = a
    repeat
      local r = w
    until r
  end
  do
    local b = 3
    b = 4
  end
  local f = function(x) return x + b end
  local function g(n) return g(n - 1) end
  goto done
  ::done::
  return f, g, select("#", ...)
end

top = outer(top)
undefined = 2
