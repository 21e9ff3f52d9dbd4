/* Under each line stand the letters of its characters, so that both stand in columns:
 *   int f(char *s) { return 1; } // one
 *   ttt f.tttt oi. . kkkkkk 1. . cccccc */
#include "colours_text.h"

#include <string.h>

static const char letters[GAZ_HIGHLIGHT_COUNT] = {
    [GAZ_HIGHLIGHT_ATTRIBUTE] = 'a',    [GAZ_HIGHLIGHT_BOOLEAN] = 'b',
    [GAZ_HIGHLIGHT_COMMENT] = 'c',      [GAZ_HIGHLIGHT_CONSTANT] = 'C',
    [GAZ_HIGHLIGHT_CONSTRUCTOR] = 'n',  [GAZ_HIGHLIGHT_ESCAPE] = 'e',
    [GAZ_HIGHLIGHT_FUNCTION] = 'f',     [GAZ_HIGHLIGHT_FUNCTION_BUILTIN] = 'F',
    [GAZ_HIGHLIGHT_KEYWORD] = 'k',      [GAZ_HIGHLIGHT_LABEL] = 'l',
    [GAZ_HIGHLIGHT_MACRO] = 'm',        [GAZ_HIGHLIGHT_MARKUP_HEADING] = 'h',
    [GAZ_HIGHLIGHT_MARKUP_LINK] = 'u',  [GAZ_HIGHLIGHT_MARKUP_RAW] = 'r',
    [GAZ_HIGHLIGHT_MODULE] = 'M',       [GAZ_HIGHLIGHT_NUMBER] = '1',
    [GAZ_HIGHLIGHT_OPERATOR] = 'o',     [GAZ_HIGHLIGHT_PARAMETER] = 'i',
    [GAZ_HIGHLIGHT_PROPERTY] = 'p',     [GAZ_HIGHLIGHT_PUNCTUATION] = '.',
    [GAZ_HIGHLIGHT_STRING] = 's',       [GAZ_HIGHLIGHT_STRING_SPECIAL] = 'S',
    [GAZ_HIGHLIGHT_TAG] = 'g',          [GAZ_HIGHLIGHT_TYPE] = 't',
    [GAZ_HIGHLIGHT_TYPE_BUILTIN] = 'T', [GAZ_HIGHLIGHT_VARIABLE_BUILTIN] = 'v',
};

/* The letters of one line, without blanks at its end. Tabs stay, so that columns do. */
static void letters_of(gaz_strbuf *out, const char *text, size_t start, size_t end,
                       const gaz_highlights *colours, uint32_t *next)
{
    size_t from = out->len, needed = out->len;
    for (size_t at = start; at < end; at++) {
        while (*next < colours->count && colours->spans[*next].end <= at)
            (*next)++;
        const gaz_highlight_span *span = &colours->spans[*next];
        bool inside = *next < colours->count && span->start <= at;
        if (((unsigned char)text[at] & 0xc0) == 0x80)
            continue; /* a character of several bytes has one letter */
        bool blank = text[at] == ' ' || text[at] == '\t' || text[at] == '\r';
        gaz_strbuf_putc(out, text[at] == '\t'   ? '\t'
                             : inside && !blank ? letters[span->class_id]
                                                : ' ');
        if (inside && !blank)
            needed = out->len;
    }
    gaz_strbuf_truncate(out, needed > from ? needed : from);
}

void colours_text(gaz_strbuf *out, const char *text, size_t len, const gaz_highlights *colours)
{
    uint32_t next = 0;
    for (size_t start = 0; start < len;) {
        const char *stop = memchr(text + start, '\n', len - start);
        size_t end = stop ? (size_t)(stop - text) : len;
        gaz_strbuf_add(out, text + start, end - start);
        gaz_strbuf_putc(out, '\n');
        size_t from = out->len;
        letters_of(out, text, start, end, colours, &next);
        if (out->len > from)
            gaz_strbuf_putc(out, '\n');
        start = end + 1;
    }
    gaz_strbuf_printf(out, "%s\n", gaz_extract_outcome_name(colours->outcome));
}
