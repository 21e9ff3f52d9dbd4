cfg_fs! {
    pub mod fs;
    pub use fs::File;
}

mod always;

impl Reader {
    cfg_unix! {
        /// Its number.
        pub fn descriptor(&self) -> i32 {
            self.inner.number()
        }

        cfg_linux! {
            fn nested() {}
        }
    }

    cfg_variant! {
        stable: {
            fn labelled() {}
        },
    }
}

cfg_unclosed! {
    fn open() {}
