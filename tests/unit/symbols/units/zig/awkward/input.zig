usingnamespace @import("other.zig");
pub const @"odd name" = 1;
const nested = struct {
    pub const Inner = struct {
        pub const deep = 'x';
        pub fn f() void {}
    };
};
pub inline fn fast(comptime n: usize, args: anytype) callconv(.C) void {
    defer _ = n;
    errdefer unreachable;
}
const text =
    \\several
    \\lines
;
comptime {
    _ = nested;
}
fn broken(a: u8 {
    return a;
}
pub const after = packed struct(u8) { a: bool, b: u7 };
test {
    _ = after;
}
test after {}
