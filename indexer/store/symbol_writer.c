/* Writing symbol segments, the first half: documents are encoded and spilled as they come, names
 * are numbered in memory, words go to their index. What hangs on all names together, which is
 * little, is left to symbol_finish.c. */
#include "symbol_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"

#define SPILL_BUFFER ((size_t)1 << 20)
#define RECORD_MAX ((size_t)1 << 30)
#define DOC_WORDS_MAX 2048u /* bytes of a comment whose words are kept */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a symbol segment");
}

static char *beside(const char *path, const char *ending)
{
    char *out = NULL;
    return asprintf(&out, "%s%s", path, ending) < 0 ? NULL : out;
}

gaz_status gaz_symbol_writer_open(const char *path, gaz_symbol_writer **out, gaz_error *err)
{
    gaz_symbol_writer *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(err);
    w->spill = -1;
    gaz_strbuf_init(&w->buffer, RECORD_MAX);
    gaz_strbuf_init(&w->record, RECORD_MAX);
    gaz_strbuf_init(&w->words_of, RECORD_MAX);
    w->path = strdup(path);
    w->spill_path = beside(path, ".spill");
    char *words = beside(path, ".words");
    gaz_status st = w->path && w->spill_path && words ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK)
        w->spill = open(w->spill_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (st == GAZ_OK && w->spill < 0)
        st = gaz_error_errno(err, "cannot make %s", w->spill_path);
    if (st == GAZ_OK)
        st = symbol_word_writer_open(words, &w->words, err);
    free(words);
    if (st != GAZ_OK) {
        gaz_symbol_writer_close(w);
        return st;
    }
    *out = w;
    return GAZ_OK;
}

void gaz_symbol_writer_close(gaz_symbol_writer *w)
{
    if (!w)
        return;
    if (w->spill >= 0) {
        close(w->spill);
        unlink(w->spill_path);
    }
    symbol_word_writer_close(w->words);
    symbol_intern_release(&w->names);
    gaz_vec_free(&w->docs);
    gaz_vec_free(&w->met);
    gaz_vec_free(&w->local);
    gaz_vec_free(&w->stamp);
    gaz_vec_free(&w->place);
    gaz_vec_free(&w->counts);
    gaz_strbuf_release(&w->buffer);
    gaz_strbuf_release(&w->record);
    gaz_strbuf_release(&w->words_of);
    free(w->path);
    free(w->spill_path);
    free(w);
}

size_t gaz_symbol_writer_memory(const gaz_symbol_writer *w)
{
    /* Finishing sorts the names and lays out the lists of names: see symbol_finish.c. */
    size_t finishing = w->names.ends.len * 40 + (size_t)w->uses * 8 + (size_t)w->definitions * 12;
    return symbol_intern_memory(&w->names) + w->buffer.cap + w->record.cap +
           w->docs.cap * sizeof *w->docs.items + (w->stamp.cap + w->place.cap) * 4 +
           (w->met.cap + w->local.cap + w->counts.cap) * 4 + finishing;
}

uint32_t gaz_symbol_writer_docs(const gaz_symbol_writer *w)
{
    return (uint32_t)w->docs.len;
}

/* ---- the names of a document ---- */

static gaz_status meet(void *ctx, const gaz_symbol_name *name, gaz_error *err)
{
    gaz_symbol_writer *w = ctx;
    uint32_t id, len = name->len < GAZ_SYMBOL_NAME_MAX ? name->len : GAZ_SYMBOL_NAME_MAX;
    gaz_status st = symbol_intern_put(&w->names, name->data, len, &id, err);
    if (st != GAZ_OK)
        return st;
    size_t known = w->stamp.len;
    if (id >= known) {
        if (!gaz_vec_push(&w->stamp, 0) || !gaz_vec_reserve(&w->place, w->stamp.len - w->place.len))
            return no_memory(err);
        w->place.len = w->stamp.len;
    }
    uint32_t mark = (uint32_t)w->docs.len + 1;
    if (w->stamp.items[id] != mark) {
        w->stamp.items[id] = mark;
        if (!gaz_vec_push(&w->local, id))
            return no_memory(err);
    }
    return gaz_vec_push(&w->met, id) ? GAZ_OK : no_memory(err);
}

static int by_name(const void *a, const void *b, void *names)
{
    return symbol_intern_compare(names, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* Numbers of strings in `met` become places among the document's names in byte order, which is that
 * of the ranks they will have. */
static gaz_status settle_names(gaz_symbol_writer *w, const gaz_symbol_facts *facts, gaz_error *err)
{
    w->met.len = w->local.len = w->counts.len = 0;
    gaz_status st = symbol_strings_each(facts, meet, w, err);
    if (st != GAZ_OK)
        return st;
    if (w->local.len)
        qsort_r(w->local.items, w->local.len, sizeof(uint32_t), by_name, &w->names);
    if (!gaz_vec_reserve(&w->counts, w->local.len + 1) || !gaz_vec_reserve(&w->met, 1))
        return no_memory(err);
    w->counts.len = w->local.len;
    for (uint32_t i = 0; i < w->local.len; i++) {
        w->place.items[w->local.items[i]] = i;
        w->counts.items[i] = 0;
    }
    for (size_t i = 0; i < w->met.len; i++)
        w->met.items[i] = w->place.items[w->met.items[i]];
    return GAZ_OK;
}

/* How often each name is used, in the order of symbol_strings_each(). */
static void count_uses(gaz_symbol_writer *w, const gaz_symbol_facts *f, uint8_t local)
{
    const uint32_t *at = w->met.items;
    for (uint32_t i = 0; i < f->definition_count; i++)
        at += 1 + (f->definitions[i].container_name.len != 0);
    for (uint32_t i = 0; i < f->reference_count; i++) {
        w->counts.items[*at] += !(f->references[i].flags & local);
        at += 1 + (f->references[i].receiver_type.len != 0);
    }
    for (uint32_t i = 0; i < f->import_count; i++) {
        w->counts.items[*at]++;
        at += 1 + (f->imports[i].name.len != 0) + (f->imports[i].alias.len != 0);
    }
}

/* ---- spilling ---- */

static void put32(gaz_strbuf *out, uint32_t v)
{
    uint8_t bytes[4];
    gaz_put_le32(bytes, v);
    gaz_strbuf_add(out, bytes, sizeof bytes);
}

static gaz_status flush(gaz_symbol_writer *w, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(&w->buffer, err);
    if (st == GAZ_OK)
        st = gaz_write_all(w->spill, w->buffer.data, w->buffer.len, err);
    gaz_strbuf_reset(&w->buffer);
    return st;
}

static gaz_status spill(gaz_symbol_writer *w, const gaz_symbol_facts *f, gaz_error *err)
{
    size_t before = w->buffer.len;
    const uint32_t *at = w->met.items;
    put32(&w->buffer, (uint32_t)w->local.len);
    put32(&w->buffer, f->definition_count);
    put32(&w->buffer, (uint32_t)w->record.len);
    for (size_t i = 0; i < w->local.len; i++) {
        put32(&w->buffer, w->local.items[i]);
        put32(&w->buffer, w->counts.items[i]);
        w->uses += w->counts.items[i] != 0;
    }
    for (uint32_t i = 0; i < f->definition_count; i++) {
        put32(&w->buffer, *at);
        gaz_strbuf_putc(&w->buffer, (char)f->definitions[i].kind);
        gaz_strbuf_putc(&w->buffer, (char)f->definitions[i].flags);
        at += 1 + (f->definitions[i].container_name.len != 0);
    }
    gaz_strbuf_add(&w->buffer, w->record.data, w->record.len);
    gaz_status st = gaz_strbuf_check(&w->buffer, err);
    if (st != GAZ_OK)
        return st;
    spilled_doc doc = {.document = {.key = f->key,
                                    .fingerprint = f->fingerprint,
                                    .outcome = f->outcome,
                                    .has_errors = f->has_errors,
                                    .definitions = f->definition_count,
                                    .references = f->reference_count,
                                    .imports = f->import_count},
                       .at = w->spilled,
                       .len = w->buffer.len - before,
                       .first_definition = (uint32_t)w->definitions};
    w->spilled += doc.len;
    if (w->buffer.len >= SPILL_BUFFER)
        st = flush(w, err);
    if (st == GAZ_OK && !gaz_vec_push(&w->docs, doc))
        st = no_memory(err);
    return st;
}

/* ---- words ---- */

static void add_words(const gaz_symbol_text *t, const char *text, gaz_strbuf *out)
{
    uint32_t len = t->len < DOC_WORDS_MAX ? t->len : DOC_WORDS_MAX;
    if (len)
        symbol_split_words(t->start == GAZ_SYMBOL_NOWHERE ? t->data : text + t->start, len, out);
}

/* A signature that is no more than the name with something around it, as a macro's or a constant's
 * on one line, says nothing the name does not: only what has a comment, a body or several lines
 * is worth words of its own: five million macros of a kernel would take more room than its
 * functions. */
static gaz_status index_words(gaz_symbol_writer *w, const gaz_symbol_facts *f, const char *text,
                              gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < f->definition_count; i++) {
        const gaz_symbol_definition *d = &f->definitions[i];
        gaz_strbuf_reset(&w->words_of);
        if (d->doc.len || (d->body_start != d->body_end && d->end_line > d->start_line))
            add_words(&d->signature, text, &w->words_of);
        add_words(&d->doc, text, &w->words_of);
        st = symbol_word_writer_text(w->words, (int64_t)w->definitions + i, &w->words_of, err);
    }
    return st;
}

/* ---- adding ---- */

gaz_status gaz_symbol_writer_add(gaz_symbol_writer *w, const gaz_symbol_facts *facts, uint8_t local,
                                 const char *text, size_t len, gaz_error *err)
{
    if (w->docs.len >= GAZ_SYMBOL_DOCS_MAX ||
        w->definitions + facts->definition_count >= UINT32_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a symbol segment is full");
    gaz_status st = symbol_facts_check(facts, len, err);
    if (st == GAZ_OK)
        st = settle_names(w, facts, err);
    if (st != GAZ_OK)
        return st;
    count_uses(w, facts, local);
    gaz_strbuf_reset(&w->record);
    st = symbol_record_encode(facts, w->met.items, &w->record, err);
    if (st == GAZ_OK)
        st = index_words(w, facts, text, err);
    if (st == GAZ_OK)
        st = spill(w, facts, err);
    if (st != GAZ_OK)
        return st;
    w->definitions += facts->definition_count;
    w->references += facts->reference_count;
    w->imports += facts->import_count;
    w->text_bytes += len;
    return GAZ_OK;
}
