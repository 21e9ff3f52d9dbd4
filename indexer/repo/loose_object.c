/* A loose object is a deflated "TYPE SIZE\0" and content. libgit2 1.5.1 is not let near them: when
 * the content is longer than the header promises it copies what it has inflated so far over the end
 * of its buffer. Here the header is read first, its promise is held against the file's size
 * (deflate makes at most 1,032 bytes of one), and content must be exactly as long as promised. */
#include "loose_object.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "gaz/base/fs.h"

#define HEADER_MAX 64
#define DEFLATE_RATIO 1032

typedef struct source {
    int fd;
    z_stream z;
    unsigned char in[16384];
    const gaz_oid *oid;
    bool ended; /* of the deflated stream */
} source;

static gaz_status corrupt(const gaz_oid *oid, const char *what, gaz_error *err)
{
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    gaz_error_set(err, GAZ_E_CORRUPT, "object %s cannot be read: %s", hex, what);
    gaz_error_hint(err, "run git fsck in the repository");
    return GAZ_E_CORRUPT;
}

/* Inflates until `len` bytes are there or the stream ends; *got tells how many. */
static gaz_status inflate_some(source *s, void *out, size_t len, size_t *got, gaz_error *err)
{
    unsigned char *at = out;
    *got = 0;
    while (*got < len && !s->ended) {
        if (!s->z.avail_in) {
            ssize_t n = read(s->fd, s->in, sizeof s->in);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return gaz_error_errno(err, "cannot read an object's file");
            if (n == 0)
                return corrupt(s->oid, "its file is cut short", err);
            s->z.next_in = s->in;
            s->z.avail_in = (uInt)n;
        }
        size_t room = len - *got;
        uInt step = room > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)room;
        s->z.next_out = at + *got;
        s->z.avail_out = step;
        int code = inflate(&s->z, Z_NO_FLUSH);
        *got += step - s->z.avail_out;
        if (code == Z_STREAM_END)
            s->ended = true;
        else if (code == Z_MEM_ERROR)
            return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading an object");
        else if (code != Z_OK && code != Z_BUF_ERROR)
            return corrupt(s->oid, "its file is damaged", err);
    }
    return GAZ_OK;
}

/* Parses "TYPE SIZE\0" at the start of what was inflated. @return its length, or 0 */
static size_t parse_header(const char *text, size_t len, gaz_loose *out)
{
    static const struct {
        const char *name;
        git_object_t type;
    } types[] = {{"blob ", GIT_OBJECT_BLOB},
                 {"tree ", GIT_OBJECT_TREE},
                 {"commit ", GIT_OBJECT_COMMIT},
                 {"tag ", GIT_OBJECT_TAG}};
    const char *nul = memchr(text, 0, len);
    for (size_t i = 0; nul && i < sizeof types / sizeof types[0]; i++) {
        size_t n = strlen(types[i].name), size = 0;
        if (strncmp(text, types[i].name, n) != 0)
            continue;
        for (const char *p = text + n; p < nul; p++) {
            if (*p < '0' || *p > '9' || size > SIZE_MAX / 20)
                return 0;
            size = size * 10 + (size_t)(*p - '0');
        }
        if (text + n == nul)
            return 0;
        out->type = types[i].type;
        out->size = size;
        return (size_t)(nul - text) + 1;
    }
    return 0;
}

/* Whether the stream ends here, with nothing after it in the file. */
static gaz_status expect_end(source *s, gaz_error *err)
{
    char extra;
    size_t got = 0;
    gaz_status st = inflate_some(s, &extra, 1, &got, err);
    if (st != GAZ_OK)
        return st;
    return got || s->z.avail_in || read(s->fd, &extra, 1) > 0
               ? corrupt(s->oid, "it is longer than it says", err)
               : GAZ_OK;
}

static gaz_status read_content(source *s, const char *head, size_t head_len, gaz_loose *out,
                               gaz_error *err)
{
    size_t got = 0;
    if (head_len > out->size)
        return corrupt(s->oid, "it is longer than it says", err);
    uint8_t *data = malloc(out->size + 1);
    if (!data)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading an object of %zu bytes",
                             out->size);
    memcpy(data, head, head_len);
    gaz_status st = inflate_some(s, data + head_len, out->size - head_len, &got, err);
    if (st == GAZ_OK && got < out->size - head_len)
        st = corrupt(s->oid, "it is shorter than it says", err);
    if (st == GAZ_OK)
        st = expect_end(s, err);
    if (st != GAZ_OK) {
        free(data);
        return st;
    }
    data[out->size] = '\0';
    out->data = data;
    return GAZ_OK;
}

static gaz_status read_object(source *s, uint64_t file_size, size_t max, bool content,
                              gaz_loose *out, gaz_error *err)
{
    char head[HEADER_MAX] = {0};
    size_t got = 0, header;
    gaz_status st = inflate_some(s, head, sizeof head, &got, err);
    if (st != GAZ_OK)
        return st;
    header = parse_header(head, got, out);
    if (!header)
        return corrupt(s->oid, "its header is damaged", err);
    if (!content)
        return GAZ_OK;
    if (out->size > max) {
        char hex[GAZ_OID_HEX];
        gaz_oid_format(s->oid, hex);
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "object %s has %zu bytes, more than the limit of %zu", hex, out->size,
                             max);
    }
    if (out->size / DEFLATE_RATIO > file_size)
        return corrupt(s->oid, "it is shorter than it says", err);
    return read_content(s, head + header, got - header, out, err);
}

static int open_loose(const gaz_object_dirs *dirs, const gaz_oid *oid, struct stat *info)
{
    char hex[GAZ_OID_HEX], path[PATH_MAX];
    gaz_oid_format(oid, hex);
    for (size_t i = 0; i < dirs->count; i++) {
        int n = snprintf(path, sizeof path, "%s/%.2s/%s", dirs->paths[i], hex, hex + 2);
        int fd = n > 0 && (size_t)n < sizeof path
                     ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
                     : -1;
        if (fd < 0)
            continue;
        if (fstat(fd, info) == 0 && S_ISREG(info->st_mode))
            return fd;
        close(fd);
    }
    return -1;
}

gaz_status gaz_loose_read(const gaz_object_dirs *dirs, const gaz_oid *oid, size_t max, bool content,
                          gaz_loose *out, gaz_error *err)
{
    source s = {.oid = oid};
    struct stat info;
    *out = (gaz_loose){.data = NULL};
    s.fd = open_loose(dirs, oid, &info);
    if (s.fd < 0)
        return GAZ_E_NOT_FOUND;
    gaz_status st = GAZ_OK;
    if (inflateInit(&s.z) != Z_OK) {
        close(s.fd);
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading an object");
    }
    st = read_object(&s, (uint64_t)info.st_size, max, content, out, err);
    inflateEnd(&s.z);
    close(s.fd);
    return st;
}

typedef struct search {
    const char *digits; /* of the id; the first two are the directory's */
    gaz_oid *out;
    unsigned *count;
} search;

static gaz_status look(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    search *s = ctx;
    char hex[GAZ_OID_HEX];
    gaz_oid found;
    (void)is_dir, (void)err;
    if (*s->count > 1 || strlen(name) != GAZ_OID_HEX - 3 ||
        strncmp(name, s->digits + 2, strlen(s->digits) - 2) != 0)
        return GAZ_OK;
    snprintf(hex, sizeof hex, "%.2s%s", s->digits, name);
    if (gaz_oid_parse(hex, &found, NULL) != GAZ_OK ||
        (*s->count && gaz_oid_compare(&found, s->out) == 0))
        return GAZ_OK;
    *s->out = found;
    ++*s->count;
    return GAZ_OK;
}

gaz_status gaz_loose_find(const gaz_object_dirs *dirs, const char *digits, gaz_oid *out,
                          unsigned *count, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    search s = {.digits = digits, .out = out, .count = count};
    *count = 0;
    for (size_t i = 0; i < dirs->count && st == GAZ_OK; i++) {
        const char name[3] = {digits[0], digits[1], '\0'};
        st = gaz_path_join(&path, dirs->paths[i], name, err);
        if (st == GAZ_OK && gaz_dir_each(path.data, look, &s, NULL) == GAZ_E_NOMEM)
            st = gaz_error_set(err, GAZ_E_NOMEM, "out of memory looking for an object");
    }
    gaz_strbuf_release(&path);
    return st;
}
