/* Names for ranking. A scope's paths lie in lower case, in static order, beside a set of the
 * letters of each base name and of each directory: most candidates are told apart by one AND. Files
 * of one directory follow each other in that order as a rule, so what a directory says is looked
 * for once a run. */
#include "names.h"

#include <stdlib.h>
#include <string.h>

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the names of files");
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

static uint64_t letters_of(const char *text, size_t len)
{
    uint64_t set = 0;
    for (size_t i = 0; i < len; i++)
        set |= UINT64_C(1) << ((unsigned char)text[i] & 63);
    return set;
}

static void fill(scope_names *t, const scope *s)
{
    size_t at = 0, last = 0, last_len = SIZE_MAX;
    for (size_t i = 0; i < s->file_count; i++) {
        const view_entry *e = scope_entry(s, &s->files[i]);
        char *path = t->text + at;
        for (uint32_t k = 0; k < e->path_len; k++)
            path[k] = lower(e->path[k]);
        const char *slash = memrchr(path, '/', e->path_len);
        size_t dir = slash ? (size_t)(slash - path) : 0;
        if (dir != last_len || memcmp(path, t->text + last, dir) != 0)
            t->in_runs[t->runs++] = letters_of(path, dir);
        last = at;
        last_len = dir;
        size_t base = slash ? dir + 1 : 0;
        t->files[i] = (scope_name){.letters = letters_of(path + base, e->path_len - base),
                                   .path = at,
                                   .len = e->path_len,
                                   .base = (uint32_t)base,
                                   .run = t->runs - 1,
                                   .tier = e->tier};
        at += e->path_len;
    }
}

/* The scope's table, made when the first search asks for it. */
static const scope_names *table_of(scope *s)
{
    scope_names *t = atomic_load(&s->names);
    if (t)
        return t;
    size_t bytes = 0;
    for (size_t i = 0; i < s->file_count; i++)
        bytes += scope_entry(s, &s->files[i])->path_len;
    t = calloc(1, sizeof *t);
    if (t) {
        t->files = malloc((s->file_count + 1) * sizeof *t->files);
        t->in_runs = malloc((s->file_count + 1) * sizeof *t->in_runs);
        t->text = calloc(bytes + 1, 1);
    }
    if (!t || !t->files || !t->in_runs || !t->text) {
        scope_names_free(t);
        return NULL;
    }
    fill(t, s);
    scope_names *other = NULL;
    if (atomic_compare_exchange_strong(&s->names, &other, t))
        return t;
    scope_names_free(t);
    return other;
}

void scope_names_free(scope_names *t)
{
    if (!t)
        return;
    free(t->files);
    free(t->in_runs);
    free(t->text);
    free(t);
}

static bool add_needle(names *n, const plan *p, const gaz_atom *atom)
{
    char *text = gaz_arena_alloc(p->arena, atom->len);
    _Atomic(int8_t) *in_run = gaz_arena_array(p->arena, n->of->runs + 1, sizeof *in_run);
    if (!text || !in_run)
        return false;
    for (size_t i = 0; i < atom->len; i++)
        text[i] = lower(atom->text[i]);
    n->needles[n->count++] = (needle){.text = text,
                                      .len = atom->len,
                                      .letters = letters_of(text, atom->len),
                                      .path = memchr(text, '/', atom->len) != NULL,
                                      .in_run = in_run};
    return true;
}

gaz_status names_init(names *n, const plan *p, scope *s, gaz_error *err)
{
    *n = (names){0};
    for (unsigned i = 0; i < p->atom_count && n->count < NEEDLES_MAX; i++) {
        const gaz_atom *a = p->atoms[i].atom;
        bool text = a->field == GAZ_FIELD_TEXT || a->field == GAZ_FIELD_CONTENT;
        if (!text || !p->atoms[i].positive || !a->literal || !a->len)
            continue;
        if (!n->of)
            n->of = table_of(s);
        if (!n->needles)
            n->needles = gaz_arena_array(p->arena, NEEDLES_MAX, sizeof *n->needles);
        if (!n->of || !n->needles || !add_needle(n, p, a))
            return no_memory(err);
    }
    return GAZ_OK;
}

/* Whether the directory of a file's run holds the literal. */
static bool in_directory(const needle *d, const scope_names *t, const scope_name *f)
{
    if (d->letters & ~t->in_runs[f->run])
        return false;
    const char *path = t->text + f->path;
    /* Two threads may look at once: they see the same. */
    int8_t known = atomic_load_explicit(&d->in_run[f->run], memory_order_relaxed);
    if (known == 0) {
        known = f->base && memmem(path, f->base - 1, d->text, d->len) ? 1 : -1;
        atomic_store_explicit(&d->in_run[f->run], known, memory_order_relaxed);
    }
    return known > 0;
}

static unsigned points_of(const needle *d, const scope_names *t, const scope_name *f)
{
    const char *path = t->text + f->path;
    const char *base = path + f->base;
    size_t len = f->len - f->base;
    if (d->path)
        return memmem(path, f->len, d->text, d->len) ? 1 : 0;
    if ((d->letters & ~f->letters) == 0 && d->len <= len) {
        const char *dot = memrchr(base, '.', len);
        size_t stem = dot && dot > base ? (size_t)(dot - base) : len;
        if ((stem == d->len || len == d->len) && memcmp(base, d->text, d->len) == 0)
            return 6;
        if (memmem(base, len, d->text, d->len))
            return 3;
    }
    return in_directory(d, t, f) ? 1 : 0;
}

void names_prefetch(const names *n, uint32_t file)
{
    if (n->count)
        __builtin_prefetch(&n->of->files[file]);
}

unsigned names_points(const names *n, uint32_t file)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n->count; i++)
        sum += points_of(&n->needles[i], n->of, &n->of->files[file]);
    return sum < NAME_POINTS_MAX ? sum : NAME_POINTS_MAX;
}
