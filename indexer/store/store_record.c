/* repos/<uid>.repo: what a user told about a repository, outside the catalogue, so that a lost
 * catalogue does not lose the list of repositories. Lines "key value"; bytes below 0x21, '%' and
 * 0x7f are written as %XX; the last line is the checksum of those before it. */
#include "store_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX ((size_t)4 << 20)

gaz_status gaz_store_record_path(const gaz_store *store, const char *uid, gaz_strbuf *out,
                                 gaz_error *err)
{
    gaz_strbuf_reset(out);
    gaz_strbuf_printf(out, "%s/repos/%s.repo", store->home, uid);
    return gaz_strbuf_check(out, err);
}

static gaz_status find_record(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    (void)err;
    bool *any = ctx;
    size_t len = strlen(name);
    *any = *any || (!is_dir && len == 37 && strcmp(name + 32, ".repo") == 0);
    return GAZ_OK;
}

gaz_status gaz_store_record_any(const char *home, bool *any, gaz_error *err)
{
    gaz_strbuf dir = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    *any = false;
    gaz_status st = gaz_path_join(&dir, home, "repos", err);
    if (st == GAZ_OK)
        st = gaz_dir_each(dir.data, find_record, any, &why);
    gaz_strbuf_release(&dir);
    if (st != GAZ_OK && st != GAZ_E_NOT_FOUND && err && err->status == GAZ_OK)
        *err = why;
    return st == GAZ_E_NOT_FOUND ? GAZ_OK : st;
}

static void put_line(gaz_strbuf *out, const char *key, const char *value)
{
    gaz_strbuf_puts(out, key);
    gaz_strbuf_putc(out, ' ');
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if (c < 0x21 || c == '%' || c == 0x7f)
            gaz_strbuf_printf(out, "%%%02x", c);
        else
            gaz_strbuf_putc(out, *value);
    }
    gaz_strbuf_putc(out, '\n');
}

gaz_status gaz_store_record_write(const gaz_store *store, const gaz_repo_row *row, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    char number[32];
    snprintf(number, sizeof number, "%" PRId64, row->added_us);
    put_line(&text, "uid", row->uid);
    put_line(&text, "name", row->name);
    put_line(&text, "source", row->source);
    put_line(&text, "cloned", row->cloned ? "1" : "0");
    if (!row->cloned)
        put_line(&text, "git_dir", row->git_dir);
    for (size_t i = 0; i < row->pattern_count; i++)
        put_line(&text, "pattern", row->patterns[i]);
    put_line(&text, "added_us", number);
    gaz_strbuf_printf(&text, "checksum %016" PRIx64 "\n", gaz_checksum(text.data, text.len));
    gaz_status st = gaz_strbuf_check(&text, err);
    if (st == GAZ_OK)
        st = gaz_store_record_path(store, row->uid, &path, err);
    if (st == GAZ_OK)
        st = gaz_file_write(path.data, text.data, text.len, 0600, err);
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&path);
    return st;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place. */
static bool unescape(char *text)
{
    char *to = text;
    for (; *text; text++) {
        if (*text != '%') {
            *to++ = *text;
            continue;
        }
        int hi = hex_digit(text[1]), lo = hi < 0 ? -1 : hex_digit(text[2]);
        if (hi < 0 || lo < 0 || hi + lo == 0)
            return false;
        *to++ = (char)(hi << 4 | lo);
        text += 2;
    }
    *to = '\0';
    return true;
}

static bool add_pattern(gaz_repo_row *row, const char *value)
{
    char **more = realloc(row->patterns, (row->pattern_count + 1) * sizeof *more);
    if (!more)
        return false;
    row->patterns = more;
    char *copy = strdup(value);
    if (copy)
        row->patterns[row->pattern_count++] = copy;
    return copy != NULL;
}

/* One line. False when out of memory or when a value does not fit. */
static bool take_line(gaz_repo_row *row, const char *key, const char *value)
{
    char **text = strcmp(key, "name") == 0      ? &row->name
                  : strcmp(key, "source") == 0  ? &row->source
                  : strcmp(key, "git_dir") == 0 ? &row->git_dir
                                                : NULL;
    if (text) {
        free(*text);
        return (*text = strdup(value)) != NULL;
    }
    if (strcmp(key, "pattern") == 0)
        return add_pattern(row, value);
    if (strcmp(key, "cloned") == 0)
        row->cloned = value[0] == '1';
    else if (strcmp(key, "added_us") == 0)
        row->added_us = strtoll(value, NULL, 10);
    else if (strcmp(key, "uid") == 0 && strspn(value, "0123456789abcdef") == 32 && !value[32])
        memcpy(row->uid, value, 33);
    return true;
}

static gaz_status parse(char *text, size_t len, const char *path, gaz_repo_row *row, gaz_error *err)
{
    char *last = len > 26 ? text + len - 26 : NULL; /* "checksum " + 16 digits + newline */
    char expected[32];
    if (!last || strlen(text) != len || memcmp(last, "checksum ", 9) != 0)
        return gaz_error_set(err, GAZ_E_CORRUPT, "%s is cut short", path);
    snprintf(expected, sizeof expected, "%016" PRIx64 "\n",
             gaz_checksum(text, (size_t)(last - text)));
    if (strcmp(last + 9, expected) != 0)
        return gaz_error_set(err, GAZ_E_CORRUPT, "%s does not match its checksum", path);
    *last = '\0';
    for (char *line = text, *end; *line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        char *value = strchr(line, ' ');
        if (!value)
            return gaz_error_set(err, GAZ_E_CORRUPT, "%s has a line without a value", path);
        *value++ = '\0';
        if (!unescape(value))
            return gaz_error_set(err, GAZ_E_CORRUPT, "%s has a bad escape", path);
        if (!take_line(row, line, value))
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read %s", path);
    }
    if (!row->uid[0])
        return gaz_error_set(err, GAZ_E_CORRUPT, "%s names no repository", path);
    return gaz_store_repo_valid(row, err);
}

gaz_status gaz_store_record_read(const char *path, gaz_repo_row *out, gaz_error *err)
{
    gaz_strbuf text;
    gaz_strbuf_init(&text, RECORD_MAX + 65536);
    gaz_repo_row row = {0};
    gaz_status st = gaz_file_read(path, RECORD_MAX, &text, err);
    if (st == GAZ_OK)
        st = parse(text.data, text.len, path, &row, err);
    gaz_strbuf_release(&text);
    if (st != GAZ_OK) {
        gaz_repo_row_release(&row);
        return st;
    }
    *out = row;
    return GAZ_OK;
}
