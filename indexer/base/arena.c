/* Bump allocation in chunks that double up to 1 MiB; big requests get a chunk of their own. */
#include "gaz/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK ((size_t)4096)
#define LAST_CHUNK ((size_t)1 << 20)

struct gaz_arena_chunk {
    gaz_arena_chunk *next;
    size_t used, cap;
    alignas(16) char data[];
};

void gaz_arena_init(gaz_arena *arena, size_t max)
{
    *arena = (gaz_arena){.max = max};
}

void gaz_arena_release(gaz_arena *arena)
{
    for (gaz_arena_chunk *c = arena->head, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    gaz_arena_init(arena, arena->max);
}

void gaz_arena_reset(gaz_arena *arena)
{
    gaz_arena_chunk *keep = arena->head;
    if (keep) {
        for (gaz_arena_chunk *c = keep->next, *next; c; c = next) {
            next = c->next;
            free(c);
        }
        keep->next = NULL;
        keep->used = 0;
    }
    arena->used = 0;
}

static gaz_arena_chunk *add_chunk(gaz_arena *arena, size_t size)
{
    size_t cap = arena->head ? arena->head->cap * 2 : FIRST_CHUNK;
    cap = cap > LAST_CHUNK ? LAST_CHUNK : cap;
    cap = cap < size ? size : cap;
    gaz_arena_chunk *c = malloc(sizeof *c + cap);
    if (!c)
        return NULL;
    c->used = 0;
    c->cap = cap;
    c->next = arena->head;
    arena->head = c;
    return c;
}

void *gaz_arena_alloc(gaz_arena *arena, size_t size)
{
    if (size > arena->max || arena->used > arena->max - size)
        return NULL;
    size_t rounded = (size + 15) & ~(size_t)15;
    if (rounded < size || rounded > SIZE_MAX - sizeof(gaz_arena_chunk))
        return NULL;
    gaz_arena_chunk *c = arena->head;
    if (!c || c->cap - c->used < rounded)
        c = add_chunk(arena, rounded);
    if (!c)
        return NULL;
    void *p = c->data + c->used;
    c->used += rounded;
    arena->used += size;
    return memset(p, 0, rounded);
}

void *gaz_arena_array(gaz_arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return gaz_arena_alloc(arena, total);
}

char *gaz_arena_strndup(gaz_arena *arena, const char *text, size_t len)
{
    char *p = len < SIZE_MAX ? gaz_arena_alloc(arena, len + 1) : NULL;
    if (p && len)
        memcpy(p, text, len);
    return p;
}

char *gaz_arena_strdup(gaz_arena *arena, const char *text)
{
    return gaz_arena_strndup(arena, text, strlen(text));
}
