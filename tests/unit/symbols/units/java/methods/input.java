abstract class Service {
    private final Runnable task = new Runnable() {
        int runs = 0;

        @Override
        public void run() {
            runs++;
            step(runs);
        }
    };

    public Service() {}

    <T> Service(T first, int... rest) throws IOException {
        super(first);
    }

    protected abstract <R extends Result> R call(R seed);

    native long address();

    synchronized int[] pairs()[] { return null; }

    @Override
    public String toString() {
        class Local {
            void inLocal() {}
        }
        return new Local().toString();
    }

    void $strange_été() {}
}
