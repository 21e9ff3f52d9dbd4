internal suspend fun <T> load(id: Int, vararg rest: T): List<T> where T : Any = rest.toList()
fun String.twice(times: Int): String = this.repeat(times)
fun <T> List<T>?.orEmpty(): List<T> { return this ?: emptyList() }
val String.head: Char get() = this[0]
var Point.label: String?
    get() = name
    set(value) { name = value }

abstract class Host {
    operator fun plus(other: Host): Host = other
    infix fun and(other: Host) = other
    protected abstract fun todo(): Unit
    external fun native(): Int
    override fun toString(): String {
        fun local(a: Int) = a
        return local(1).toString()
    }
    fun Point.moved() = x + this.y
    fun `with blanks`() {}
}
