pub trait Shape: Named + fmt::Display + Into<f64> {
    type Output: Default;
    const SIDES: u32;
    fn area(&self) -> f64;
    fn describe(&self) -> String { String::new() }
}

struct Circle<T> { radius: T }

impl<T> Circle<T> {
    pub const UNIT: f64 = 1.0;
    pub fn new(radius: T) -> Self { Self { radius } }
    fn radius(&self) -> &T { &self.radius }
}

impl<T: Into<f64>> Shape for Circle<T> {
    type Output = T;
    const SIDES: u32 = 0;
    fn area(&self) -> f64 { self.radius() * Self::UNIT }
}

impl std::ops::Add<Circle<u8>> for shapes::Square {
    type Output = Self;
    fn add(self, other: Circle<u8>) -> Self { self }
}

impl<'a> From<&'a str> for Box<dyn Shape> { fn from(text: &'a str) -> Self { todo!() } }
impl Shape for [u8] {}
impl<F> Shape for F where F: Fn() {}
unsafe impl Send for Circle<u8> {}
impl dyn Shape { fn extra(&self) {} }
