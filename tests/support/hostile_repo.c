/* The objects are written through libgit2's object database, which does not look at what they hold;
 * damaged ones are files written by hand. Everything is deterministic. */
#include "hostile_repo.h"

#include <git2.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "gaz/base/fs.h"

struct hostile_repo {
    char *dir;
    git_odb *odb;
};

#define must(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static char *path_of(const hostile_repo *h, const char *name)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    must(gaz_path_join(&path, h->dir, name, NULL) == GAZ_OK, "out of memory");
    return gaz_strbuf_detach(&path, NULL);
}

static void write_file(const char *path, const void *data, size_t len, unsigned mode)
{
    char *parent = strdup(path);
    must(parent, "out of memory");
    *strrchr(parent, '/') = '\0';
    must(gaz_mkdir_all(parent, 0755, NULL) == GAZ_OK, "cannot make %s", parent);
    free(parent);
    unlink(path);
    FILE *f = fopen(path, "wb");
    must(f && fwrite(data, 1, len, f) == len && fclose(f) == 0, "cannot write %s", path);
    must(chmod(path, mode) == 0, "cannot change the mode of %s", path);
}

void hostile_file(hostile_repo *h, const char *name, const char *content, unsigned mode)
{
    char *path = path_of(h, name);
    write_file(path, content, strlen(content), mode);
    free(path);
}

hostile_repo *hostile_open(const char *dir)
{
    hostile_repo *h = calloc(1, sizeof *h);
    must(h && (h->dir = strdup(dir)), "out of memory");
    must(git_libgit2_init() > 0, "libgit2 does not start");
    char *objects = path_of(h, "objects");
    must(git_odb_open(&h->odb, objects) == 0, "cannot open %s", objects);
    free(objects);
    return h;
}

hostile_repo *hostile_new(const char *dir)
{
    static const char *const dirs[] = {"objects/pack", "objects/info", "refs/heads", "refs/tags"};
    hostile_repo h = {.dir = strdup(dir)};
    must(h.dir && access(dir, F_OK) != 0, "%s exists", dir);
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        char *path = path_of(&h, dirs[i]);
        must(gaz_mkdir_all(path, 0755, NULL) == GAZ_OK, "cannot make %s", path);
        free(path);
    }
    hostile_file(&h, "HEAD", "ref: refs/heads/main\n", 0644);
    hostile_file(&h, "config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n", 0644);
    free(h.dir);
    return hostile_open(dir);
}

void hostile_free(hostile_repo *h)
{
    if (!h)
        return;
    git_odb_free(h->odb);
    git_libgit2_shutdown();
    free(h->dir);
    free(h);
}

const char *hostile_dir(const hostile_repo *h)
{
    return h->dir;
}

gaz_oid hostile_object(hostile_repo *h, const char *type, const void *data, size_t len)
{
    git_oid oid;
    gaz_oid out;
    must(git_odb_write(&oid, h->odb, data, len, git_object_string2type(type)) == 0,
         "cannot write an object");
    memcpy(out.id, oid.id, GAZ_OID_SIZE);
    return out;
}

gaz_oid hostile_blob(hostile_repo *h, const void *data, size_t len)
{
    return hostile_object(h, "blob", data, len);
}

gaz_oid hostile_text(hostile_repo *h, const char *text)
{
    return hostile_blob(h, text, strlen(text));
}

gaz_oid hostile_tree(hostile_repo *h, const hostile_entry *entries, size_t count)
{
    gaz_strbuf raw = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < count; i++) {
        gaz_strbuf_printf(&raw, "%s %s%c", entries[i].mode, entries[i].name, 0);
        gaz_strbuf_add(&raw, entries[i].oid.id, GAZ_OID_SIZE);
    }
    must(gaz_strbuf_check(&raw, NULL) == GAZ_OK, "out of memory");
    gaz_oid out = hostile_object(h, "tree", raw.data, raw.len);
    gaz_strbuf_release(&raw);
    return out;
}

gaz_oid hostile_commit(hostile_repo *h, const gaz_oid *tree, const gaz_oid *parents, size_t count,
                       int64_t when, const char *message)
{
    gaz_strbuf raw = GAZ_STRBUF_INIT;
    char hex[GAZ_OID_HEX];
    gaz_oid_format(tree, hex);
    gaz_strbuf_printf(&raw, "tree %s\n", hex);
    for (size_t i = 0; i < count; i++) {
        gaz_oid_format(&parents[i], hex);
        gaz_strbuf_printf(&raw, "parent %s\n", hex);
    }
    static const char *const roles[] = {"author", "committer"};
    for (size_t i = 0; i < 2; i++)
        gaz_strbuf_printf(&raw, "%s A. Tester <tester@example.org> %lld +0000\n", roles[i],
                          (long long)when);
    gaz_strbuf_printf(&raw, "\n%s\n", message);
    must(gaz_strbuf_check(&raw, NULL) == GAZ_OK, "out of memory");
    gaz_oid out = hostile_object(h, "commit", raw.data, raw.len);
    gaz_strbuf_release(&raw);
    return out;
}

gaz_oid hostile_tag(hostile_repo *h, const gaz_oid *object, const char *type, const char *name)
{
    char hex[GAZ_OID_HEX], raw[512];
    gaz_oid_format(object, hex);
    int n = snprintf(raw, sizeof raw,
                     "object %s\ntype %s\ntag %s\ntagger A. Tester <tester@example.org> 1700000000 "
                     "+0000\n\ntag\n",
                     hex, type, name);
    return hostile_object(h, "tag", raw, (size_t)n);
}

void hostile_ref(hostile_repo *h, const char *name, const gaz_oid *oid)
{
    char line[GAZ_OID_HEX + 1];
    char *path = path_of(h, name);
    if (oid) {
        gaz_oid_format(oid, line);
        strcat(line, "\n");
        write_file(path, line, GAZ_OID_HEX, 0644);
    } else {
        must(unlink(path) == 0, "there is no reference %s", name);
    }
    free(path);
}

gaz_oid hostile_main(hostile_repo *h, const gaz_oid *tree)
{
    gaz_oid commit = hostile_commit(h, tree, NULL, 0, 1700000000, "one commit");
    hostile_ref(h, "refs/heads/main", &commit);
    return commit;
}

static char *loose_path(const hostile_repo *h, const gaz_oid *oid)
{
    char hex[GAZ_OID_HEX], name[64];
    gaz_oid_format(oid, hex);
    snprintf(name, sizeof name, "objects/%.2s/%s", hex, hex + 2);
    return path_of(h, name);
}

/* Deflates a header and content, which may be repeated to make a bomb. */
static void write_loose(hostile_repo *h, const gaz_oid *oid, const char *header, const void *data,
                        size_t len, unsigned times)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    unsigned char buffer[65536];
    z_stream z = {.next_in = NULL};
    must(deflateInit(&z, 1) == Z_OK, "zlib does not start");
    for (unsigned i = 0; i <= times; i++) {
        union {
            const void *in;
            Bytef *out;
        } bytes = {.in = i ? data : header};
        z.next_in = bytes.out;
        z.avail_in = (uInt)(i ? len : strlen(header) + 1);
        do {
            z.next_out = buffer;
            z.avail_out = sizeof buffer;
            must(deflate(&z, i == times ? Z_FINISH : Z_NO_FLUSH) >= Z_OK, "zlib fails");
            gaz_strbuf_add(&out, buffer, sizeof buffer - z.avail_out);
        } while (z.avail_out == 0);
    }
    deflateEnd(&z);
    char *path = loose_path(h, oid);
    write_file(path, out.data, out.len, 0644);
    free(path);
    gaz_strbuf_release(&out);
}

void hostile_object_as(hostile_repo *h, const gaz_oid *oid, const char *type, const void *data,
                       size_t len)
{
    char header[64];
    snprintf(header, sizeof header, "%s %zu", type, len);
    write_loose(h, oid, header, data, len, 1);
}

static void damage_bytes(const char *path, hostile_damage how)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    must(gaz_file_read(path, (size_t)1 << 20, &text, NULL) == GAZ_OK, "there is no object %s",
         path);
    size_t len = how == HOSTILE_CUT ? text.len / 2 : how == HOSTILE_EMPTY ? 0 : text.len;
    if (how == HOSTILE_FLIPPED)
        text.data[text.len / 2] = (char)(text.data[text.len / 2] ^ 0x10);
    write_file(path, text.data, len, 0644);
    gaz_strbuf_release(&text);
}

void hostile_damage_object(hostile_repo *h, const gaz_oid *oid, hostile_damage how)
{
    char *path = loose_path(h, oid);
    static char block[1 << 16];
    switch (how) {
    case HOSTILE_GONE:
        must(unlink(path) == 0, "there is no object %s", path);
        break;
    case HOSTILE_CUT:
    case HOSTILE_FLIPPED:
    case HOSTILE_EMPTY:
        damage_bytes(path, how);
        break;
    case HOSTILE_OTHER:
        hostile_object_as(h, oid, "blob", "another content\n", 16);
        break;
    case HOSTILE_BOASTING:
        write_loose(h, oid, "blob 10737418240", "short", 5, 1);
        break;
    case HOSTILE_BOMB:
        write_loose(h, oid, "blob 10", block, sizeof block, 1024);
        break;
    }
    free(path);
}

static void put_be32(gaz_strbuf *out, uint32_t v)
{
    const unsigned char bytes[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
                                    (unsigned char)(v >> 8), (unsigned char)v};
    gaz_strbuf_add(out, bytes, 4);
}

static void put_sha1(gaz_strbuf *out, const void *data, size_t len)
{
    unsigned char sum[GAZ_OID_SIZE];
    must(EVP_Digest(data, len, sum, NULL, EVP_sha1(), NULL) == 1, "SHA-1 fails");
    gaz_strbuf_add(out, sum, sizeof sum);
}

/* A pack entry's head: three bits of type, the size in groups of 4 and then 7 bits. */
static void put_entry(gaz_strbuf *out, unsigned type, uint64_t size)
{
    unsigned char c = (unsigned char)(type << 4 | (size & 15));
    for (size >>= 4; size; size >>= 7) {
        gaz_strbuf_putc(out, (char)(c | 0x80));
        c = size & 0x7f;
    }
    gaz_strbuf_putc(out, (char)c);
}

static void put_deflated(gaz_strbuf *out, const void *data, size_t len)
{
    unsigned char buffer[1024];
    uLongf n = sizeof buffer;
    must(compress(buffer, &n, data, len) == Z_OK, "zlib fails");
    gaz_strbuf_add(out, buffer, n);
}

static size_t put_varint(unsigned char *out, uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (unsigned char)(v | 0x80);
    out[n++] = (unsigned char)v;
    return n;
}

/* An index of version 2 for ids that ascend. */
static void write_index(hostile_repo *h, const gaz_oid *ids, const uint32_t *offsets,
                        uint32_t count, const gaz_strbuf *pack)
{
    gaz_strbuf idx = GAZ_STRBUF_INIT;
    put_be32(&idx, 0xff744f63);
    put_be32(&idx, 2);
    for (uint32_t c = 0; c < 256; c++) {
        uint32_t n = 0;
        while (n < count && ids[n].id[0] <= c)
            n++;
        put_be32(&idx, n);
    }
    for (uint32_t i = 0; i < count; i++)
        gaz_strbuf_add(&idx, ids[i].id, GAZ_OID_SIZE);
    for (uint32_t i = 0; i < count; i++)
        put_be32(&idx, 0);
    for (uint32_t i = 0; i < count; i++)
        put_be32(&idx, offsets[i]);
    gaz_strbuf_add(&idx, pack->data + pack->len - GAZ_OID_SIZE, GAZ_OID_SIZE);
    put_sha1(&idx, idx.data, idx.len);
    char *path = path_of(h, "objects/pack/pack-1111111111111111111111111111111111111111.idx");
    write_file(path, idx.data, idx.len, 0644);
    free(path);
    gaz_strbuf_release(&idx);
}

gaz_oid hostile_delta_pack(hostile_repo *h, uint64_t base_size)
{
    const gaz_oid ids[2] = {{{0x11, 0x01}}, {{0x22, 0x02}}};
    uint32_t offsets[2];
    unsigned char delta[64];
    gaz_strbuf pack = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&pack, "PACK");
    put_be32(&pack, 2);
    put_be32(&pack, 2);
    offsets[0] = (uint32_t)pack.len;
    put_entry(&pack, 3, base_size); /* a blob that promises much */
    put_deflated(&pack, "little", 6);
    offsets[1] = (uint32_t)pack.len;
    size_t n = put_varint(delta, base_size);
    n += put_varint(delta + n, 4);
    memcpy(delta + n, "\x04tiny", 5); /* insert four bytes */
    n += 5;
    put_entry(&pack, 7, n); /* REF_DELTA */
    gaz_strbuf_add(&pack, ids[0].id, GAZ_OID_SIZE);
    put_deflated(&pack, delta, n);
    put_sha1(&pack, pack.data, pack.len);
    char *path = path_of(h, "objects/pack/pack-1111111111111111111111111111111111111111.pack");
    write_file(path, pack.data, pack.len, 0644);
    free(path);
    write_index(h, ids, offsets, 2, &pack);
    gaz_strbuf_release(&pack);
    must(git_odb_refresh(h->odb) == 0, "cannot see the pack");
    return ids[1];
}
