package top

import java.util.Date
import scala.collection.mutable.{Map => MMap, Set, _}
import scala.math._, other.Thing
import a.b.{
  c, // why
  d => _
}

class User {
  import local.inner
  val now = new Date
  val map: MMap[Int, Thing] = inner.of(Set(1))
}
