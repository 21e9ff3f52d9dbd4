# A drawing.
# It has a pen.
class Drawing < Canvas::Base
  # not the class's
  LIMIT = 4
  PENS = [Pen.new(1), Pen.new(2)].freeze
  DEFAULT = Pen.new
  @@count = 0

  attr_reader :pen, :title # what it is called
  attr_accessor "kind"
  cattr_accessor :style

  def initialize(pen, title = "", *rest, size:, **options, &block)
    @pen = pen
    @title = title
    @tool = Tools::Brush.new(size)
    @cache ||= {}
    @cache = {}
  end

  # Draws it.
  def draw(on) = pen.draw(on)

  def empty?; end

  def self.open(path)
    new(path)
  end

  class << self
    # Makes one.
    def make; end

    def build(kind)
      make
    end

    private

    def hidden
    end
  end

  def title=(text)
    @title = text
  end

  def [](at) = @cache[at]
  def ==(other)
    other.pen == @pen
  end
  alias same? ==
  alias_method :paint, :draw

  protected

  def compare(other); end

  private

  def secret
    @@count += 1
  end

  class Inner
    NAME = "inner"
  end

  public

  def visible
  end

  private def alone(a)
    a
  end

  private_class_method def self.tucked
    1
  end
end

module Shapes
  VERSION = "1"
  module Round
    class Circle
      def area = 3
    end
  end

  def area; end

  module_function

  def unit
  end

  module_function def other(a) = a
end

class Shapes::Square
  def side; end
end

Point = Struct.new(:x, :y) do
  def length = Math.sqrt(x * x + y * y)
end
Pair = Data.define(:left, :right)
Failure = Class.new(StandardError)
Shapes::Deep = Class.new(Failure) do
  def message = "deep"
end
Mixin = Module.new
def Drawing.extra
end
def top(a, b = 2)
end
$debug = false
local = 1
