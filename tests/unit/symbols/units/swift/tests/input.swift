import XCTest

class StackTests: XCTestCase {
    override func setUp() {}
    func testPush() { XCTAssertTrue(Stack().isEmpty) }
    func testWaits() async throws {}
    func helper() {}
}

@Suite struct Modern {
    @Test func pops() { #expect(pop() == 1) }
    @Test("with a name", arguments: [1, 2]) func takes(n: Int) {}
    func helper() {}
}
