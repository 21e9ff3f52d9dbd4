/* Reading a SCIP index against the files of a commit: paths must be there, ranges must lie in the
 * texts. Columns are counted in bytes, UTF-16 units or characters, as the document says, and become
 * bytes of the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "scip_private.h"

#define PATH_SHOWN 120
#define NAME_SHOWN 60

#define NO_PACKAGE UINT32_MAX
#define OTHER_NAMES_LEAST 2    /* names that stand elsewhere than the index says, … */
#define OTHER_NAMES_PART 10    /* … and the part of them that is too much: a tenth */
#define WITHOUT_TEXT UINT8_MAX /* of covered: it had a document, which does not count */

enum { UNITS_BYTES = 1, UNITS_UTF16 = 2, UNITS_UTF32 = 3 };

/* Bytes of a text that are said to define a name. */
typedef struct scip_named {
    uint32_t start, end, line;
    bool same; /* the name stands there */
    const char *name;
    size_t len;
} scip_named;

typedef struct reading {
    const gaz_scip_tree *tree;
    gaz_scip_edges *edges;
    scip_tool tool;
    size_t memory;        /* that all of this may take */
    gaz_map symbols;      /* symbol, or document number and local symbol → number */
    gaz_map packages;     /* → number */
    GAZ_VEC(uint32_t) of; /* each symbol's package, or NO_PACKAGE */
    GAZ_VEC(uint32_t) pairs;
    GAZ_VEC(uint32_t) lines; /* where each line of the text begins, and its end */
    gaz_strbuf text;
    GAZ_VEC(scip_named) named; /* definitions of the document whose names can be compared */
    const scip_document *document;
    unsigned units; /* of its columns */
    uint32_t file;
    uint32_t number; /* of the document */
    struct {         /* the last place in the text that was looked for */
        uint32_t line, column, at;
    } last;
} reading;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read a SCIP index");
}

static gaz_status mismatch(const reading *rd, const char *what, gaz_error *err)
{
    char path[2 * PATH_SHOWN + 2];
    const char *below = rd->tree->below;
    snprintf(path, sizeof path, "%.*s%s%.*s", PATH_SHOWN, below && *below ? below : "",
             below && *below ? "/" : "", PATH_SHOWN, rd->document->path);
    for (char *p = path; *p; p++)
        *p = (unsigned char)*p >= ' ' && *p != 0x7f ? *p : '?';
    gaz_error_set(err, GAZ_E_INVALID, "the SCIP index does not match the commit: %s %s", path,
                  what);
    gaz_error_hint(err, "make the index from a clean checkout of the commit it is sent for");
    return GAZ_E_INVALID;
}

static gaz_status too_large(const reading *rd, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_LIMIT,
                  "cannot read a SCIP index: it takes more than %zu bytes of "
                  "memory",
                  rd->memory);
    gaz_error_hint(err, "the setting scip.memory raises it; or index a part of the tree at a time");
    return GAZ_E_LIMIT;
}

/* ---- places ---- */

static gaz_status find_lines(reading *rd, gaz_error *err)
{
    const char *at = rd->text.data, *end = at + rd->text.len;
    rd->lines.len = 0;
    if (!gaz_vec_push(&rd->lines, 0))
        return no_memory(err);
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (!gaz_vec_push(&rd->lines, (uint32_t)(at - rd->text.data)))
            return no_memory(err);
    }
    return GAZ_OK;
}

static unsigned lead_len(unsigned char c)
{
    return c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

/* The byte of a line and column; false beyond the text. Occurrences mostly come in order, so it
 * goes on from the last one of the line: a line may be all of a huge text. */
static bool place_of(reading *rd, int32_t line, int32_t column, uint32_t *out)
{
    if (line < 0 || column < 0 || (size_t)line > rd->lines.len ||
        ((size_t)line == rd->lines.len && column > 0))
        return false;
    uint32_t len = (uint32_t)rd->text.len;
    if ((size_t)line == rd->lines.len) { /* just behind the last line */
        *out = len;
        return true;
    }
    uint32_t start = rd->lines.items[line];
    uint32_t end = (size_t)line + 1 < rd->lines.len ? rd->lines.items[line + 1] - 1 : len;
    uint32_t at = start, left = (uint32_t)column;
    if (rd->units == UNITS_BYTES) {
        at = left > end - start ? end + 1 : start + left;
        left = 0;
    } else if (rd->last.line == (uint32_t)line && rd->last.column <= left) {
        at = rd->last.at;
        left -= rd->last.column;
    }
    while (left && at < end) {
        unsigned n = lead_len((unsigned char)rd->text.data[at]);
        unsigned cost = rd->units == UNITS_UTF16 && n == 4 ? 2 : 1;
        if (cost > left || n > end - at)
            return false;
        at += n;
        left -= cost;
    }
    if (left || at > end)
        return false;
    rd->last.line = (uint32_t)line;
    rd->last.column = (uint32_t)column;
    rd->last.at = at;
    *out = at;
    return true;
}

/* What a document that does not say it counts in: by its tool. */
static unsigned units_of(const reading *rd)
{
    static const char *const in_bytes[] = {"scip-go", "rust-analyzer", "scip-clang"};
    if (rd->document->encoding >= UNITS_BYTES && rd->document->encoding <= UNITS_UTF32)
        return (unsigned)rd->document->encoding;
    for (size_t i = 0; i < sizeof in_bytes / sizeof *in_bytes; i++)
        if (strcmp(rd->tool.name, in_bytes[i]) == 0)
            return UNITS_BYTES;
    return UNITS_UTF16;
}

static gaz_status range_of(reading *rd, const scip_occurrence *o, uint32_t *start, uint32_t *end,
                           gaz_error *err)
{
    if (o->range_len != 3 && o->range_len != 4)
        return mismatch(rd, "has a range that is none", err);
    int32_t last_line = o->range_len == 4 ? o->range[2] : o->range[0];
    if (!place_of(rd, o->range[0], o->range[1], start) ||
        !place_of(rd, last_line, o->range[o->range_len - 1], end))
        return mismatch(rd, "has a range beyond its text", err);
    return *end >= *start ? GAZ_OK : mismatch(rd, "has a range that ends before it begins", err);
}

/* ---- symbols ---- */

/* The number of the package that a symbol begins with: scheme, manager, name and version, each
 * ended by a space (two stand for one in them). None where it has no name. */
static gaz_status package_of(reading *rd, const char *symbol, uint32_t *out, gaz_error *err)
{
    const char *at = symbol, *name = symbol;
    bool added;
    *out = NO_PACKAGE;
    for (int part = 0; part < 4; part++) {
        name = part == 2 ? at : name;
        while (*at && !(at[0] == ' ' && at[1] != ' '))
            at += at[0] == ' ' ? 2 : 1;
        if (!*at++)
            return GAZ_OK;
    }
    if (*name == '.' || *name == ' ')
        return GAZ_OK;
    uint64_t *slot = gaz_map_put(&rd->packages, symbol, (size_t)(at - symbol), &added);
    if (!slot)
        return no_memory(err);
    if (added)
        *slot = rd->packages.len - 1;
    *out = (uint32_t)*slot;
    return GAZ_OK;
}

static gaz_status symbol_of(reading *rd, const char *symbol, uint32_t *out, gaz_error *err)
{
    char key[GAZ_SCIP_SYMBOL_MAX + 8];
    size_t len = strlen(symbol);
    bool added, local = strncmp(symbol, "local ", 6) == 0;
    if (len > GAZ_SCIP_SYMBOL_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a symbol of the SCIP index has more than %u bytes",
                             GAZ_SCIP_SYMBOL_MAX);
    uint32_t scope = local ? rd->number + 1 : 0;
    memcpy(key, &scope, sizeof scope);
    memcpy(key + sizeof scope, symbol, len);
    uint64_t *slot = gaz_map_put(&rd->symbols, key, sizeof scope + len, &added);
    if (!slot)
        return no_memory(err);
    *out = (uint32_t)*slot;
    if (!added)
        return GAZ_OK;
    *slot = *out = rd->edges->symbol_count++;
    key[sizeof scope - 1] = 'k'; /* beside the symbol, not in it: a second hash of the same */
    scip_key name = {local ? 0 : gaz_checksum(symbol, len),
                     local ? 0 : gaz_checksum(key + sizeof scope - 1, len + 1)};
    uint32_t package = NO_PACKAGE;
    gaz_status st = local ? GAZ_OK : package_of(rd, symbol, &package, err);
    if (st != GAZ_OK)
        return st;
    if (!gaz_vec_push(&rd->edges->flags, local ? SCIP_LOCAL : 0) ||
        !gaz_vec_push(&rd->edges->keys, name) || !gaz_vec_push(&rd->of, package))
        return no_memory(err);
    return rd->symbols.keys.used > rd->memory ? too_large(rd, err) : GAZ_OK;
}

/* ---- names ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

/* The name of the last descriptor of a symbol, where it is one that stands in a text: `a/B#c().` is
 * c. None of packages, modules, and names in backticks, which are made up. Grammar: scip.proto. */
static size_t name_of(const char *symbol, const char **name)
{
    size_t end = strlen(symbol), start;
    char suffix = end ? symbol[--end] : '\0';
    if (suffix == '.' && end && symbol[end - 1] == ')') {
        while (end && symbol[end] != '(')
            end--;
    } else if (suffix != '.' && suffix != '#' && suffix != '!' && suffix != ')' && suffix != ']') {
        return 0;
    }
    for (start = end; start && is_letter(symbol[start - 1]);)
        start--;
    bool whole = start && (strchr("/#.)]:! ", symbol[start - 1]) != NULL ||
                           (suffix == ')' && symbol[start - 1] == '(') ||
                           (suffix == ']' && symbol[start - 1] == '['));
    *name = symbol + start;
    bool made_up = symbol[start] == '$' || (symbol[start] >= '0' && symbol[start] <= '9');
    return whole && !made_up ? end - start : 0;
}

static gaz_status note_name(reading *rd, const scip_occurrence *o, const scip_entry *x,
                            gaz_error *err)
{
    scip_named n = {.start = x->start, .end = x->end, .line = (uint32_t)o->range[0] + 1};
    if (!x->definition || x->end == x->start || strncmp(o->symbol, "local ", 6) == 0)
        return GAZ_OK;
    n.len = name_of(o->symbol, &n.name);
    if (!n.len)
        return GAZ_OK;
    n.same = memmem(rd->text.data + x->start, x->end - x->start, n.name, n.len) != NULL;
    return gaz_vec_push(&rd->named, n) ? GAZ_OK : no_memory(err);
}

static int by_range(const void *left, const void *right)
{
    const scip_named *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return (int)b->same - (int)a->same; /* several may be defined at one place: the best first */
}

/* Whether names stand where the index defines them: an index of another version of the file may fit
 * by its ranges alone. */
static gaz_status check_names(reading *rd, gaz_error *err)
{
    size_t places = 0, others = 0;
    const scip_named *first = NULL;
    if (rd->named.len > 1)
        qsort(rd->named.items, rd->named.len, sizeof *rd->named.items, by_range);
    for (size_t i = 0; i < rd->named.len; i++) {
        const scip_named *n = &rd->named.items[i];
        if (i && n[-1].start == n->start && n[-1].end == n->end)
            continue;
        places++;
        others += !n->same;
        first = first || n->same ? first : n;
    }
    if (others < OTHER_NAMES_LEAST || others * OTHER_NAMES_PART <= places)
        return GAZ_OK;
    char what[200];
    snprintf(what, sizeof what,
             "does not define '%.*s' in line %u, and %zu of its %zu names stand elsewhere too",
             (int)(first->len < NAME_SHOWN ? first->len : NAME_SHOWN), first->name, first->line,
             others - 1, places);
    return mismatch(rd, what, err);
}

/* ---- documents ---- */

static gaz_status find_file(reading *rd, gaz_error *err)
{
    gaz_strbuf path;
    const char *below = rd->tree->below;
    size_t len = strlen(rd->document->path);
    gaz_strbuf_init(&path, 1 << 16);
    if (below && *below)
        gaz_strbuf_printf(&path, "%s/", below);
    gaz_strbuf_add(&path, rd->document->path, len);
    gaz_status st = gaz_strbuf_check(&path, err);
    rd->file =
        st == GAZ_OK && len ? rd->tree->find(rd->tree->ctx, path.data, path.len) : UINT32_MAX;
    gaz_strbuf_release(&path);
    if (st == GAZ_OK && rd->file >= rd->tree->file_count)
        return mismatch(rd, "is not in it", err);
    if (st == GAZ_OK && rd->edges->covered[rd->file])
        return mismatch(rd, "has two documents", err);
    if (st == GAZ_OK)
        rd->edges->covered[rd->file] = 1;
    return st;
}

static gaz_status load_text(reading *rd, gaz_error *err)
{
    gaz_strbuf_reset(&rd->text);
    rd->last.line = UINT32_MAX;
    rd->units = units_of(rd);
    gaz_status st = rd->tree->text(rd->tree->ctx, rd->file, GAZ_SCIP_TEXT_MAX, &rd->text, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&rd->text, err);
    if (st == GAZ_OK && rd->document->text_len &&
        (rd->document->text_len != rd->text.len ||
         memcmp(rd->document->text, rd->text.data, rd->text.len) != 0))
        return mismatch(rd, "has another text", err);
    return st == GAZ_OK ? find_lines(rd, err) : st;
}

static gaz_status see_occurrence(reading *rd, const scip_occurrence *o, gaz_error *err)
{
    scip_entry entry = {.file = rd->file, .definition = o->roles & SCIP_DEFINITION};
    size_t count = rd->edges->entries.len;
    if (count % 64 == 0 && gaz_expired(rd->tree->deadline_us))
        return gaz_error_set(err, GAZ_E_TIMEOUT, "reading a SCIP index took too long");
    gaz_status st = range_of(rd, o, &entry.start, &entry.end, err);
    if (st != GAZ_OK || !*o->symbol) /* a range of syntax alone */
        return st;
    if (scip_edges_size(count, rd->edges->symbol_count, rd->pairs.len / 2, 0) > rd->memory)
        return too_large(rd, err);
    st = symbol_of(rd, o->symbol, &entry.symbol, err);
    if (st == GAZ_OK && rd->edges->entries.len >= GAZ_SCIP_OCCURRENCES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "the SCIP index has more than %u occurrences",
                             GAZ_SCIP_OCCURRENCES_MAX);
    if (st == GAZ_OK && !gaz_vec_push(&rd->edges->entries, entry))
        return no_memory(err);
    return st == GAZ_OK ? note_name(rd, o, &entry, err) : st;
}

static gaz_status see_heir(reading *rd, const scip_heir *heir, gaz_error *err)
{
    uint32_t pair[2];
    gaz_status st = symbol_of(rd, heir->symbol, &pair[0], err);
    if (st == GAZ_OK)
        st = symbol_of(rd, heir->implements, &pair[1], err);
    if (st == GAZ_OK && (!gaz_vec_push(&rd->pairs, pair[0]) || !gaz_vec_push(&rd->pairs, pair[1])))
        return no_memory(err);
    return st;
}

static gaz_status see_document(void *ctx, const scip_document *document, gaz_error *err)
{
    reading *rd = ctx;
    rd->document = document;
    if (gaz_expired(rd->tree->deadline_us))
        return gaz_error_set(err, GAZ_E_TIMEOUT, "reading a SCIP index took too long");
    gaz_status st = find_file(rd, err);
    if (st == GAZ_OK)
        st = load_text(rd, err);
    if (st == GAZ_E_NOT_FOUND) {
        rd->edges->covered[rd->file] = WITHOUT_TEXT;
        rd->edges->summary.without_text++;
        return GAZ_OK;
    }
    for (size_t i = 0; st == GAZ_OK && i < document->occurrence_count; i++)
        st = see_occurrence(rd, &document->occurrences[i], err);
    if (st == GAZ_OK)
        st = check_names(rd, err);
    rd->named.len = 0;
    for (size_t i = 0; st == GAZ_OK && i < document->heir_count; i++)
        st = see_heir(rd, &document->heirs[i], err);
    rd->number++;
    return st;
}

/* What an index does not define of a package that it does define is not foreign: indexers go by
 * other names where a package is found on another way than by its place in the tree. */
static gaz_status mark_unplaced(reading *rd, gaz_error *err)
{
    gaz_scip_edges *e = rd->edges;
    uint8_t *ours = calloc(rd->packages.len + 1, 1);
    if (!ours)
        return no_memory(err);
    for (uint32_t s = 0; s < e->symbol_count; s++)
        if (rd->of.items[s] != NO_PACKAGE && e->definitions.first[s] < e->definitions.first[s + 1])
            ours[rd->of.items[s]] = 1;
    for (uint32_t s = 0; s < e->symbol_count; s++)
        if (rd->of.items[s] != NO_PACKAGE && ours[rd->of.items[s]] &&
            e->definitions.first[s] == e->definitions.first[s + 1])
            e->flags.items[s] |= SCIP_UNPLACED;
    free(ours);
    return GAZ_OK;
}

static gaz_status finish(reading *rd, gaz_error *err)
{
    gaz_scip_edges *e = rd->edges;
    gaz_status st = scip_edges_finish(e, rd->pairs.items, rd->pairs.len / 2, err);
    if (st == GAZ_OK)
        st = mark_unplaced(rd, err);
    if (st != GAZ_OK)
        return st;
    for (uint32_t i = 0; i < e->file_count; i++)
        if (e->covered[i] == WITHOUT_TEXT)
            e->covered[i] = 0;
    memcpy(e->summary.tool, rd->tool.name, sizeof e->summary.tool);
    memcpy(e->summary.version, rd->tool.version, sizeof e->summary.version);
    e->summary.documents = rd->number;
    return GAZ_OK;
}

gaz_status gaz_scip_read(const void *data, size_t len, const gaz_scip_tree *tree,
                         gaz_scip_edges **out, gaz_error *err)
{
    gaz_scip_tree with = *tree;
    if (!with.deadline_us)
        with.deadline_us = GAZ_NEVER;
    reading rd = {.tree = &with, .memory = tree->memory ? tree->memory : SCIP_MEMORY_DEFAULT};
    if (len > GAZ_SCIP_BYTES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a SCIP index may have %u bytes, this one has %zu",
                             GAZ_SCIP_BYTES_MAX, len);
    gaz_map_init(&rd.symbols);
    gaz_map_init(&rd.packages);
    gaz_strbuf_init(&rd.text, GAZ_SCIP_TEXT_MAX);
    gaz_status st = scip_edges_new(tree->file_count, &rd.edges, err);
    if (st == GAZ_OK)
        st = scip_unpack(data, len, rd.memory, &rd.tool, see_document, &rd, err);
    if (st == GAZ_OK)
        st = finish(&rd, err);
    gaz_map_release(&rd.symbols);
    gaz_map_release(&rd.packages);
    gaz_vec_free(&rd.of);
    gaz_strbuf_release(&rd.text);
    gaz_vec_free(&rd.pairs);
    gaz_vec_free(&rd.lines);
    gaz_vec_free(&rd.named);
    if (st == GAZ_OK)
        *out = rd.edges;
    else
        gaz_scip_edges_unref(rd.edges);
    return st;
}
