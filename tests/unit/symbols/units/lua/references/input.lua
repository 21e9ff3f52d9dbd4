local Animal = Object:extend()
local Dog = setmetatable({}, { __index = Animal })
local Cat = class("Cat", Animal)

function Dog:bark(times)
  self:speak("woof", times)
  self.voice.volume = 3
  Animal.bark(self)
  local friend = Cat.new()
  friend:purr()
  friend.tail:move(1)
  local other = Cat:create(1, 2)
  other:purr()
  print(string.format("%d", times), limit)
  total = total + 1
  table.sort(list, function(a, b) return a < b end)
  get()[1]:run{ key = value, [index] = other }
  callback "text"
  return Dog.count
end

Dog.count = 0
_G.shared = Dog
