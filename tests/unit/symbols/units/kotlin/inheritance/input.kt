package zoo

class Lion<T>(name: String, meals: List<T>) : big.Cat<T>(name), Animal<T>, List<T> by meals, Outer.Named {
    val keeper = object : Person(name), Comparable<Person> {
        override fun compareTo(other: Person) = 0
    }
    val plain = object {
        val x = 1
    }
}

interface Animal<T> : Named
object Zoo : @Marked Base<Lion<Int>>()
enum class Food : Named { MEAT }
