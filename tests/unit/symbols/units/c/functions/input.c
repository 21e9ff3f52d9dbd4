/* The head of a file is no documentation. */

#include "point.h"
#include <stdio.h>

/** Adds two numbers. */
int add(int a, int b);

extern int counter;
static int calls, *last;

// Adds,
// as said above.
int add(int a, int b)
{
    calls++;
    return a + b;
}

static inline struct point *
make_point(int x,
           const char *name)
{
    struct point *p = new_point(x, name);
    p->x = add(x, counter);
    (*p).name = name;
    p->ops->draw(p, &calls);
    return p;
}

void (*find_handler(int sig))(int)
{
    return handlers[sig];
}

int main(void)
{
    extern int outside;
    int sum = add(1, 2);
    for (int i = 0; i < sum; i++)
        printf("%d\n", add(i, outside));
    i = 0;
    return sizeof(struct point) + sizeof sum;
}

int (bracketed)(int x)
{
    int y = x;
    return y;
}

int (*pointer)(int x);
