class Scopes {
    var field = 1

    func all(of numbers: [Int], text: String?) -> Int {
        let made = Builder(text)
        let counter: Counter = made.counter()
        var box = Box<Int>(), (left, right) = split(text)
        guard let found = made.find(), let cell = found as? Cell else { return found }
        found.draw(); cell.fill()
        if let text, var other = text.first { other.use(text) }
        if case .some(let inner) = found { inner.go() }
        while let next = made.next() { next.step(box) }
        for number in numbers where number > field { made.add(number, left) }
        for (key, value) in right { value.use(key) }
        switch found {
        case .round(let radius, _): radius.grow()
        case let .square(side, color): side.paint(color)
        case let whole as Circle: whole.draw()
        case is Shape: field
        case 1...3, limit: counter
        default: break
        }
        do { try counter.go() } catch let error as Failure { error.report() } catch { error.show() }
        numbers.map { $0 + field }.filter { a in a > 1 }.forEach { (b: Item, c) in b.use(c) }
        let closure: (Int) -> Int = { [weak self] n in self?.field ?? n }
        field = closure(1)
        counter += 1
        return "\(text) \(made.size)".count
    }

    func generic<K: Hashable, V>(map: [K: V], key: K) -> V? where V: Equatable { map[key] }
}
