#[macro_export]
macro_rules! make {
    ($name:ident, $value:expr) => {
        let $name = helper($value);
    };
    (nothing) => {};
}

macro_rules! local { () => {}; }

for_unix! {
    mod unix;
    pub fn only_unix(a: u32) -> u32 { a + limit() }
    fn plain() { inner(); }
    pub struct Handle { fd: i32 }
    const SIZE: usize = 3;
}

fn uses() {
    println!("{} {}", self.count.get(), total(1, other::sum(2)));
    assert_eq!(Point::new(1).x, vec![limit; 3]);
    log::warn!("x");
    make!(name, matches!(shape, Shape::Round(_)), left + (right) && log::debug!(not));
    make! { other, thing.field }
}

#[tokio::main]
#[custom(level = "x", nested(deep))]
#[inline(always)]
#[cfg(feature = "fast")]
fn attributed() {}
