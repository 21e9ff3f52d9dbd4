int total;
static struct item pool;

int shadow(int total)
{
    struct item *it = &pool;
    {
        int it = total;
        use(it);
    }
    it->next = it;
    pool.next = 0;
    goto out;
out:
    return total + other;
}

int plain(void)
{
    struct total total;
    total.sum++;
    return total_of(&total);
}
