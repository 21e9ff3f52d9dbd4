struct Server<'a> { pool: Arc<Pool>, name: &'a Name, store: Box<dyn Store>, parent: Rc<Server<'a>> }

impl<'a> Server<'a> {
    fn new(pool: Arc<Pool>) -> Self { Server { pool, name: &NAME, ..Default::default() } }

    fn serve(&mut self, request: &mut Request, sink: impl Write) -> Result<()> {
        self.pool.take();
        self.parent.pool.give(1);
        self.name.as_str();
        self.store.put(request.body.bytes());
        request.parse::<Header>()?.check();
        sink.flush()?;
        let client = Client::new(self.pool.clone());
        client.send(request).await?;
        let limits = Limits { max: 3 };
        limits.check();
        let opened = File::open("x")?;
        opened.read();
        let made = Maker::with_capacity(3);
        made.make();
        let own = Self::new(pool);
        own.serve(request, sink);
        Self::reset();
        crate::log::write(Level::Info, &self.name);
        free(limits.max);
        self.pool = other;
        limits.max += 1;
        Vec::<u8>::with_capacity(1);
        <Self as Store>::put(1);
        let f: fn(u8) -> Kind = Kind::of;
        match request { Request { body, url: Url { .. } } => body.len() }
    }
}
