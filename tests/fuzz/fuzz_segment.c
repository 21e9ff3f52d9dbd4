/* The segment reader against files whose checksums are right and whose content is not: a small
 * segment is taken apart, bytes of its sections are changed as the input says, it is sealed again,
 * and everything is asked of it. Nothing may be read outside the file, and what is found wrong is
 * said, not suffered.
 *
 * Input: changes of six bytes each: section (and kind of change), offset (u24), value, and a byte
 * of which the first change's says whether documents are copied, which is slow. Links: text base.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/sealed.h"
#include "gaz/base/varint.h"
#include "gaz/text/segment.h"
#include "layout.h"

#define SECTIONS 8
#define CHANGE 6
#define CHANGES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64];
static gaz_strbuf original[SECTIONS];
static gaz_oid oids[6];

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz_segment: %s\n", what);
        abort();
    }
}

static void remove_folder(void)
{
    gaz_status st = gaz_remove_all(folder, NULL);
    (void)st;
    for (int i = 0; i < SECTIONS; i++)
        gaz_strbuf_release(&original[i]);
}

/* Documents of several kinds: several chunks, none, Latin-1, one line, no text. */
static void write_original(const char *path)
{
    gaz_segment_writer *w = NULL;
    char name[GAZ_SEALED_NAME];
    uint64_t bytes;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 30000; i++)
        gaz_strbuf_puts(&text, i % 9000 ? "a line\n" : "needle kmem\n");
    const char *const short_texts[] = {"hello world\nfoo bar\n", "", "caf\xE9 na\xEFve\n", "x\0y\n",
                                       "one"};
    require(gaz_segment_writer_open(path, 3, &w, NULL) == GAZ_OK, "cannot make the segment");
    for (unsigned i = 0; i < 6; i++) {
        memset(oids[i].id, (int)(i * 40 + 3), sizeof oids[i].id);
        const char *content = i ? short_texts[i - 1] : text.data;
        size_t len = i == 4 ? 4 : i ? strlen(content) : text.len;
        require(gaz_segment_writer_add(w, &oids[i], content, len, NULL, NULL) == GAZ_OK,
                "cannot add a document");
    }
    require(gaz_segment_writer_finish(w, name, &bytes, NULL) == GAZ_OK,
            "cannot finish the segment");
    gaz_segment_writer_close(w);
    gaz_strbuf_release(&text);
}

static void take_apart(void)
{
    static bool done;
    char path[80];
    gaz_sealed *file = NULL;
    if (done)
        return;
    done = true;
    snprintf(folder, sizeof folder, "%s/gaz-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    require(mkdtemp(folder) != NULL, "no temporary directory");
    atexit(remove_folder);
    snprintf(path, sizeof path, "%s/original", folder);
    write_original(path);
    require(gaz_sealed_open(path, GAZ_SEGMENT_KIND, GAZ_SEGMENT_VERSION, &file, NULL) == GAZ_OK,
            "cannot open the segment");
    for (unsigned i = 0; i < SECTIONS; i++) {
        const uint8_t *bytes = NULL;
        uint64_t len = gaz_sealed_len(file, i);
        original[i] = GAZ_STRBUF_INIT;
        require(gaz_sealed_get(file, i, 0, len, &bytes, NULL) == GAZ_OK, "cannot read the segment");
        gaz_strbuf_add(&original[i], bytes, (size_t)len);
    }
    gaz_sealed_close(file);
}

/* Overwrites a byte, adds to it, or cuts the section there. */
static void change(gaz_strbuf *sections, const uint8_t *how)
{
    gaz_strbuf *s = &sections[how[0] % SECTIONS];
    size_t at = (size_t)how[1] | (size_t)how[2] << 8 | (size_t)how[3] << 16;
    if (!s->len)
        return;
    at %= s->len;
    if (how[0] / SECTIONS % 8 == 7)
        gaz_strbuf_truncate(s, at);
    else if (how[0] / SECTIONS % 2)
        s->data[at] = (char)(s->data[at] + (char)how[4]);
    else
        s->data[at] = (char)how[4];
}

static void seal(const uint8_t *data, size_t size, const char *path)
{
    gaz_strbuf sections[SECTIONS];
    gaz_sealed_writer *w = NULL;
    char name[GAZ_SEALED_NAME];
    for (unsigned i = 0; i < SECTIONS; i++) {
        sections[i] = GAZ_STRBUF_INIT;
        gaz_strbuf_add(&sections[i], original[i].data, original[i].len);
    }
    for (size_t n = 0; size >= CHANGE && n < CHANGES_MAX; n++, data += CHANGE, size -= CHANGE)
        change(sections, data);
    unlink(path);
    require(gaz_sealed_writer_open(path, GAZ_SEGMENT_KIND, GAZ_SEGMENT_VERSION, &w, NULL) == GAZ_OK,
            "cannot write");
    for (unsigned i = 0; i < SECTIONS; i++) {
        require(gaz_sealed_begin(w, i, NULL) == GAZ_OK, "cannot begin a section");
        require(gaz_sealed_append(w, sections[i].data, sections[i].len, NULL) == GAZ_OK,
                "cannot write a section");
        gaz_strbuf_release(&sections[i]);
    }
    require(gaz_sealed_finish(w, name, NULL, NULL) == GAZ_OK, "cannot seal");
    gaz_sealed_writer_close(w);
}

static void ask_documents(gaz_segment *seg, gaz_block_cache *cache, gaz_segment_writer *copy)
{
    uint32_t found;
    for (unsigned i = 0; i < 6; i++)
        if (gaz_segment_find(seg, &oids[i], &found, NULL) == GAZ_OK)
            require(found < gaz_segment_docs(seg), "a document that is not there was found");
    for (uint32_t i = 0; i < gaz_segment_docs(seg); i++) {
        gaz_doc doc;
        gaz_strbuf text = GAZ_STRBUF_INIT;
        text.max = (size_t)64 << 20;
        if (gaz_segment_doc(seg, i, &doc, NULL) != GAZ_OK)
            continue;
        if (gaz_segment_text(seg, cache, i, text.max, &text, NULL) == GAZ_OK)
            require(text.len <= text.max, "more text than was allowed");
        gaz_strbuf_release(&text);
        if (copy && doc.text_len < 1u << 20) {
            gaz_status st = gaz_segment_writer_copy(copy, seg, cache, i, NULL);
            (void)st; /* refused or copied */
        }
    }
}

static void ask_chunks(gaz_segment *seg)
{
    for (uint32_t i = 0; i < gaz_segment_chunks(seg); i++) {
        gaz_chunk c;
        if (gaz_segment_chunk(seg, i, &c, NULL) == GAZ_OK)
            require(c.doc < gaz_segment_docs(seg), "a chunk of no document");
    }
}

static void ask_grams(gaz_segment *seg)
{
    static const char *const literals[] = {"a",    "e",          "li",          "ne", "needle",
                                           "kmem", "a line\xC3", "hello world", "zzz"};
    size_t words = gaz_segment_set_words(seg);
    uint64_t *set = malloc((words + 1) * sizeof *set);
    uint64_t *digests = malloc(((size_t)gaz_segment_docs(seg) + 1) * sizeof *digests);
    require(set && digests, "no memory");
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        uint32_t count;
        size_t len = strlen(literals[i]);
        if (gaz_segment_literal(seg, literals[i], len, set, NULL) == GAZ_OK && words &&
            gaz_segment_chunks(seg) % 64)
            require(set[words - 1] >> (gaz_segment_chunks(seg) % 64) == 0,
                    "a chunk beyond the last is a candidate");
        if (gaz_segment_literal_count(seg, literals[i], len, &count, NULL) != GAZ_OK)
            continue;
    }
    gaz_status st = gaz_segment_gram_digests(seg, digests, NULL);
    (void)st; /* refused or summed up */
    free(set);
    free(digests);
}

static void count_report(void *ctx, const char *message)
{
    require(message && *message, "an empty finding");
    ++*(size_t *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[80], copied[80];
    gaz_segment *seg = NULL;
    gaz_block_cache *cache = NULL;
    gaz_segment_writer *copy = NULL;
    size_t findings = 0;
    take_apart();
    snprintf(path, sizeof path, "%s/changed", folder);
    snprintf(copied, sizeof copied, "%s/copied", folder);
    seal(data, size, path);
    if (gaz_segment_open(path, &seg, NULL) != GAZ_OK)
        return 0;
    require(gaz_block_cache_new((size_t)1 << 20, &cache, NULL) == GAZ_OK, "no cache");
    bool copies = size < CHANGE || data[CHANGE - 1] % 16 == 0;
    require(!copies || gaz_segment_writer_open(copied, 1, &copy, NULL) == GAZ_OK, "no copy");
    ask_documents(seg, cache, copy);
    ask_chunks(seg);
    ask_grams(seg);
    require(gaz_segment_check(seg, NULL, count_report, &findings, NULL) == GAZ_OK,
            "a check that cannot go on");
    require(size >= CHANGE || findings == 0, "something is found in what is sound");
    gaz_segment_writer_close(copy);
    gaz_block_cache_free(cache);
    gaz_segment_unref(seg);
    unlink(copied);
    return 0;
}
