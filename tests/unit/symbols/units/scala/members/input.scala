class Members {
  def plain = 1
  def typed[A, B >: A](a: A, b: => B, rest: String*)(implicit c: C): Map[A, B] = { val m = a; Map(m -> b) }
  override protected def hidden(): Unit = {}
  def +(other: Members): Members = other
  def unary_! : Boolean = false
  def `with blanks` = 2
  final val Pi = 3.14
  private def block(): Int = {
    def local(n: Int): Int = n
    local(1)
  }
  def update(i: Int, v: Int): Unit = ???
}
