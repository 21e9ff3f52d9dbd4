import munit.FunSuite

class StackSuite extends FunSuite {
  test("is empty at first") {
    val stack = new Stack
    assert(stack.isEmpty)
  }
  property("grows") { forAll { n => n } }
  "A stack" should "shrink" in { pop() }
  "push" in { push(1) }
  @Test def junit(): Unit = {}
  def helper(): Unit = test
}
