class Half {
    void Whole() { Call(1); }
    void Cut( { Other(;
    int after = 1;
    void Last() { Done(after); }
