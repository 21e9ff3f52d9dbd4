/* Renames: git stores none, so deleted files are paired with added ones. First by content: of equal
 * blobs the one with the same base name, then the first by path. Then by likeness: the bytes of the
 * lines that two files have in common, over the bytes of the larger; half is enough, the most alike
 * pair goes first. Likeness reads blobs and compares each with each, so it is for small commits
 * only. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/map.h"
#include "history_private.h"

#define PAIR_FILES 100 /* deleted and added files above which content must be equal */
#define PAIR_BLOB ((uint64_t)512 << 10) /* bytes of a file whose likeness is looked at */
#define PAIR_BYTES ((uint64_t)16 << 20) /* bytes read for one commit */
#define PAIR_LIKENESS 50                /* of 100 */

typedef struct line_weight {
    uint64_t hash;
    uint32_t bytes;
} line_weight;

/* A file that may be one half of a rename. */
typedef struct half {
    size_t at; /* in the list of changes */
    bool taken, read;
    line_weight *lines; /* by hash; equal ones put together */
    size_t count;
    uint32_t bytes;
} half;

typedef struct pairing {
    gaz_repo *repo;
    gaz_change_list *list;
    half *gone, *come;
    size_t gone_count, come_count;
    uint64_t bytes_read;
} pairing;

typedef struct candidate {
    size_t gone, come;
    unsigned likeness;
    bool same_name;
} candidate;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to look for renamed files");
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool same_name(const gaz_history_change *a, const gaz_history_change *b)
{
    return strcmp(base_name(a->path), base_name(b->path)) == 0;
}

static void join(pairing *p, half *gone, half *come, unsigned likeness)
{
    gaz_history_change *from = &p->list->items[gone->at], *to = &p->list->items[come->at];
    to->kind = GAZ_HISTORY_RENAME;
    to->from = from->path;
    to->from_len = from->path_len;
    to->before = from->before;
    to->likeness = (uint8_t)likeness;
    gone->taken = come->taken = true;
}

/* ---- by content ---- */

/* Per blob the map holds the first free half + 1; those of equal blobs follow it by `chain`.
 * @param named  only pairs of the same base name, looked for among the first few */
static void pair_equal(pairing *p, const gaz_map *by_blob, const size_t *chain, bool named)
{
    for (size_t i = 0; i < p->come_count; i++) {
        half *come = &p->come[i];
        const gaz_history_change *to = &p->list->items[come->at];
        uint64_t *first = come->taken ? NULL : gaz_map_get(by_blob, to->after.id, GAZ_OID_SIZE);
        while (first && *first && p->gone[*first - 1].taken)
            *first = chain[*first - 1];
        size_t looked = 0;
        for (size_t g = first ? (size_t)*first : 0; g && looked < PAIR_FILES;
             g = chain[g - 1], looked++) {
            half *gone = &p->gone[g - 1];
            const gaz_history_change *from = &p->list->items[gone->at];
            if (gone->taken || from->entry != to->entry || (named && !same_name(from, to)))
                continue;
            join(p, gone, come, 100);
            break;
        }
    }
}

static gaz_status pair_by_content(pairing *p, gaz_error *err)
{
    gaz_map by_blob;
    size_t *chain = calloc(p->gone_count + 1, sizeof *chain);
    gaz_status st = chain ? GAZ_OK : no_memory(err);
    gaz_map_init(&by_blob);
    for (size_t g = p->gone_count; st == GAZ_OK && g-- > 0;) {
        const gaz_oid *blob = &p->list->items[p->gone[g].at].before;
        uint64_t *first = gaz_map_put(&by_blob, blob->id, GAZ_OID_SIZE, NULL);
        if (!first) {
            st = no_memory(err);
        } else {
            chain[g] = (size_t)*first;
            *first = g + 1;
        }
    }
    if (st == GAZ_OK) {
        pair_equal(p, &by_blob, chain, true);
        pair_equal(p, &by_blob, chain, false);
    }
    gaz_map_release(&by_blob);
    free(chain);
    return st;
}

/* ---- by likeness ---- */

static int by_hash(const void *a, const void *b)
{
    const line_weight *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static gaz_status weigh_lines(half *h, const char *text, size_t len, gaz_error *err)
{
    GAZ_VEC(line_weight) lines = {0};
    for (size_t at = 0; at < len;) {
        const char *eol = memchr(text + at, '\n', len - at);
        size_t n = eol ? (size_t)(eol - text) + 1 - at : len - at;
        line_weight line = {gaz_checksum(text + at, n), (uint32_t)n};
        if (!gaz_vec_push(&lines, line)) {
            gaz_vec_free(&lines);
            return no_memory(err);
        }
        at += n;
    }
    if (lines.len)
        qsort(lines.items, lines.len, sizeof *lines.items, by_hash);
    size_t kept = 0;
    for (size_t i = 0; i < lines.len; i++) {
        if (kept && lines.items[kept - 1].hash == lines.items[i].hash)
            lines.items[kept - 1].bytes += lines.items[i].bytes;
        else
            lines.items[kept++] = lines.items[i];
    }
    h->lines = lines.items;
    h->count = kept;
    h->bytes = (uint32_t)len;
    return GAZ_OK;
}

/* A file that cannot be read, or is too large or empty, is like no other. */
static gaz_status read_half(pairing *p, half *h, const gaz_oid *blob, gaz_error *err)
{
    gaz_strbuf text;
    gaz_error why = {0};
    if (h->read)
        return GAZ_OK;
    h->read = true;
    if (p->bytes_read > PAIR_BYTES)
        return GAZ_OK;
    gaz_strbuf_init(&text, PAIR_BLOB + 65536);
    gaz_status st = gaz_repo_blob(p->repo, blob, PAIR_BLOB, false, &text, &why);
    if (st == GAZ_OK) {
        p->bytes_read += text.len;
        if (!memchr(text.data, 0, text.len))
            st = weigh_lines(h, text.data, text.len, err);
    } else if (st == GAZ_E_NOMEM) {
        st = no_memory(err);
    } else {
        st = GAZ_OK;
    }
    gaz_strbuf_release(&text);
    return st;
}

static unsigned likeness(const half *a, const half *b)
{
    uint64_t common = 0, larger = a->bytes > b->bytes ? a->bytes : b->bytes;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->lines[i].hash == b->lines[j].hash) {
            common += a->lines[i].bytes < b->lines[j].bytes ? a->lines[i].bytes : b->lines[j].bytes;
            i++;
            j++;
        } else if (a->lines[i].hash < b->lines[j].hash) {
            i++;
        } else {
            j++;
        }
    }
    return larger ? (unsigned)(common * 100 / larger) : 0;
}

static int by_likeness(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->likeness != y->likeness)
        return x->likeness > y->likeness ? -1 : 1;
    if (x->same_name != y->same_name)
        return x->same_name ? -1 : 1;
    if (x->come != y->come)
        return x->come < y->come ? -1 : 1;
    return x->gone < y->gone ? -1 : x->gone > y->gone;
}

static gaz_status compare_halves(pairing *p, candidate *found, size_t *count, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < p->come_count; i++) {
        half *come = &p->come[i];
        const gaz_history_change *to = &p->list->items[come->at];
        for (size_t g = 0; st == GAZ_OK && !come->taken && g < p->gone_count; g++) {
            half *gone = &p->gone[g];
            const gaz_history_change *from = &p->list->items[gone->at];
            if (gone->taken || from->entry != GAZ_ENTRY_FILE || to->entry != GAZ_ENTRY_FILE)
                continue;
            st = read_half(p, come, &to->after, err);
            if (st == GAZ_OK)
                st = read_half(p, gone, &from->before, err);
            unsigned like = st == GAZ_OK ? likeness(gone, come) : 0;
            if (like >= PAIR_LIKENESS)
                found[(*count)++] = (candidate){g, i, like, same_name(from, to)};
        }
    }
    return st;
}

static gaz_status pair_by_likeness(pairing *p, gaz_error *err)
{
    candidate *found = calloc(p->gone_count * p->come_count, sizeof *found);
    size_t count = 0;
    gaz_status st = found ? compare_halves(p, found, &count, err) : no_memory(err);
    if (st == GAZ_OK)
        qsort(found, count, sizeof *found, by_likeness);
    for (size_t i = 0; st == GAZ_OK && i < count; i++)
        if (!p->gone[found[i].gone].taken && !p->come[found[i].come].taken)
            join(p, &p->gone[found[i].gone], &p->come[found[i].come], found[i].likeness);
    free(found);
    return st;
}

/* ---- all together ---- */

static gaz_status collect(pairing *p, gaz_error *err)
{
    const gaz_change_list *list = p->list;
    for (size_t i = 0; i < list->len; i++) {
        p->gone_count += list->items[i].kind == GAZ_HISTORY_DELETE;
        p->come_count += list->items[i].kind == GAZ_HISTORY_ADD;
    }
    p->gone = calloc(p->gone_count + 1, sizeof *p->gone);
    p->come = calloc(p->come_count + 1, sizeof *p->come);
    if (!p->gone || !p->come)
        return no_memory(err);
    for (size_t i = 0, g = 0, c = 0; i < list->len; i++) {
        if (list->items[i].kind == GAZ_HISTORY_DELETE)
            p->gone[g++].at = i;
        else if (list->items[i].kind == GAZ_HISTORY_ADD)
            p->come[c++].at = i;
    }
    return GAZ_OK;
}

static void drop_joined(pairing *p)
{
    size_t kept = 0, g = 0;
    for (size_t i = 0; i < p->list->len; i++) {
        bool is_gone = g < p->gone_count && p->gone[g].at == i;
        if (!is_gone || !p->gone[g].taken)
            p->list->items[kept++] = p->list->items[i];
        g += is_gone;
    }
    p->list->len = kept;
}

static void free_halves(half *halves, size_t count)
{
    for (size_t i = 0; halves && i < count; i++)
        free(halves[i].lines);
    free(halves);
}

gaz_status gaz_history_pair(gaz_repo *repo, gaz_change_list *list, gaz_error *err)
{
    pairing p = {.repo = repo, .list = list};
    gaz_status st = collect(&p, err);
    if (st == GAZ_OK && p.gone_count && p.come_count) {
        st = pair_by_content(&p, err);
        if (st == GAZ_OK && p.gone_count <= PAIR_FILES && p.come_count <= PAIR_FILES)
            st = pair_by_likeness(&p, err);
        if (st == GAZ_OK)
            drop_joined(&p);
    }
    free_halves(p.gone, p.gone_count);
    free_halves(p.come, p.come_count);
    return st;
}
