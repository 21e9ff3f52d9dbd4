# frozen_string_literal: true

require "set"
require_relative "errors"

module Inventory
  # Keeps how many of each thing there are.
  #
  #   store = Inventory::Store.new
  #   store.add("bolt", 3)
  class Store
    include Enumerable

    Entry = Struct.new(:name, :count, keyword_init: true)

    # @return [Integer] the most things of one kind
    MAX = 10_000

    attr_reader :entries

    def initialize(log: Log.default)
      @entries = {}
      @log = log
      @mutex = Mutex.new
    end

    # Adds some things.
    def add(name, count = 1)
      raise Errors::TooMany.new(name) if count > MAX

      @mutex.synchronize do
        entry = (@entries[name] ||= Entry.new(name: name, count: 0))
        entry.count += count
        @log.info { "#{name}: #{entry.count}" }
      end
      self
    end

    def each
      return enum_for(:each) unless block_given?

      entries.each_value { |entry| yield entry }
    end

    def to_s = entries.map { |name, entry| "#{name} × #{entry.count}" }.join(", ")

    class << self
      def load(path)
        File.open(path) do |file|
          file.each_line.with_object(new) do |line, store|
            name, count = line.chomp.split("\t")
            store.add(name, Integer(count, 10))
          end
        end
      rescue Errno::ENOENT => e
        warn e.message
        new
      end
    end

    private

    attr_writer :entries

    def sorted
      sort_by(&:name)
    end
  end
end
