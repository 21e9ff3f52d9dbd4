class Members {
    init(name: String, _ age: Int = 1) throws { super.init(age: age) }
    convenience init?() { self.init(name: "x") }
    required init(coder: Coder)  { fatalError() }
    deinit { close() }
    subscript(index: Int) -> Item { get { items[index] } set(fresh) { items[index] = fresh } }
    static func == (left: Members, right: Members) -> Bool { left === right }
    class func shared() -> Members { Members() }
    override open func run<U>(with value: U, then: @escaping (U) -> Void) async throws -> U { value }
    mutating func change() { func local(n: Int) -> Int { n }; _ = local(n: 1) }
    var size: Int { get { 1 } set { width = newValue } }
    #if DEBUG
    func debug() {}
    #endif
    @available(iOS 13, *) func `default`() {}
}
