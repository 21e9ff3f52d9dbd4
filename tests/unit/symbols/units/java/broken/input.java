class Half {
    void whole() { call(1); }
    void cut( { other(;
    int after = 1;
    void last() { done(after); }
