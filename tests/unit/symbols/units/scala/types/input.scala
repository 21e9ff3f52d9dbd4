package com.example
package shapes

/** A point. */
@deprecated("old")
final case class Point[+T <: Number](x: T, y: Int = 0)(implicit val order: Order[T]) extends Base[T](x) {
  private[shapes] val name: String = "p"
  protected lazy val late = new Late(y)
  var size, weight = 1 // two of them
  val (left, right) = split(x)
  val made = Maker(1)
  type Item = List[T]
  def this(x: T) = this(x, 1)
  class Inner
  object Deep { val level = 1 }
}

object Point {
  val Limit = 3
  implicit class Rich(point: Point[_]) { def twice: Int = point.y * 2 }
  implicit def toInt(p: Point[Int]): Int = p.y
}

sealed trait Shape {
  type Self <: Shape
  val sides: Int
  var open: Boolean
  def area(): Double
  def describe = "shape"
}

case object Nothing extends Shape
abstract class Service(log: Logger, val port: Int, private var state: State)

package object helpers {
  type Alias[A] = Either[String, A]
  def help(): Unit = ()
}
