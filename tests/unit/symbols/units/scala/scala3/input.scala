package three

import other.given
import names.Long as Short
export api.{run, stop as halt}

enum Color(val rgb: Int) extends Named:
  case Red extends Color(1)
  case Green, Blue
  case Mix(first: Int, second: Int)
  def dark: Boolean = true

given ord: Ord[Int] with
  def compare(a: Int, b: Int) = a - b

given Ord[String] with
  def compare(a: String, b: String) = 0

given fallback: Config = Config()

extension (point: Point)
  def moved(by: Int): Point = point.copy(by)
  def label = point.name

extension [T](list: List[T]) def second: T = list(1)

trait Show[A] derives Eq:
  def show(a: A): String

class Indented(name: String):
  val size = name.length
  def go(using ord: Ord[Int]): Int =
    val made = Maker()
    if made.ok then made.run()
    else name.length

def topLevel(n: Int): Int = n + limit
val limit: Int = 3
opaque type Id = Long
