fn whole() { call(1); }
struct Half { a: u32,
impl Half { fn cut(&self { other(
fn after() { done(); }
