/* What a person reads of a definition: its documentation and its signature. A comment belongs to
 * the definition that begins on the next line, or, for fields and the like, to the one before it on
 * its own line; documentation strings belong to the definition in whose body they stand. */
#include <stdlib.h>
#include <string.h>
#include "assemble.h"

enum { SHORT_BODY = 80 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static int by_start(const void *left, const void *right)
{
    const raw_comment *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

static int by_range(const void *left, const void *right)
{
    const raw_range *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

/* Whether only blanks and at most one line end stand between. */
static bool joined(const raw_facts *raw, uint32_t from, uint32_t to)
{
    uint32_t lines = 0;
    for (uint32_t i = from; i < to; i++) {
        lines += raw->text[i] == '\n';
        if (!is_blank(raw->text[i]) || lines > 1)
            return false;
    }
    return from <= to;
}

static bool first_on_line(const raw_facts *raw, uint32_t at)
{
    while (at > 0 && raw->text[at - 1] != '\n') {
        if (!is_blank(raw->text[at - 1]))
            return false;
        at--;
    }
    return true;
}

/* The first comment that begins at or after a position. */
static size_t comment_from(const raw_facts *raw, uint32_t position)
{
    size_t low = 0, high = raw->comments.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (raw->comments.items[middle].start < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where a comment's text ends: some grammars count the line end in. */
static uint32_t comment_end(const raw_facts *raw, const raw_comment *comment)
{
    uint32_t end = comment->end;
    while (end > comment->start && is_blank(raw->text[end - 1]))
        end--;
    return end;
}

static raw_range doc_before(const raw_facts *raw, const raw_definition *d)
{
    size_t i = comment_from(raw, d->span.start);
    raw_range doc = {0, 0};
    uint32_t next = d->span.start;
    for (; i > 0; i--) {
        const raw_comment *comment = &raw->comments.items[i - 1];
        uint32_t end = comment_end(raw, comment);
        if (!joined(raw, end, next) || !first_on_line(raw, comment->start))
            break;
        bool block = end - comment->start > 2 && raw->text[comment->start] == '/' &&
                     raw->text[comment->start + 1] == '*';
        if (doc.end != 0 && block)
            break; /* a block comment is a whole */
        doc.start = comment->start;
        if (doc.end == 0)
            doc.end = end;
        if (block)
            break;
        next = comment->start;
    }
    /* "#!" and editors' modelines at the head of a file document nothing. */
    if (doc.end > doc.start + 1 && doc.start == 0 && memcmp(raw->text, "#!", 2) == 0)
        doc = (raw_range){0, 0};
    return doc;
}

static raw_range doc_beside(const raw_facts *raw, const raw_definition *d)
{
    /* TOML counts the comment beside a key in. */
    bool key = d->kind == GAZ_SYMBOL_KEY && range_len(d->body) > 0;
    uint32_t from = key ? d->body.end : d->span.end;
    size_t i = comment_from(raw, from);
    if (i == raw->comments.len)
        return (raw_range){0, 0};
    const raw_comment *comment = &raw->comments.items[i];
    if (comment->start_line != d->span.end_line)
        return (raw_range){0, 0};
    for (uint32_t at = from; at < comment->start; at++)
        if (!is_blank(raw->text[at]) && raw->text[at] != ',' && raw->text[at] != ';')
            return (raw_range){0, 0};
    return (raw_range){comment->start, comment_end(raw, comment)};
}

static bool documented_beside(const raw_definition *d)
{
    unsigned kind = d->kind;
    if (kind == GAZ_SYMBOL_KEY) /* beside its only line, not the last of the keys it holds */
        return d->span.start_line == d->span.end_line;
    return kind == GAZ_SYMBOL_FIELD || kind == GAZ_SYMBOL_ENUM_MEMBER ||
           kind == GAZ_SYMBOL_VARIABLE || kind == GAZ_SYMBOL_CONSTANT ||
           kind == GAZ_SYMBOL_COLUMN || kind == GAZ_SYMBOL_PROPERTY;
}

/* The innermost kept definition whose body holds a range. */
static raw_definition *body_around(const raw_facts *raw, raw_range range)
{
    raw_definition *found = NULL;
    size_t low = 0, high = raw->definitions.len;
    while (low < high) { /* the first that begins after the range */
        size_t middle = low + (high - low) / 2;
        if (raw->definitions.items[middle].span.start <= range.start)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low, looked = 0; i > 0 && !found && looked < 64; i--, looked++) {
        raw_definition *d = &raw->definitions.items[i - 1];
        if (d->kept != GAZ_NO_DEFINITION && d->body.start <= range.start &&
            d->body.end >= range.end && range_len(d->body) > 0)
            found = d;
    }
    return found;
}

/* What PHP's comments say of types where the code does not: `@var Foo`, `@return Foo|null`. */
static raw_range documented_type(const raw_facts *raw, const raw_definition *d)
{
    const char *tag = gaz_kind_is_function(d->kind) ? "@return " : "@var ";
    const char *doc = raw->text + d->doc.start, *at = NULL;
    if (range_len(d->doc) > 0)
        at = memmem(doc, range_len(d->doc), tag, strlen(tag));
    if (!at)
        return (raw_range){0, 0};
    uint32_t start = (uint32_t)(at - raw->text + (ptrdiff_t)strlen(tag)), end;
    while (start < d->doc.end && raw->text[start] == ' ')
        start++;
    for (end = start; end < d->doc.end && !is_blank(raw->text[end]) && raw->text[end] != '*'; end++)
        ;
    return (raw_range){start, end};
}

void gaz_attach_docs(assembly *a)
{
    raw_facts *raw = &a->raw;
    if (raw->comments.len > 1)
        qsort(raw->comments.items, raw->comments.len, sizeof *raw->comments.items, by_start);
    if (raw->docs.len > 1)
        qsort(raw->docs.items, raw->docs.len, sizeof *raw->docs.items, by_range);
    for (size_t i = 0; i < raw->docs.len; i++) {
        raw_definition *d = body_around(raw, raw->docs.items[i]);
        if (d && d->doc.end == 0)
            d->doc = raw->docs.items[i];
    }
    for (size_t i = 0; i < raw->definitions.len; i++) {
        raw_definition *d = &raw->definitions.items[i];
        if (d->kept == GAZ_NO_DEFINITION || d->doc.end != 0)
            continue;
        d->doc = doc_before(raw, d);
        if (d->doc.end == 0 && documented_beside(d))
            d->doc = doc_beside(raw, d);
        if (a->style == gaz_language_style(STYLE_PHP) && range_len(d->type) == 0 &&
            (gaz_kind_is_function(d->kind) || d->kind == GAZ_SYMBOL_FIELD))
            d->type = documented_type(raw, d);
    }
}

/* Where the body begins, or the comments that stand right before it. */
static uint32_t before_comments(const raw_facts *raw, const raw_definition *d)
{
    uint32_t end = d->body.start;
    for (size_t i = comment_from(raw, end); i > 0; i--) {
        const raw_comment *comment = &raw->comments.items[i - 1];
        uint32_t at = comment_end(raw, comment);
        while (at < end && is_blank(raw->text[at]))
            at++;
        if (at != end || comment->start < d->name_span.end)
            break;
        end = comment->start;
    }
    return end;
}

/* Where the signature stops: before the body, unless that is a short value that says more. */
static uint32_t signature_end(const raw_facts *raw, const raw_definition *d)
{
    uint32_t end = d->span.end;
    if (d->signature_end > d->signature_start && d->signature_end <= end)
        return d->signature_end;
    if (d->stop == STOP_LINE || (range_len(d->body) == 0 && kind_is_data(d->kind))) {
        const char *line = memchr(raw->text + d->signature_start, '\n', end - d->signature_start);
        return line ? (uint32_t)(line - raw->text) : end;
    }
    if (range_len(d->body) == 0 || d->body.start < d->signature_start)
        return end;
    bool value = d->kind == GAZ_SYMBOL_KEY || documented_beside(d) || d->kind == GAZ_SYMBOL_MACRO ||
                 d->kind == GAZ_SYMBOL_TYPE;
    if (value && d->stop == STOP_VALUE && range_len(d->body) <= SHORT_BODY &&
        !memchr(raw->text + d->body.start, '\n', range_len(d->body)))
        return d->kind == GAZ_SYMBOL_KEY ? d->body.end : end;
    return before_comments(raw, d);
}

static bool ends_signature(char c)
{
    return is_blank(c) || c == '{' || c == '=' || c == ':' || c == ';' || c == ',' || c == '\\';
}

/* Copies with runs of blanks as one space, at most GAZ_SIGNATURE_MAX bytes. */
static uint32_t fold_blanks(const char *text, uint32_t len, char *out, bool *cut)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < len; i++) {
        bool blank = is_blank(text[i]) || (text[i] == '\\' && i + 1 < len &&
                                           (text[i + 1] == '\n' || text[i + 1] == '\r'));
        if (n + 1 >= GAZ_SIGNATURE_MAX - 3) {
            *cut = true;
            break;
        }
        if (!blank)
            out[n++] = text[i];
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    while (*cut && n > 0 && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
        n--; /* not in the middle of a character */
    if (*cut && n > 0 && (unsigned char)out[n - 1] >= 0xc0)
        n--;
    return n;
}

bool gaz_fold_name(assembly *a, gaz_slice *name)
{
    char line[GAZ_SIGNATURE_MAX + 1];
    bool cut = false;
    uint32_t n = fold_blanks(name->data, name->len, line, &cut);
    char *copy = gaz_arena_strndup(&a->facts->arena, line, n);
    if (copy)
        *name = (gaz_slice){copy, n};
    return copy != NULL;
}

gaz_status gaz_signature(assembly *a, const raw_definition *d, gaz_slice *out, gaz_error *err)
{
    const raw_facts *raw = &a->raw;
    char line[GAZ_SIGNATURE_MAX + 1];
    const char *text = raw->text + d->signature_start;
    bool cut = false;
    uint32_t n = fold_blanks(text, signature_end(raw, d) - d->signature_start, line, &cut);
    bool arrow = n >= 2 && line[n - 1] == '>' && line[n - 2] == '=';
    n -= arrow ? 2 : 0;
    bool data = kind_is_data(d->kind);
    while (n > 0 && (ends_signature(line[n - 1]) || (data && strchr("[(", line[n - 1]))))
        n--;
    if (!cut && memcmp(text, line, n) == 0) {
        *out = (gaz_slice){text, n};
        return GAZ_OK;
    }
    if (cut) {
        memcpy(line + n, "…", sizeof "…" - 1);
        n += sizeof "…" - 1;
    }
    char *copy = gaz_arena_strndup(&a->facts->arena, line, n);
    if (!copy)
        return gaz_error_set(err, GAZ_E_NOMEM,
                             "cannot keep the definitions of a text: out of memory");
    *out = (gaz_slice){copy, n};
    return GAZ_OK;
}
