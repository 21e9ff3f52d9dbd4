/* The part of a repository's configuration that says how to read it: core.repositoryformatversion and [extensions].
 * A small reader of git's configuration syntax (man git-config) that follows no include, so that nothing in the file
 * leads anywhere else. Settings it cannot make out are passed over: they do not matter here. */
#include "repo.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gaz/base/fs.h"

#define CONFIG_BYTES_MAX ((size_t)16 << 20)

typedef struct reader {
    const char *at, *end;
    char section[64]; /* lower case; "" when it has a subsection, is too long or broken */
    char key[64];     /* lower case */
    char value[64];   /* cut when longer */
} reader;

static void skip_line(reader *r)
{
    while (r->at < r->end && *r->at != '\n')
        r->at++;
}

static void read_section(reader *r)
{
    size_t n = 0;
    r->section[0] = '\0';
    for (r->at++; r->at < r->end && *r->at != ']' && *r->at != '\n'; r->at++) {
        if (!isalnum((unsigned char)*r->at) && *r->at != '-' && *r->at != '.') {
            while (r->at < r->end && *r->at != ']' && *r->at != '\n')
                r->at++;
            return;
        }
        if (n + 1 < sizeof r->section)
            r->section[n++] = (char)tolower((unsigned char)*r->at);
    }
    r->section[n] = '\0';
}

static void put(reader *r, size_t *n, char c)
{
    if (*n + 1 < sizeof r->value)
        r->value[(*n)++] = c;
}

/* Quotes, escapes, comments and continued lines; trailing blanks go. */
static void read_value(reader *r)
{
    size_t n = 0, keep = 0;
    bool quoted = false;
    for (; r->at < r->end && (*r->at != '\n'); r->at++) {
        char c = *r->at;
        if (c == '\\' && r->at + 1 < r->end) {
            char next = *++r->at;
            if (next == '\n')
                continue;
            put(r, &n, next == 'n' ? '\n' : next == 't' ? '\t' : next);
            keep = n;
        } else if (c == '"') {
            quoted = !quoted;
            keep = n;
        } else if (!quoted && (c == '#' || c == ';')) {
            skip_line(r);
            break;
        } else if (!quoted && isspace((unsigned char)c)) {
            if (n)
                put(r, &n, c);
        } else {
            put(r, &n, c);
            keep = n;
        }
    }
    r->value[keep] = '\0';
}

/* The next `key = value`; false at the end. */
static bool next_setting(reader *r)
{
    while (r->at < r->end) {
        char c = *r->at;
        if (isspace((unsigned char)c)) {
            r->at++;
        } else if (c == '#' || c == ';') {
            skip_line(r);
        } else if (c == '[') {
            read_section(r);
            if (r->at < r->end)
                r->at++;
        } else if (!isalpha((unsigned char)c)) {
            skip_line(r);
        } else {
            size_t n = 0;
            for (; r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '-'); r->at++)
                if (n + 1 < sizeof r->key)
                    r->key[n++] = (char)tolower((unsigned char)*r->at);
            r->key[n] = '\0';
            while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
                r->at++;
            strcpy(r->value, "true");
            if (r->at < r->end && *r->at == '=') {
                r->at++;
                read_value(r);
            } else {
                skip_line(r);
            }
            return true;
        }
    }
    return false;
}

static void copy(char *out, size_t size, const char *text)
{
    size_t n = strlen(text);
    if (n >= size)
        n = size - 1;
    memcpy(out, text, n);
    out[n] = '\0';
}

static void take_extension(const reader *r, gaz_repo_format *out)
{
    /* Those that do not change how objects and references are read. */
    static const char *const harmless[] = {"noop",          "noop-v1",           "partialclone", "preciousobjects",
                                           "worktreeconfig", "relativeworktrees", "compatobjectformat"};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (strcmp(r->key, harmless[i]) == 0)
            return;
    if (strcmp(r->key, "objectformat") == 0)
        copy(out->object_format, sizeof out->object_format, r->value);
    else if (strcmp(r->key, "refstorage") == 0)
        copy(out->ref_storage, sizeof out->ref_storage, r->value);
    else
        copy(out->unknown, sizeof out->unknown, r->key);
}

gaz_status gaz_repo_format_read(const char *common_dir, gaz_repo_format *out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    *out = (gaz_repo_format){.object_format = "sha1", .ref_storage = "files"};
    gaz_error why = {.status = GAZ_OK};
    gaz_status st = gaz_path_join(&path, common_dir, "config", &why);
    if (st == GAZ_OK)
        st = gaz_repo_read_small(path.data, CONFIG_BYTES_MAX, &text, &why);
    if (st == GAZ_E_NOT_FOUND)
        st = GAZ_OK;
    else if (st != GAZ_OK)
        gaz_error_set(err, st, "%s", why.message);
    reader r = {.at = text.data, .end = text.data + text.len};
    while (st == GAZ_OK && next_setting(&r)) {
        if (strcmp(r.section, "core") == 0 && strcmp(r.key, "repositoryformatversion") == 0)
            out->version = (int)strtol(r.value, NULL, 10);
        else if (strcmp(r.section, "extensions") == 0)
            take_extension(&r, out);
    }
    /* git looks at extensions only in version 1, but for those that make no sense to pass over. */
    if (out->version == 0)
        out->unknown[0] = '\0';
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
    return st;
}
