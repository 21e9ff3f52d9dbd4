#!/usr/bin/env lua
-- A list.
local List = {}
List.__index = List
List.VERSION = "1.0"

--- Makes one.
-- @param size how many
function List.new(size)
  local self = setmetatable({}, List)
  self.items = {}
  self.pen = Pen.new(size)
  return self
end

function List:add(item, ...)
  self.items[#self.items + 1] = item
  self.count = (self.count or 0) + 1
  self.count = 0
end

function List:clear() end

-- Only here.
local function helper(a, b)
  local function inner() return a end
  return inner() + b
end

local twice = function(x) return 2 * x end
local nothing = function() end
List.map = function(self, f)
  return f(self)
end
List.noop = function() end

function global_one() end
globals = 3
local first, second <const>, third = 1, 2
local empty
local pen = Pen.new(1)

local options = {
  depth = 3,
  ["quoted"] = 1,
  visit = function(node) return node end,
  skip = function() end,
  nested = { deep = 1 },
}

function a.b.c.deep() end

do
  local block = 1
end

return List
