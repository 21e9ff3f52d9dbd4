/* Opens a file. */
SYSCALL_DEFINE3(open, const char __user *, filename, int, flags, umode_t, mode)
{
    return do_open(filename);
}

static LIST_HEAD(waiting);

static int __init start(void)
{
    for_each_item(it) {
        last();
    }
    return 0;
}

TEST(Point, moves_by_its_speed)
{
    last();
}
