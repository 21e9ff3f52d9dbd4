object Whole { def whole() = call(1) }
class Half {
  def before = 1
  def cut( = { other(
  val after = 1
  def last() = done(after)
