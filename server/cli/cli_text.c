/* Texts of answers. JSON holds UTF-8 only; where a repository's bytes are none, the answer gives
 * them in base64 as well, and a pipe gets those, so that what `gaz search` prints can be compared
 * byte for byte with the files. */
#include "cli_render.h"

#include <string.h>

#include "gaz/base/utf8.h"

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool gaz_cli_base64(const char *text, size_t len, gaz_strbuf *out)
{
    unsigned bits = 0;
    int held = 0;
    while (len && text[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        int digit = base64_digit(text[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (unsigned)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            gaz_strbuf_putc(out, (char)(bits >> held & 0xff));
        }
    }
    return true;
}

bool gaz_cli_text_get(const gaz_cli_output *out, const gaz_json *object, const char *key,
                      const char *bytes_key, gaz_cli_bytes_text *text)
{
    size_t len = 0;
    const char *encoded =
        out->terminal ? NULL : gaz_json_text(gaz_json_get(object, bytes_key), &len);
    *text = (gaz_cli_bytes_text){.decoded = GAZ_STRBUF_INIT};
    text->text = gaz_json_text(gaz_json_get(object, key), &text->len);
    if (!text->text)
        return false;
    if (encoded && gaz_cli_base64(encoded, len, &text->decoded)) {
        text->text = text->decoded.data;
        text->len = text->decoded.len;
    }
    return true;
}

void gaz_cli_text_release(gaz_cli_bytes_text *text)
{
    gaz_strbuf_release(&text->decoded);
}

/* How many bad bytes at `at` become one U+FFFD. */
static size_t bad_part(const char *at, size_t left)
{
    size_t part = 1;
    for (size_t n = 2; n <= 3 && n <= left; n++) {
        gaz_strbuf replaced = GAZ_STRBUF_INIT;
        gaz_utf8_replace(&replaced, at, n);
        if (replaced.len == 3)
            part = n;
        gaz_strbuf_release(&replaced);
    }
    return part;
}

size_t gaz_cli_bytes_offset(const char *bytes, size_t len, size_t at)
{
    const char *from = bytes, *end = bytes + len;
    size_t replaced = 0;
    while (from < end && replaced < at) {
        const char *start = from;
        bool bad = gaz_utf8_next(&from, end) == GAZ_UTF8_BAD;
        if (bad)
            from = start + bad_part(start, (size_t)(end - start));
        replaced += bad ? 3 : (size_t)(from - start);
    }
    return (size_t)(from - bytes);
}

/* ---- tables ---- */

void gaz_cli_table_init(gaz_cli_table *table, size_t columns, unsigned right)
{
    *table = (gaz_cli_table){.cells = GAZ_STRBUF_INIT, .columns = columns, .right = right};
}

void gaz_cli_table_row(gaz_cli_table *table, const char *const *cells)
{
    for (size_t i = 0; i < table->columns; i++) {
        const char *cell = cells[i] ? cells[i] : "";
        gaz_cli_escape(&table->cells, cell, strlen(cell));
        gaz_strbuf_putc(&table->cells, '\0');
    }
    table->rows++;
}

#define COLUMNS_MAX 16

static void print_row(const gaz_cli_table *table, const char **cell, const size_t *widths,
                      gaz_cli_output *out)
{
    for (size_t i = 0; i < table->columns; i++, *cell += strlen(*cell) + 1) {
        size_t used = gaz_cli_columns(*cell, strlen(*cell));
        int pad = (int)(widths[i] - used);
        bool right = table->right >> i & 1, last = i + 1 == table->columns;
        gaz_cli_printf(out, "%s%*s%s%*s", i ? "  " : "", right ? pad : 0, "", *cell,
                       right || last ? 0 : pad, "");
    }
    gaz_cli_puts(out, "\n");
}

gaz_status gaz_cli_table_print(gaz_cli_table *table, gaz_cli_output *out, gaz_error *err)
{
    size_t widths[COLUMNS_MAX] = {0};
    gaz_status st = gaz_strbuf_check(&table->cells, err);
    const char *cell = table->cells.data;
    for (size_t i = 0; st == GAZ_OK && i < table->rows * table->columns;
         i++, cell += strlen(cell) + 1) {
        size_t width = gaz_cli_columns(cell, strlen(cell)), column = i % table->columns;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    cell = table->cells.data;
    for (size_t row = 0; st == GAZ_OK && row < table->rows; row++)
        print_row(table, &cell, widths, out);
    gaz_strbuf_release(&table->cells);
    return st;
}
