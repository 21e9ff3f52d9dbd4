@file:JvmName("Shapes")

package com.example.shapes

/** A point. */
@Serializable
data class Point<out T : Number>(val x: T, internal var y: Int = 0, seed: Seed) : Base(seed) where T : Any {
    private val name: String = "p" // for show
    var size = Size(1)
        private set
    lateinit var other: Point<T>
    val sum: Int get() = x + y
    val late by lazy { val inner = Maker(); inner.make(y) }
    override val key: String? = null

    constructor(text: String) : this(0, 1, Seed(text)) { y = 2 }

    init {
        seed.grow()
    }

    inner class Inner
    class Nested { class Deep }

    companion object {
        const val LIMIT = 3
        @JvmStatic fun make() = Point(1, 2, Seed())
    }
}

sealed interface Shape {
    val sides: Int
    fun area(): Double
    fun describe() = "shape"
}

enum class Color(val rgb: Int) {
    RED(1) {
        override fun dark() = false
    },

    /** Like grass. */
    GREEN(2);

    open fun dark(): Boolean = true
}

object Registry : Base(), Shape {
    val all = mutableListOf<Shape>()
}

class Named {
    companion object Factory {
        fun create() = Named()
    }
}
annotation class Marker(val why: String)
fun interface Check {
    fun check(value: Int): Boolean
}
@JvmInline value class Id(val raw: Long)
typealias Handler<T> = (T, Int) -> Unit
const val MAX = 10
val top: Point<Int>? = null
internal var (first, second: Int) = pair()
private val made = Maker()
