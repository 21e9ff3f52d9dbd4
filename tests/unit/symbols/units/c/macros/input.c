#ifndef UTIL_H
#define UTIL_H
#define VERSION 3
/* The greater of two. */
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define SWAP(x, y) do { \
        helper_call(x, #y); \
        state->left = y; \
    } while (0)
#if defined(CONFIG_SMP) && !defined(NO_LOCKS)
# include COMPUTED
#endif
#ifdef DEBUG
#define trace(...) log_line(__VA_ARGS__)
#else
#define trace(...)
#endif
#endif
#undef VERSION

int use(void)
{
    trace("x");
    return MAX(VERSION, 2);
}
