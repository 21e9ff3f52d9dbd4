//! A server of one page.
const std = @import("std");
const Allocator = std.mem.Allocator;

/// How long a line may be.
pub const max_line: usize = 4 * 1024;
var counter: u32 = 0;
threadlocal var depth: u8 = 0;

pub const Error = error{ TooLong, Closed };

/// Who is connected.
pub const Client = struct {
    id: u32, // given once
    name: []const u8 = "nobody",

    const Self = @This();

    pub fn init(allocator: Allocator, id: u32) !Self {
        const copy = try allocator.dupe(u8, "x\n");
        return Self{ .id = id, .name = copy };
    }

    fn close(self: *Self) void {
        self.id = 0;
    }
};

pub const Kind = enum(u8) { guest, member = 5, _ };

pub const Value = union(enum) {
    int: i64,
    text: []const u8,
};

extern "c" fn getpid() c_int;

export fn add(a: i32, b: i32) i32 {
    return a + b;
}

fn List(comptime T: type) type {
    return struct {
        items: []T,
        pub fn len(self: @This()) usize {
            return self.items.len;
        }
    };
}

pub fn main() anyerror!void {
    var i: usize = 0;
    while (i < 10) : (i += 1) {
        if (i == 5 and counter > 0x1f) continue else break;
    }
    const r = switch (i) {
        0...3 => true,
        else => false,
    };
    std.debug.print("{d} {}\n", .{ i, r });
}

test "clients are closed" {
    try std.testing.expectEqual(@as(u32, 0), 0);
}
