/* Output. What repositories hold is foreign: a terminal gets no escape sequence, no bidirectional
 * override and no bad byte from it, a pipe gets the bytes as they are. */
#include "cli_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gaz/base/utf8.h"

static const char *const paints[] = {
    [GAZ_PAINT_NONE] = "\033[0m",     [GAZ_PAINT_PATH] = "\033[35m",
    [GAZ_PAINT_LINE] = "\033[32m",    [GAZ_PAINT_SEPARATOR] = "\033[36m",
    [GAZ_PAINT_MATCH] = "\033[1;31m", [GAZ_PAINT_STRONG] = "\033[1m",
    [GAZ_PAINT_ERROR] = "\033[1;31m", [GAZ_PAINT_KEYWORD] = "\033[35m",
    [GAZ_PAINT_STRING] = "\033[32m",  [GAZ_PAINT_FAINT] = "\033[2m",
    [GAZ_PAINT_NUMBER] = "\033[33m",  [GAZ_PAINT_NAME] = "\033[34m",
    [GAZ_PAINT_TYPE] = "\033[36m",    [GAZ_PAINT_MACRO] = "\033[31m",
};

static unsigned terminal_width(int fd)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    long given = columns ? strtol(columns, NULL, 10) : 0;
    return given >= 20 && given <= 1000 ? (unsigned)given : 80;
}

void gaz_cli_output_init(gaz_cli_output *out, FILE *file, gaz_cli_color color)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool dumb = term && strcmp(term, "dumb") == 0;
    *out = (gaz_cli_output){.file = file, .terminal = isatty(fileno(file))};
    out->color = color == GAZ_COLOR_ALWAYS ||
                 (color == GAZ_COLOR_AUTO && out->terminal && !dumb && !(no_color && no_color[0]));
    out->width = terminal_width(fileno(file));
}

void gaz_cli_output_resize(gaz_cli_output *out)
{
    if (out->terminal)
        out->width = terminal_width(fileno(out->file));
}

static void note_failure(gaz_cli_output *out)
{
    out->failed = true;
    out->gone = errno == EPIPE;
}

void gaz_cli_write(gaz_cli_output *out, const char *text, size_t len)
{
    if (!out->failed && len && fwrite(text, 1, len, out->file) != len)
        note_failure(out);
}

void gaz_cli_puts(gaz_cli_output *out, const char *text)
{
    gaz_cli_write(out, text, strlen(text));
}

void gaz_cli_printf(gaz_cli_output *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!out->failed && vfprintf(out->file, format, args) < 0)
        note_failure(out);
    va_end(args);
}

void gaz_cli_text(gaz_cli_output *out, const char *text, size_t len)
{
    if (!out->terminal) {
        gaz_cli_write(out, text, len);
        return;
    }
    gaz_strbuf safe = GAZ_STRBUF_INIT;
    gaz_cli_escape(&safe, text, len);
    gaz_cli_write(out, safe.data, safe.len);
    gaz_strbuf_release(&safe);
}

void gaz_cli_paint(gaz_cli_output *out, gaz_paint paint)
{
    if (out->color)
        gaz_cli_puts(out, paints[paint]);
}

void gaz_cli_painted(gaz_cli_output *out, gaz_paint paint, const char *text, size_t len)
{
    bool painted = len && paint != GAZ_PAINT_NONE;
    if (painted)
        gaz_cli_paint(out, paint);
    gaz_cli_text(out, text, len);
    if (painted)
        gaz_cli_paint(out, GAZ_PAINT_NONE);
}

gaz_status gaz_cli_flush(gaz_cli_output *out, gaz_error *err)
{
    if (!out->failed && fflush(out->file) != 0)
        note_failure(out);
    if (out->gone)
        return gaz_error_set(err, GAZ_E_CANCELLED, "the reader of the output has gone");
    return out->failed ? gaz_error_set(err, GAZ_E_IO,
                                       "writing the output failed: no space, or a broken terminal")
                       : GAZ_OK;
}

/* ---- characters ---- */

typedef struct range {
    uint32_t first, last;
} range;

static bool within(uint32_t c, const range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* C0 and C1 controls, line separators, and what reorders or hides text ("Trojan Source"). */
static bool steers(uint32_t c)
{
    static const range ranges[] = {{0, 8},           {0x0a, 0x1f},     {0x7f, 0x9f},
                                   {0x61c, 0x61c},   {0x200e, 0x200f}, {0x2028, 0x202e},
                                   {0x2066, 0x2069}, {0xfeff, 0xfeff}};
    return within(c, ranges, sizeof ranges / sizeof ranges[0]);
}

void gaz_cli_escape(gaz_strbuf *out, const char *text, size_t len)
{
    const char *at = text, *end = text + len;
    while (at < end) {
        const char *start = at;
        uint32_t c = gaz_utf8_next(&at, end);
        if (c == GAZ_UTF8_BAD)
            gaz_strbuf_puts(out, GAZ_UTF8_REPLACEMENT);
        else if (c < 0x80 && steers(c))
            gaz_strbuf_printf(out, "\\x%02x", (unsigned)c);
        else if (steers(c))
            gaz_strbuf_printf(out, "<U+%04X>", (unsigned)c);
        else
            gaz_strbuf_add(out, start, (size_t)(at - start));
    }
}

static unsigned character_width(uint32_t c)
{
    static const range none[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},
                                 {0x610, 0x61a},   {0x64b, 0x65f},   {0x200b, 0x200d},
                                 {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
    static const range wide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},  {0x3041, 0xa4cf},
                                 {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f},
                                 {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
                                 {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    if (within(c, none, sizeof none / sizeof none[0]))
        return 0;
    return within(c, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

size_t gaz_cli_columns(const char *text, size_t len)
{
    const char *at = text, *end = text + len;
    size_t columns = 0;
    while (at < end)
        columns += character_width(gaz_utf8_next(&at, end));
    return columns;
}

/* ---- numbers ---- */

void gaz_cli_bytes(double bytes, char out[32])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 999.95 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        bytes /= 1000;
    snprintf(out, 32, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void gaz_cli_number(uint64_t number, char out[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), to = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = '\0';
}

void gaz_cli_duration(double seconds, char out[32])
{
    unsigned long whole = seconds > 0 && seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 0;
    if (seconds < 1)
        snprintf(out, 32, "%.0f ms", seconds > 0 ? seconds * 1000 : 0);
    else if (whole < 60)
        snprintf(out, 32, "%lu s", whole);
    else if (whole < 3600)
        snprintf(out, 32, "%lu min %lu s", whole / 60, whole % 60);
    else
        snprintf(out, 32, "%lu h %lu min", whole / 3600, whole % 3600 / 60);
}

/* ---- errors ---- */

/* The query on one line, cut to the terminal around the column, and a caret below it. */
static void print_caret(gaz_cli_output *out, const char *query, size_t column)
{
    size_t len = strlen(query), at = column - 1 < len ? column - 1 : len;
    size_t room = out->width > 40 ? out->width - 12 : 28, from = 0, to = len;
    if (len > room) {
        from = at > room / 2 ? at - room / 2 : 0;
        to = from + room < len ? from + room : len;
    }
    while (from > 0 && ((unsigned char)query[from] & 0xc0) == 0x80)
        from--;
    gaz_strbuf before = GAZ_STRBUF_INIT, after = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&before, from ? "…" : "");
    gaz_cli_escape(&before, query + from, at - from);
    gaz_cli_escape(&after, query + at, to - at);
    gaz_cli_printf(out, "  %s%s%s\n  %*s", before.data, after.data, to < len ? "…" : "",
                   (int)gaz_cli_columns(before.data, before.len), "");
    gaz_cli_painted(out, GAZ_PAINT_MATCH, "^", 1);
    gaz_cli_puts(out, "\n");
    gaz_strbuf_release(&before);
    gaz_strbuf_release(&after);
}

void gaz_cli_print_error(gaz_cli_output *out, const gaz_error *error, const char *query)
{
    gaz_cli_painted(out, GAZ_PAINT_ERROR, "gaz:", 4);
    gaz_cli_puts(out, " ");
    gaz_cli_text(out, error->message, strlen(error->message));
    gaz_cli_puts(out, "\n");
    if (query && error->column)
        print_caret(out, query, error->column);
    if (error->hint[0]) {
        gaz_cli_puts(out, "hint: ");
        gaz_cli_text(out, error->hint, strlen(error->hint));
        gaz_cli_puts(out, "\n");
    }
}
