class Whole {
    func whole() { call(1) }
}
class Half {
    func before() { call(2) }
    func cut( { other(
    let after = 1
    func last() { done(after) }
