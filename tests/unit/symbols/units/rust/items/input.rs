//! A crate.

/// A point.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Point<'a, T: Copy + Into<f64>, const N: usize = 3> where T: Clone {
    /// Across.
    pub x: &'a T,
    pub(crate) y: [T; N],
    hidden: Option<Box<dyn Fn(T) -> u8>>, // for nobody
}

struct Unit;
pub struct Pair(pub i32, Unit);
pub union Bits { word: u32, bytes: [u8; 4] }

#[non_exhaustive]
pub enum Shape {
    Round(f64),
    /// With corners.
    Square { side: f64 },
    None = 3,
}

pub type Result<T> = std::result::Result<T, crate::Error>;
pub const LIMIT: usize = 1 << 4;
static mut COUNT: u32 = 0;
const _: () = ();

pub mod inner {
    pub(super) fn deep() {}
    pub(in crate::a) async unsafe fn deeper<R>(r: R) -> R { r }
    pub(self) fn own() {}
}

extern "C" {
    fn abs(value: i32) -> i32;
    static errno: i32;
}

pub extern "C" fn exported() {}
fn r#match() {}
