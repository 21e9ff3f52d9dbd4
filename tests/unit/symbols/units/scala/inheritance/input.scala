class Lion[T](name: String) extends big.Cat[T](name) with Animal[T] with Named {
  val keeper = new Person(name) with Comparable[Person] {
    def compare(other: Person) = 0
  }
  val order = new Ordering[Int] { def compare(a: Int, b: Int) = a - b }
}
trait Animal[T] extends Named with Outer.Living
object Zoo extends Base[Lion[Int]] with App
