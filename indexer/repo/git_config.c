/* A small reader of git's configuration syntax (man git-config) that follows no include, so that
 * nothing in the file of a hostile repository leads anywhere else. What it cannot make out it
 * passes over. */
#include "git_config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/fs.h"
#include "repo.h"

#define CONFIG_BYTES_MAX ((size_t)16 << 20)
#define NAME_MAX_BYTES 256

typedef struct reader {
    const char *at, *end;
    char section[NAME_MAX_BYTES], subsection[NAME_MAX_BYTES], key[NAME_MAX_BYTES];
    char value[GAZ_CONFIG_VALUE_MAX + 1]; /* cut when longer */
} reader;

static void skip_line(reader *r)
{
    while (r->at < r->end && *r->at != '\n')
        r->at++;
}

/* Appends a byte to a name; bytes beyond its room are dropped. */
static void put(char *out, size_t size, size_t *n, char c)
{
    if (*n + 1 < size)
        out[(*n)++] = c;
}

/* [section], [section "subsection"]; `at` is at the bracket and ends after it. */
static void read_section(reader *r)
{
    size_t n = 0, m = 0;
    bool quoted = false;
    for (r->at++; r->at < r->end && *r->at != '\n' && (quoted || *r->at != ']'); r->at++) {
        if (*r->at == '"')
            quoted = !quoted;
        else if (quoted && *r->at == '\\' && r->at + 1 < r->end)
            put(r->subsection, sizeof r->subsection, &m, *++r->at);
        else if (quoted)
            put(r->subsection, sizeof r->subsection, &m, *r->at);
        else if (!isspace((unsigned char)*r->at))
            put(r->section, sizeof r->section, &n, (char)tolower((unsigned char)*r->at));
    }
    r->section[n] = '\0';
    r->subsection[m] = '\0';
    if (r->at < r->end)
        r->at++;
}

/* Quotes, escapes, comments and continued lines; trailing blanks go. */
static void read_value(reader *r)
{
    size_t n = 0, keep = 0;
    bool quoted = false;
    for (; r->at < r->end && *r->at != '\n'; r->at++) {
        char c = *r->at;
        if (c == '\\' && r->at + 1 < r->end) {
            char next = *++r->at;
            if (next == '\n')
                continue;
            put(r->value, sizeof r->value, &n, next == 'n' ? '\n' : next == 't' ? '\t' : next);
            keep = n;
        } else if (c == '"') {
            quoted = !quoted;
            keep = n;
        } else if (!quoted && (c == '#' || c == ';')) {
            skip_line(r);
            break;
        } else if (quoted || !isspace((unsigned char)c)) {
            put(r->value, sizeof r->value, &n, c);
            keep = n;
        } else if (n) {
            put(r->value, sizeof r->value, &n, c);
        }
    }
    r->value[keep] = '\0';
}

static void read_setting(reader *r)
{
    size_t n = 0;
    for (; r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '-'); r->at++)
        put(r->key, sizeof r->key, &n, (char)tolower((unsigned char)*r->at));
    r->key[n] = '\0';
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
    if (r->at < r->end && *r->at == '=') {
        r->at++;
        read_value(r);
    } else {
        strcpy(r->value, "true");
        skip_line(r);
    }
}

/* The next `key = value`; false at the end. */
static bool next_setting(reader *r)
{
    while (r->at < r->end) {
        char c = *r->at;
        if (isspace((unsigned char)c)) {
            r->at++;
        } else if (c == '[') {
            read_section(r);
        } else if (isalpha((unsigned char)c)) {
            read_setting(r);
            return true;
        } else {
            skip_line(r);
        }
    }
    return false;
}

gaz_status gaz_config_each(const char *git_dir, gaz_config_visit visit, void *ctx, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    reader *r = calloc(1, sizeof *r);
    gaz_status st = r ? gaz_path_join(&path, git_dir, "config", &why)
                      : gaz_error_set(&why, GAZ_E_NOMEM, "out of memory");
    if (st == GAZ_OK)
        st = gaz_repo_read_small(path.data, CONFIG_BYTES_MAX, &text, &why);
    if (st == GAZ_E_NOT_FOUND) {
        st = GAZ_OK;
    } else if (st != GAZ_OK) {
        gaz_error_set(err, st, "%s", why.message);
    } else {
        r->at = text.data;
        r->end = text.data + text.len;
        while (st == GAZ_OK && next_setting(r))
            st = visit(ctx, r->section, r->subsection, r->key, r->value, err);
    }
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
    free(r);
    return st;
}
