/* Swift's grammar takes `#if` for a statement, so that one between the members of a class ends the
 * class. The parser is shown such lines as blanks: all branches are read, and every position is as
 * in the text. */
#include <string.h>
#include "directive_lines.h"

/* Bytes looked at for the next directive; more are read in the next piece. */
enum { PIECE = 64 * 1024, BLANKS = 64 };

static bool starts_with(const char *text, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - text) >= len && memcmp(text, word, len) == 0;
}

/* Whether the line from `at` is #if, #elseif, #else or #endif. */
static bool is_directive(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at < end && *at == '#' &&
           (starts_with(at, end, "#if ") || starts_with(at, end, "#if(") ||
            starts_with(at, end, "#if !") || starts_with(at, end, "#else") ||
            starts_with(at, end, "#endif"));
}

static const char *line_start(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

static const char *line_end(const char *at, const char *end)
{
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    return stop ? stop : end;
}

const char *gaz_read_without_directives(const char *text, uint32_t len, uint32_t at,
                                        uint32_t *bytes_read)
{
    static const char blanks[BLANKS + 1] =
        "                                                                ";
    const char *from = text + at, *end = text + len;
    *bytes_read = 0;
    if (at >= len)
        return "";
    const char *stop = line_end(from, end);
    if (from < stop && is_directive(line_start(text, from), end)) {
        *bytes_read = stop - from < BLANKS ? (uint32_t)(stop - from) : BLANKS;
        return blanks;
    }
    while (stop < end && stop - from < PIECE && !is_directive(stop + 1, end))
        stop = line_end(stop + 1, end);
    stop += stop < end; /* with its line end */
    *bytes_read = (uint32_t)(stop - from);
    return from;
}
