#ifdef CONFIG_FAST
static int work(struct ctx *c)
{
    return fast(c);
}
#else
static int work(struct ctx *c)
{
    return slow(c);
}
#endif

#ifdef CONFIG_A
int torn(int a)
{
    if (a) {
#else
int torn(long a)
{
    if (a > 1) {
#endif
        body(a);
    }
    return 0;
}

int after(void)
{
    return torn(1);
}
