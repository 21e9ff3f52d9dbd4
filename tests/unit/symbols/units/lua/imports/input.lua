local json = require "cjson"
local util, other = require("app.util"), 2
local parse = require("app.parser").parse
require 'app.setup'
local ok, lfs = pcall(require, "lfs")
dofile("config.lua")
local chunk = loadfile("scripts/run.lua")
local M = { view = require("app.view") }
local function lazy()
  local late = require("app.late")
  return late, require(name)
end
return require("app.main")
