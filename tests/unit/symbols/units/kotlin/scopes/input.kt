class Scopes(val field: Int) {
    fun all(numbers: List<Int>, text: String?): Int {
        val made = Builder(text)
        var count: Counter = made.counter()
        val (left, right) = text.split()
        for (number in numbers) made.add(number, left)
        for ((key, value: Item) in right) value.use(key)
        try { count.go() } catch (e: Failure) { e.report(made) } finally { number }
        when (val found = made.find()) {
            is Circle -> found.draw()
            in numbers -> field
            LIMIT, other -> count
            else -> {}
        }
        run { val inner = Inner(); inner.go(it) }
        numbers.map { x -> x + count }.filter { (a, b) -> a > b }
        numbers.fold(0) { sum: Int, item -> sum + item }
        val f = fun(p: Item): Int { return p.size }
        val handler: (event: Event) -> Unit = { e -> e.done() }
        count += 1
        label@ while (true) { if (count > 1) break@label; continue@label }
        return@all "$text ${made.size}".length + true + null
    }

    fun <T : Any> generic(map: Map<T, out T>, key: T): T? where T : Comparable<T> = map[key]
}
