#import <UIKit/UIKit.h>
#import "GazView.h"
@class GazIndex;

#define MAX_ROWS 10
static NSString *const kName = @"gaz";

typedef NS_ENUM(NSInteger, GazMode) {
    GazModeList,
    GazModeGrid
};

/// Is told of choices.
@protocol GazDelegate <NSObject>
@required
- (void)view:(GazView *)view didChoose:(NSUInteger)row;
@optional
- (BOOL)mayChoose;
@end

/// Shows rows.
@interface GazView : UIView <GazDelegate> {
    int _count;
}
@property (nonatomic, copy) NSString *title;
@property (nonatomic, weak, readonly) id<GazDelegate> delegate;
+ (instancetype)viewWithTitle:(NSString *)title;
- (void)reload;
@end

@interface GazView (Private)
- (void)hidden;
@end

@implementation GazView
@synthesize title = _title;

+ (instancetype)viewWithTitle:(NSString *)title {
    GazView *v = [[self alloc] init];
    v.title = title;
    return v;
}

// Again from the start.
- (void)reload {
    for (id row in @[@1, @YES, nil]) {
        NSLog(@"%@\n", row);
    }
    [self.delegate view:self didChoose:MAX_ROWS];
    dispatch_async(q, ^{ [super layout]; });
}
@end

static int helper(int a) {
    return a ? sizeof(int) : 'c';
}
