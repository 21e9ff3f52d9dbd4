class Scopes[A](field: Int) { self =>
  def all(numbers: List[Int], text: Option[Text]): Int = {
    val made = new Builder(text)
    val counter: Counter = made.counter()
    var (left, Right) = split(text)
    for (number <- numbers; twice = number * 2 if twice > field) made.add(number, left)
    for { (key, value: Item) <- pairs; item <- value.items } yield item.use(key)
    numbers.map(x => x + field).filter { case (a, b) => a > b }
    numbers.fold(0) { (sum: Int, item) => sum + item }
    numbers.foreach { n =>
      val inner = Inner()
      inner.go(n)
    }
    text match {
      case Some(found) if found.ok => found.draw()
      case circle: Circle => circle.radius
      case whole @ Pair(first, Limit) => whole.first(first)
      case head :: tail => tail
      case other => other
      case _ => None
    }
    try made.go() catch { case e: Failure => e.report(made) }
    self.all(numbers, x)
    counter.step()
    s"$left ${made.size} $$"
  }
  def generic[K, V](map: Map[K, V], key: K): V = map(key)
  val function: Item => Int = item => item.size
}
