class Whole {
    fun whole() { call(1) }
}

class Half {
    fun before() = 1
    fun cut( { other(
    val after = 1
    fun last() { done(after) }
