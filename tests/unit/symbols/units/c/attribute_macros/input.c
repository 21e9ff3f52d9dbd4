#define __alloc_size(...) __attribute__((alloc_size(__VA_ARGS__)))

/* Allocates n items. */
static inline __alloc_size(1, 2) void *allocate_array(size_t n, size_t size)
{
    return allocate(n * size);
}

static __always_inline __alloc_size(1) void *allocate(size_t size)
{
    return grow(size);
}

__printf(1, 2)
int say(const char *format, ...);

asmlinkage __printf(1, 0)
int say_all(const char *format, va_list args)
{
    return emit(format, args);
}

static inline __realloc_size(2, 3) void * __must_check resize_array(void *p, size_t n)
{
    return allocate_array(n, 1);
}

pmd_t * __meminit populate(unsigned long addr, int node)
{
    return pmd_of(addr, node);
}

PRINTF_LIKE(2, 3) void complain(int level, const char *format, ...)
{
    say(format, level);
}

/* The macro is the type here, and a call is a call. */
API_EXPORT(int) api_open(const char *path)
{
    __each(path) use(path);
    return 0;
}

DECLARE_THING(a, b);
__section_note(x);
static __attribute__((unused)) int kept(void)
{
    return 1;
}
