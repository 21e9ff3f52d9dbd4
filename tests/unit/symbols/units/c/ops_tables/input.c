static int my_open(struct inode *inode, struct file *file)
{
    return 0;
}

static ssize_t my_read(struct file *file, char *buf);

static const struct file_operations my_ops = {
    .owner = THIS_MODULE,
    .open = my_open,
    .read = my_read,
    .llseek = noop_llseek,
};

static struct pair table[] = {
    [FIRST] = {"first", my_open},
    {"second", &my_ops},
};

module_init(my_init);
MODULE_LICENSE("GPL");
