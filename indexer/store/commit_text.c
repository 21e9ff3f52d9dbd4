/* The searchable text of a commit: what it says, and the lines it adds and removes, as the lines of
 * one document, so that a text segment can hold it, index its n-grams and give back any part of it.
 * The first byte of a line tells what it is; patterns are held against what follows. */
#include "gaz/store/commits.h"

#include <string.h>

#include "gaz/base/utf8.h"

/* What would end a line, or the text, inside a line. */
static void put_clean(gaz_strbuf *out, const char *text, size_t len)
{
    size_t from = out->len;
    gaz_strbuf_add(out, text, len);
    for (size_t i = from; i < out->len; i++)
        if (out->data[i] == '\0' || out->data[i] == '\n')
            out->data[i] = ' ';
}

static void put_latin1(gaz_strbuf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char buffer[4];
        size_t n = gaz_utf8_put(buffer, (unsigned char)text[i]);
        put_clean(out, buffer, n);
    }
}

bool gaz_commit_text_put(gaz_strbuf *out, char sign, const char *text, size_t len)
{
    bool cut = len > GAZ_COMMIT_LINE_MAX;
    if (cut) {
        len = GAZ_COMMIT_LINE_MAX;
        while (len && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
        len = len ? len : GAZ_COMMIT_LINE_MAX;
    }
    if (len && text[len - 1] == '\r' && !cut)
        len--;
    gaz_strbuf_putc(out, sign);
    if (gaz_utf8_valid(text, len))
        put_clean(out, text, len);
    else
        put_latin1(out, text, len);
    gaz_strbuf_putc(out, '\n');
    return cut;
}

void gaz_commit_text_open(gaz_commit_text *t, const char *text, size_t len)
{
    *t = (gaz_commit_text){.at = text, .end = text + len, .path = "", .message = 0};
}

/* "OLD NEW" */
static void read_place(gaz_commit_text *t, const char *at, const char *end)
{
    uint32_t *into[2] = {&t->before, &t->after};
    for (int i = 0; i < 2; i++) {
        uint64_t value = 0;
        for (; at < end && *at >= '0' && *at <= '9' && value <= UINT32_MAX; at++)
            value = value * 10 + (uint64_t)(*at - '0');
        *into[i] = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
        while (at < end && *at != ' ')
            at++;
        at += at < end;
    }
}

bool gaz_commit_text_next(gaz_commit_text *t, gaz_commit_line *out)
{
    while (t->at < t->end) {
        const char *line = t->at + 1, *eol = memchr(t->at, '\n', (size_t)(t->end - t->at));
        char sign = *t->at;
        eol = eol ? eol : t->end;
        t->at = eol < t->end ? eol + 1 : t->end;
        if (line > eol) /* an empty line, which is none of ours */
            continue;
        if (sign == '=') {
            t->path = line;
            t->path_len = (size_t)(eol - line);
        } else if (sign == '@') {
            read_place(t, line, eol);
        } else if (sign == ' ' || sign == '+' || sign == '-') {
            uint32_t number = sign == ' ' ? ++t->message : sign == '+' ? t->after++ : t->before++;
            *out =
                (gaz_commit_line){sign, number, line, (size_t)(eol - line), t->path, t->path_len};
            return true;
        }
    }
    return false;
}
