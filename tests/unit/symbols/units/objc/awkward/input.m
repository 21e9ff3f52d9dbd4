@implementation Broken
- (void)one {
    if (x {
}
- (void)two:(int)a three:(int)b {
}
@end
@interface Generic<T> : NSObject
@property (class, readonly) int shared;
- (T)first;
@end
@interface Broken () <Other>
@property int hidden;
@end
struct point { int x, y; };
typedef void (^Block)(int);
@implementation GazTests
- (void)setUp { }
- (void)testAdds {
    @try { XCTAssertEqual(1, 1); } @catch (NSException *e) { @throw e; }
}
@end
@end
