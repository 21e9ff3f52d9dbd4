/* Reading values of the query language: bare words, "quoted literals" and /regular expressions/.
 * Every byte of a value remembers its column in the query, so that an error inside a pattern points
 * at what the user typed. */
#include "parse_internal.h"

#include <stdio.h>
#include <string.h>

gaz_status gaz_query_fail(gaz_query_parser *p, gaz_status status, size_t column, const char *format,
                          ...)
{
    char message[sizeof p->err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (p->err && p->err->status == GAZ_OK)
        p->err->column = column;
    return gaz_error_set(p->err, status, "query, column %zu: %s", column, message);
}

static gaz_status out_of_memory(gaz_query_parser *p)
{
    return gaz_error_set(p->err, GAZ_E_NOMEM, "parsing a query: out of memory");
}

bool gaz_query_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void gaz_query_skip(gaz_query_parser *p)
{
    while (p->at < p->len && gaz_query_space(p->text[p->at]))
        p->at++;
}

/** Collects the bytes of one value; `room` bytes are certainly enough. */
typedef struct builder {
    char *text;
    uint16_t *columns;
    size_t len;
} builder;

static gaz_status builder_start(gaz_query_parser *p, builder *b, size_t room)
{
    b->len = 0;
    b->text = gaz_arena_alloc(p->arena, room + 1);
    b->columns = gaz_arena_array(p->arena, room + 1, sizeof *b->columns);
    return b->text && b->columns ? GAZ_OK : out_of_memory(p);
}

/** Takes the byte at `at` (0-based in the query). */
static void builder_take(builder *b, const gaz_query_parser *p, size_t at)
{
    b->text[b->len] = p->text[at];
    b->columns[b->len++] = (uint16_t)(at + 1);
}

/** @param at  where the value ended, for columns[len] */
static void builder_end(builder *b, size_t at, gaz_query_value *out)
{
    b->text[b->len] = '\0';
    b->columns[b->len] = (uint16_t)(at + 1);
    out->text = b->text;
    out->len = b->len;
    out->columns = b->columns;
}

/** What follows a closing quote or slash must end the word. */
static gaz_status check_end(gaz_query_parser *p, size_t opened, char delimiter)
{
    if (p->at == p->len || gaz_query_space(p->text[p->at]) || p->text[p->at] == ')')
        return GAZ_OK;
    gaz_status st =
        gaz_query_fail(p, GAZ_E_INVALID, p->at + 1,
                       "a space is missing behind the closing %c of column %zu", delimiter, opened);
    if (delimiter == '/')
        gaz_error_hint(p->err, "/…/ is a regular expression; quote a path: \"/usr/bin\"");
    else
        gaz_error_hint(p->err, "inside quotes write \\\" for a quote");
    return st;
}

/* Copies [open+1, end) without its escapes: the delimiter behind a backslash, and inside quotes the
 * backslash. */
static gaz_status undo_escapes(gaz_query_parser *p, size_t open, size_t end, gaz_query_value *out)
{
    char delimiter = p->text[open];
    bool regex = delimiter == '/';
    builder b;
    gaz_status st = builder_start(p, &b, end - open);
    if (st != GAZ_OK)
        return st;
    for (size_t at = open + 1; at < end; at++) {
        if (p->text[at] == '\\') {
            char next = p->text[at + 1];
            bool undone = next == delimiter || (!regex && next == '\\');
            if (!undone)
                builder_take(&b, p, at);
            if (!undone && !regex)
                continue;
            at++;
        }
        builder_take(&b, p, at);
    }
    builder_end(&b, end, out);
    return GAZ_OK;
}

/* How far a backslash reaches: inside slashes over any next byte, inside quotes only over a quote
 * or a backslash. */
static size_t skip_escape(char next, char delimiter)
{
    return delimiter == '/' || next == delimiter || next == '\\' ? 2 : 1;
}

static gaz_status read_delimited(gaz_query_parser *p, gaz_query_value *out)
{
    size_t open = p->at, end = open + 1;
    char delimiter = p->text[open];
    bool regex = delimiter == '/';
    while (end < p->len && p->text[end] != delimiter)
        end +=
            p->text[end] == '\\' && end + 1 < p->len ? skip_escape(p->text[end + 1], delimiter) : 1;
    if (end >= p->len) {
        gaz_status st =
            gaz_query_fail(p, GAZ_E_INVALID, open + 1, "a %s starts here and never ends",
                           regex ? "regular expression" : "quoted text");
        gaz_error_hint(p->err, "%s",
                       regex ? "end it with /, or quote text that begins with a slash"
                             : "end it with \"");
        return st;
    }
    if (end == open + 1) {
        gaz_status st = gaz_query_fail(p, GAZ_E_INVALID, open + 1, "nothing stands between the %s",
                                       regex ? "slashes" : "quotes");
        gaz_error_hint(p->err, "%s",
                       regex ? "quote text that begins with a slash: \"//\""
                             : "leave it out to find everything");
        return st;
    }
    gaz_status st = undo_escapes(p, open, end, out);
    if (st != GAZ_OK)
        return st;
    out->form = regex ? GAZ_FORM_REGEX : GAZ_FORM_QUOTED;
    out->column = open + 2;
    p->at = end + 1;
    return check_end(p, open + 1, delimiter);
}

static bool control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A bare word ends at white space or at a parenthesis that it did not open itself. A parenthesis
 * behind a backslash does not count. */
static gaz_status read_bare(gaz_query_parser *p, gaz_query_value *out)
{
    size_t start = p->at, at = start, open = 0;
    builder b;
    while (at < p->len && !gaz_query_space(p->text[at])) {
        char c = p->text[at];
        if (control(c)) {
            gaz_status st =
                gaz_query_fail(p, GAZ_E_INVALID, at + 1, "a control byte (0x%02x) in a word",
                               (unsigned)(unsigned char)c);
            gaz_error_hint(p->err, "quote the text, or write \\x%02x in a regular expression",
                           (unsigned)(unsigned char)c);
            return st;
        }
        if (c == '\\' && at + 1 < p->len &&
            (p->text[at + 1] == '(' || p->text[at + 1] == ')' || p->text[at + 1] == '\\'))
            at++;
        else if (c == '(')
            open++;
        else if (c == ')' && open-- == 0)
            break;
        at++;
    }
    gaz_status st = builder_start(p, &b, at - start);
    if (st != GAZ_OK)
        return st;
    for (size_t i = start; i < at; i++)
        builder_take(&b, p, i);
    builder_end(&b, at, out);
    out->form = GAZ_FORM_BARE;
    out->column = start + 1;
    p->at = at;
    return GAZ_OK;
}

gaz_status gaz_query_read(gaz_query_parser *p, gaz_query_value *out)
{
    char c = p->at < p->len ? p->text[p->at] : ' ';
    if (c == '"' || c == '/')
        return read_delimited(p, out);
    if (gaz_query_space(c) || c == ')')
        return gaz_query_fail(p, GAZ_E_INVALID, p->at + 1, "a value is missing");
    return read_bare(p, out);
}

gaz_status gaz_query_tidy_regex(gaz_query_parser *p, gaz_atom *atom)
{
    char *text = (char *)(uintptr_t)atom->text;
    uint16_t *columns = (uint16_t *)(uintptr_t)atom->columns;
    size_t kept = 0, i = 0;
    while (i < atom->len) {
        bool escape = text[i] == '\\';
        if (escape && i + 1 == atom->len) {
            gaz_status st = gaz_query_fail(p, GAZ_E_INVALID, columns[i],
                                           "the regular expression ends in a lone backslash");
            gaz_error_hint(p->err, "write \\\\ for a backslash");
            return st;
        }
        if (escape && text[i + 1] == '/')
            escape = false, i++;
        for (int n = escape ? 2 : 1; n > 0; n--, i++, kept++) {
            text[kept] = text[i];
            columns[kept] = columns[i];
        }
    }
    text[kept] = '\0';
    columns[kept] = columns[atom->len];
    atom->len = kept;
    return GAZ_OK;
}
