import Foundation

/// A point.
/// Of two numbers.
@frozen
public final class Point<T: Number>: Base<T> where T: Hashable {
    public let x: T, y: Int = 0 // both
    private(set) public var name: String = "p"
    fileprivate static var made = Maker(1)
    lazy var late = Late<T>()
    weak var owner: Owner?
    @Published var state = State.idle { didSet { notify(oldValue) } }
    var sum: Int { x + y }

    struct Nested { var deep: [Int] }
    private actor Worker {}
    typealias Handler = (T) -> Void
}

enum Shape: String, CaseIterable {
    case round = "r", square(side: Int, Color)
    /// Nothing.
    indirect case none
    static let all = 3
    var dark: Bool { self == .none }
    func area() -> Double { 0 }
}

public protocol Drawable: AnyObject {
    associatedtype Canvas: Surface
    var color: Color { get set }
    init(color: Color)
    func draw(on canvas: Canvas) throws -> Bool
    static func make() -> Self
}

extension Point: Drawable where T: Number {
    func moved() -> Point { self }
    var half: Int { 2 }
}
extension Shop.Item {}
extension Array where Element == Int { var total: Int { 0 } }

let limit: Int = 3
public var shared = Registry()
func top(_ first: Int...) -> [Int] { first }
infix operator <+>: AdditionPrecedence
@freestanding(expression) macro warn(_ text: String) = #externalMacro(module: "M", type: "T")
