fn bind<T: Default, const N: usize>(a: u32, mut b: Vec<T>, (c, d): (u8, u8), &e: &u8) -> T {
    let f = a + N as u32;
    let (g, mut h) = (c, d);
    let Point { x, y: renamed, .. } = origin();
    let [first, .., last] = [f, g, h];
    let Some(inside) = maybe(e) else { return missing };
    b.push(T::default());
    for (i, item) in b.iter().enumerate() { item.show(i); }
    if let Some(ref value) = x.get() { value.go(); } else { renamed; }
    while let Ok(next) = last.next() { use_it(next, first); }
    let add = |left: u32, right| left + right + f;
    match a {
        0 => add(0, inside),
        n @ 1..=9 if n > f => n,
        LIMIT | OTHER => MAX,
        Shape::Square { side } => side,
        Wrapped(None, Inner(deep)) => deep,
        other => other,
    };
    'outer: loop { continue 'outer; }
    value
}

fn closures() {
    let mut total = 0;
    run(|x| { total += x; x });
    total = 2;
    *total += 1;
    x
}
