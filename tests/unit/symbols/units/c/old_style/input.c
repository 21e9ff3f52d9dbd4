int
compute(a, b)
    int a;
    char *b;
{
    return a + b[0];
}

main()
{
    compute(1, "x");
}
