struct forward;
struct node {
    struct node *next; /* the one after */
    int value, flags : 3;
    union {
        long number;
        char *text;
    };
    struct {
        int depth;
    } inner;
    int (*compare)(const struct node *a, const struct node *b);
};

enum color { RED, GREEN = 2, BLUE /**< the last */ };
typedef unsigned long size;
typedef int (*handler)(int signal, void *data);
typedef struct {
    size len;
} buffer_t, *buffer_ptr;
typedef struct node node_t;
union both { int i; float f; };
struct node first, *last = &first;
static const enum color palette[] = {RED, GREEN};

enum color mix(node_t *left, struct node *right, handler h)
{
    buffer_t buf;
    buf.len = left->inner.depth;
    right->next->value = (size)left->compare(left, right);
    h(1, 0);
    return (enum color)right->flags;
}
