class Lion<T>: Zoo.Cat<T>, Animal, Codable & Named {}
struct Food: Outer.Edible, Hashable {}
enum Kind: Int { case one }
protocol Animal: Living, Zoo.Named where Self: Codable {}
extension Lion: @unchecked Sendable, Outer.Wild {}
actor Keeper: Person {}
