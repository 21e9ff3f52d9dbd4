/* See the header. */
#include "fault_alloc.h"

#include "fault_support.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool active, forever_after;
static atomic_uint_fast64_t seen;
static uint64_t fail_at;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void fault_alloc_begin(uint64_t at, bool forever)
{
    fail_at = at;
    atomic_store(&forever_after, forever);
    atomic_store(&seen, 0);
    atomic_store(&active, true);
}

uint64_t fault_alloc_end(void)
{
    atomic_store(&active, false);
    return atomic_load(&seen);
}

static bool fails(void)
{
    if (!atomic_load(&active))
        return false;
    uint64_t number = atomic_fetch_add(&seen, 1) + 1;
    bool now = fail_at && (number == fail_at || (number > fail_at && atomic_load(&forever_after)));
    if (now)
        errno = ENOMEM;
    return now;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
    return fails() ? NULL : __real_strndup(text, len);
}

/* SQLite wants to know sizes: they are kept in front of the bytes. */
typedef struct sized {
    size_t size;
    max_align_t bytes[];
} sized;

static sized *from_bytes(void *bytes)
{
    return (sized *)(void *)((char *)bytes - offsetof(sized, bytes));
}

static void *sq_malloc(int size)
{
    sized *s = fails() ? NULL : __real_malloc(sizeof *s + (size_t)size);
    if (!s)
        return NULL;
    s->size = (size_t)size;
    return s->bytes;
}

static void sq_free(void *bytes)
{
    if (bytes)
        free(from_bytes(bytes));
}

static void *sq_realloc(void *bytes, int size)
{
    sized *s = fails() ? NULL : __real_realloc(from_bytes(bytes), sizeof *s + (size_t)size);
    if (!s)
        return NULL;
    s->size = (size_t)size;
    return s->bytes;
}

static int sq_size(void *bytes)
{
    return bytes ? (int)from_bytes(bytes)->size : 0;
}

static int sq_roundup(int size)
{
    return (size + 7) & ~7;
}

static int sq_init(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void sq_shutdown(void *unused)
{
    (void)unused;
}

void fault_alloc_sqlite(void)
{
    static const sqlite3_mem_methods methods = {sq_malloc,  sq_free, sq_realloc,  sq_size,
                                                sq_roundup, sq_init, sq_shutdown, NULL};
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK)
        abort();
    /* No memory of SQLite's own to fall back on. */
    if (sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0) != SQLITE_OK)
        abort();
}

/* ---- which one fails ---- */

static uint64_t stride(fault_sequence *s)
{
    return proof_full() ? 1 : 1 + proof_random(&s->rng, (uint32_t)(2 * s->every - 1));
}

static fault_sequence start(uint64_t total, uint64_t every)
{
    fault_sequence s = {.total = total, .every = every, .rng = fault_seed()};
    assert_true(total > 20);
    s.at = stride(&s);
    return s;
}

fault_sequence fault_sequence_begin(uint64_t total)
{
    return start(total, 10);
}

fault_sequence fault_sequence_sample(uint64_t total, unsigned tries)
{
    return start(total, total / tries < 10 ? 10 : total / tries);
}

bool fault_sequence_more(const fault_sequence *s)
{
    return s->at <= s->total;
}

void fault_sequence_next(fault_sequence *s)
{
    s->tried++;
    s->at += stride(s);
}

void fault_alloc_expect(gaz_status st, const gaz_error *err, const char *what, uint64_t at,
                        bool forever)
{
    if (st == GAZ_OK)
        return;
    if (st != GAZ_E_NOMEM || err->status != GAZ_E_NOMEM || !*err->message ||
        strchr(err->message, '\n'))
        fail_msg("%s, allocation %llu%s: %s instead of no memory: %s", what, (unsigned long long)at,
                 forever ? " and on" : "", gaz_status_name(st), err->message);
}
