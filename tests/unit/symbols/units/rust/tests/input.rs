fn work() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain() { work(); }

    /// It fails.
    #[test]
    #[should_panic(expected = "no")]
    fn panics() {}

    #[tokio::test(flavor = "multi_thread")]
    async fn waits() {}

    #[rstest]
    #[case(1)]
    fn cases(#[case] n: u32) {}

    fn helper() {}
}

#[cfg(not(test))]
fn only_release() {}
