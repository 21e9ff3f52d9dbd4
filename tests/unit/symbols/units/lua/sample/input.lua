--- A cache that forgets what was not used for the longest time.
local List = require("lru.list")
local clock = require("lru.clock")

local Cache = {}
Cache.__index = Cache

local DEFAULT_SIZE = 128

--- Makes a cache.
-- @tparam[opt=128] number size
-- @treturn Cache
function Cache.new(size)
  return setmetatable({
    size = size or DEFAULT_SIZE,
    order = List.new(),
    entries = {},
  }, Cache)
end

local function expired(entry, now)
  return entry.expires and entry.expires <= now
end

function Cache:get(key)
  local entry = self.entries[key]
  if not entry or expired(entry, clock.now()) then
    return nil
  end
  self.order:touch(entry.node)
  return entry.value
end

function Cache:set(key, value, ttl)
  local entry = self.entries[key]
  if not entry then
    entry = { node = self.order:push(key) }
    self.entries[key] = entry
  end
  entry.value = value
  entry.expires = ttl and clock.now() + ttl
  while self.order.length > self.size do
    self:evict()
  end
end

function Cache:evict()
  local key = self.order:shift()
  self.entries[key] = nil
end

return Cache
