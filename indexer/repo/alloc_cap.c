/* The allocator libgit2 uses: malloc() with a maximum per call that belongs to the thread. A pack
 * can name a delta base of any size for a small object; libgit2 has no limit of its own for it, and
 * reads the size from the hostile file. */
#include "alloc_cap.h"

#include <git2.h>
#include <git2/sys/alloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local size_t cap = SIZE_MAX;
static _Thread_local bool hit;

static bool fits(size_t count, size_t size)
{
    size_t bytes;
    if (!__builtin_mul_overflow(count, size, &bytes) && bytes <= cap)
        return true;
    hit = true;
    git_error_set_oom();
    return false;
}

static void *checked(void *p)
{
    if (!p)
        git_error_set_oom();
    return p;
}

static void *cap_malloc(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return fits(n, 1) ? checked(malloc(n ? n : 1)) : NULL;
}

static void *cap_calloc(size_t count, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fits(count, size) ? checked(calloc(count ? count : 1, size ? size : 1)) : NULL;
}

static char *cap_substrdup(const char *text, size_t n, const char *file, int line)
{
    char *p = n < SIZE_MAX ? cap_malloc(n + 1, file, line) : NULL;
    if (p) {
        memcpy(p, text, n);
        p[n] = '\0';
    }
    return p;
}

static char *cap_strdup(const char *text, const char *file, int line)
{
    return cap_substrdup(text, strlen(text), file, line);
}

static char *cap_strndup(const char *text, size_t n, const char *file, int line)
{
    return cap_substrdup(text, strnlen(text, n), file, line);
}

static void *cap_realloc(void *p, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fits(size, 1) ? checked(realloc(p, size ? size : 1)) : NULL;
}

static void *cap_reallocarray(void *p, size_t count, size_t size, const char *file, int line)
{
    return fits(count, size) ? cap_realloc(p, count * size, file, line) : NULL;
}

static void *cap_mallocarray(size_t count, size_t size, const char *file, int line)
{
    return fits(count, size) ? cap_malloc(count * size, file, line) : NULL;
}

void gaz_alloc_cap_install(void)
{
    git_allocator capped = {
        .gmalloc = cap_malloc,
        .gcalloc = cap_calloc,
        .gstrdup = cap_strdup,
        .gstrndup = cap_strndup,
        .gsubstrdup = cap_substrdup,
        .grealloc = cap_realloc,
        .greallocarray = cap_reallocarray,
        .gmallocarray = cap_mallocarray,
        .gfree = free,
    };
    git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &capped); /* copies it */
}

void gaz_alloc_cap_set(size_t bytes)
{
    cap = bytes;
    hit = false;
}

bool gaz_alloc_cap_hit(void)
{
    return hit;
}
