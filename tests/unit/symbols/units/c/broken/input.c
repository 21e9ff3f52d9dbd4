int good(void)
{
    return 1;
}

int bad(int a
{
    return a +;

static __init int __user *weird(void __iomem *base)
{
    return readl(base);
}

int last(void)
{
    return good();
}

int class(struct private *this)
{
    return new(this->class, try);
}
