local M = {}

function M.good()
  return 1
end

function M.bad(
  local x =
end

function M.after()
  return M.good()
end

return M
