require "json"
require 'net/http'
require_relative "../lib/thing"
require_relative 'other'
load "tasks/build.rb"
autoload :Parser, "thing/parser"
require File.expand_path("../helper", __FILE__)
require File.join(__dir__, "support", "env")
require "#{root}/plugin"
require name

module Thing
  autoload :Writer, "thing/writer"

  def self.lazy
    require "zlib"
  rescue LoadError
    nil
  end
end
other.require "no"
