/* The files of a ref and what is found in them, compared with looking at every fact.
 * Also run under ThreadSanitizer. */
#include "symbol_model.h"

#include <ctype.h>
#include <pthread.h>
#include <strings.h>

#define DOCS 80
#define FILES 120

typedef struct scene {
    char *dir;
    model model;
    gaz_symbol_segment *segments[3];
    gaz_symbol_file files[FILES];
    uint32_t doc_of[FILES]; /* of the model; UINT32_MAX: none */
    uint32_t rank[FILES];
    gaz_symbol_view *view;
    gaz_arena arena;
} scene;

/* Documents 0–69 in three segments, of which the last two overlap; 70–79 in none. Files of 0–59 and
 * of some of the others; some twice, some without a language. */
static int setup(void **state)
{
    scene *s = calloc(1, sizeof *s);
    gaz_error err = {0};
    gaz_symbol_row row;
    s->dir = make_temp_dir();
    model_make(&s->model, DOCS, 12, 7);
    s->segments[0] = model_write(&s->model, 0, 30, s->dir, "a.seg", &row);
    s->segments[1] = model_write(&s->model, 20, 60, s->dir, "b.seg", &row);
    s->segments[2] = model_write(&s->model, 50, 70, s->dir, "c.seg", &row);
    for (uint32_t i = 0; i < FILES; i++) {
        uint32_t doc = i % 60 + (i % 11 == 0 ? 20 : 0);
        s->rank[i] = (i * 7) % FILES;
        s->doc_of[i] = UINT32_MAX;
        s->files[i].oid = s->model.docs[doc].facts.key.oid;
        if (i % 13 == 5)
            continue;
        s->files[i].language = s->model.docs[doc].facts.key.language;
        s->doc_of[i] = doc < 70 ? doc : UINT32_MAX;
    }
    assert_ok(gaz_symbol_view_new(s->segments, 3, s->files, FILES, s->rank, &s->view, &err));
    gaz_arena_init(&s->arena, (size_t)512 << 20);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_symbol_view_unref(s->view);
    for (int i = 0; i < 3; i++)
        gaz_symbol_segment_unref(s->segments[i]);
    gaz_arena_release(&s->arena);
    model_release(&s->model);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
    free(s);
    return 0;
}

static void files_are_those_with_facts(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    uint32_t wanted = 0, found = 0, want = 0, have = 0;
    gaz_symbol_document d;
    gaz_symbol_view_counts(s->view, &wanted, &found);
    for (uint32_t i = 0; i < FILES; i++) {
        want += s->files[i].language != 0;
        have += s->doc_of[i] != UINT32_MAX;
        if (s->doc_of[i] == UINT32_MAX) {
            assert_status(GAZ_E_NOT_FOUND, gaz_symbol_view_document(s->view, i, &d, &err));
            continue;
        }
        assert_ok(gaz_symbol_view_document(s->view, i, &d, &err));
        assert_int_equal(s->model.docs[s->doc_of[i]].facts.definition_count, d.definitions);
    }
    assert_int_equal(want, wanted);
    assert_int_equal(have, found);
    assert_true(have < want);
    assert_status(GAZ_E_NOT_FOUND, gaz_symbol_view_document(s->view, FILES, &d, &err));
}

static void one_definition_is_that_of_all(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    for (uint32_t i = 0; i < FILES; i += 3) {
        if (s->doc_of[i] == UINT32_MAX)
            continue;
        const gaz_symbol_facts *f = &s->model.docs[s->doc_of[i]].facts;
        for (uint32_t k = 0; k < f->definition_count; k += 5) {
            gaz_symbol_definition d;
            gaz_arena_reset(&s->arena);
            assert_ok(gaz_symbol_view_definition(s->view, i, k, &s->arena, &d, &err));
            assert_true(same_definition(&f->definitions[k], &d));
        }
    }
}

/* ---- finding ---- */

/* UINT8_MAX: it does not match. */
typedef uint8_t (*distance_of)(const gaz_symbol_definition *d, const char *text, size_t len);

static uint8_t exact(const gaz_symbol_definition *d, const char *text, size_t len)
{
    return d->name.len == len && memcmp(d->name.data, text, len) == 0 ? 0 : UINT8_MAX;
}

static uint8_t beginning(const gaz_symbol_definition *d, const char *text, size_t len)
{
    if (d->name.len < len || memcmp(d->name.data, text, len) != 0)
        return UINT8_MAX;
    return d->name.len != len;
}

static bool contains(const gaz_symbol_definition *d, const char *text, size_t len)
{
    for (uint32_t i = 0; i + len <= d->name.len; i++)
        if (strncasecmp(d->name.data + i, text, len) == 0)
            return true;
    return false;
}

static bool even_files(void *ctx, uint32_t file)
{
    ++*(unsigned *)ctx;
    return file % 2 == 0;
}

static bool comes_before(const scene *s, const gaz_symbol_query *q, const gaz_symbol_hit *a,
                         const gaz_symbol_hit *b)
{
    bool a_late = a->flags & q->last, b_late = b->flags & q->last;
    if (a->distance != b->distance)
        return a->distance < b->distance;
    if (a_late != b_late)
        return b_late;
    if (a->file != b->file)
        return s->rank[a->file] < s->rank[b->file];
    return a->index < b->index;
}

static void compare_with_all(scene *s, gaz_symbol_query *q, distance_of distance)
{
    gaz_error err = {0};
    gaz_symbol_hits hits;
    uint64_t total = 0;
    gaz_arena_reset(&s->arena);
    q->deadline_us = GAZ_NEVER;
    assert_ok(gaz_symbol_view_find(s->view, q, &s->arena, &hits, &err));
    assert_true(hits.complete);
    for (uint32_t i = 0; i < FILES; i++) {
        const gaz_symbol_facts *f =
            s->doc_of[i] == UINT32_MAX ? NULL : &s->model.docs[s->doc_of[i]].facts;
        for (uint32_t k = 0; f && k < f->definition_count; k++) {
            const gaz_symbol_definition *d = &f->definitions[k];
            total += distance(d, q->text, q->len) != UINT8_MAX &&
                     (!q->kinds || q->kinds >> d->kind & 1) && !(d->flags & q->without) &&
                     (!q->accepts || i % 2 == 0);
        }
    }
    assert_int_equal(total, hits.total);
    assert_int_equal(total < q->limit ? total : q->limit, hits.count);
    for (uint32_t i = 0; i < hits.count; i++) {
        const gaz_symbol_hit *h = &hits.items[i];
        const gaz_symbol_definition *d =
            &s->model.docs[s->doc_of[h->file]].facts.definitions[h->index];
        assert_int_equal(distance(d, q->text, q->len), h->distance);
        assert_true(same_name(&d->name, &h->name));
        assert_int_equal(d->kind, h->kind);
        assert_int_equal(d->flags, h->flags);
        if (i)
            assert_true(comes_before(s, q, h - 1, h));
    }
}

static void names_and_beginnings_are_found_as_by_looking_at_all(void **state)
{
    scene *s = *state;
    unsigned asked = 0;
    static const char *const texts[] = {"get",      "Device",     "tcp",    "tcpsend", "x",
                                        "HTTPInit", "list_entry", "absent", "2",       "\xc3"};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        for (int variant = 0; variant < 5; variant++) {
            gaz_symbol_query q = {.text = texts[t], .len = strlen(texts[t]), .limit = 100000};
            q.kinds = variant == 1 ? 0x3Eu : 0;
            q.without = variant == 2 ? 0x20 : 0;
            q.last = variant == 3 ? 0x01 : 0;
            q.limit = variant == 3 ? 10 : q.limit;
            q.accepts = variant == 4 ? even_files : NULL;
            q.ctx = &asked;
            q.match = GAZ_SYMBOL_EXACT;
            compare_with_all(s, &q, exact);
            q.match = GAZ_SYMBOL_PREFIX;
            compare_with_all(s, &q, beginning);
        }
    assert_true(asked > 0);
}

static void fuzzy_names_hold_the_text_in_any_case_or_are_near(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    static const char *const texts[] = {"devicetcp", "SENDGET", "http", "_msg", "entryinit"};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        gaz_symbol_query q = {.match = GAZ_SYMBOL_FUZZY,
                              .text = texts[t],
                              .len = strlen(texts[t]),
                              .limit = 100000,
                              .deadline_us = GAZ_NEVER};
        gaz_symbol_hits hits;
        uint64_t holding = 0, given = 0;
        gaz_arena_reset(&s->arena);
        assert_ok(gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
        for (uint32_t i = 0; i < FILES; i++)
            for (uint32_t k = 0; s->doc_of[i] != UINT32_MAX &&
                                 k < s->model.docs[s->doc_of[i]].facts.definition_count;
                 k++)
                holding +=
                    contains(&s->model.docs[s->doc_of[i]].facts.definitions[k], q.text, q.len);
        for (uint32_t i = 0; i < hits.count; i++)
            given += hits.items[i].distance <= 2;
        assert_true(holding > 0);
        assert_int_equal(holding, given);
    }
    /* One letter missing, two swapped, one too many. */
    static const char *const slips[] = {"tcpDevce", "tcpDveice", "tcpDeviice"};
    for (size_t t = 0; t < 3; t++) {
        gaz_symbol_query q = {.match = GAZ_SYMBOL_FUZZY,
                              .text = slips[t],
                              .len = strlen(slips[t]),
                              .limit = 5,
                              .deadline_us = GAZ_NEVER};
        gaz_symbol_hits hits;
        gaz_arena_reset(&s->arena);
        assert_ok(gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
        assert_true(hits.count > 0);
        assert_int_equal(9, hits.items[0].name.len);
        assert_memory_equal("tcpDevice", hits.items[0].name.data, 9);
        assert_int_equal(3, hits.items[0].distance);
    }
}

static bool is_word(const gaz_symbol_definition *d, const char *word)
{
    char split[400] = " ";
    size_t n = 1;
    for (uint32_t i = 0; i < d->name.len; i++) {
        unsigned char c = (unsigned char)d->name.data[i];
        unsigned char before = i ? (unsigned char)d->name.data[i - 1] : ' ';
        bool next_lower = i + 1 < d->name.len && islower((unsigned char)d->name.data[i + 1]);
        bool border =
            isupper(c) && (islower(before) || isdigit(before) || (isupper(before) && next_lower));
        bool part = isalnum(c) || c >= 0x80;
        if ((border || !part) && split[n - 1] != ' ')
            split[n++] = ' ';
        if (part)
            split[n++] = (char)tolower(c);
    }
    split[n++] = ' ';
    split[n] = '\0';
    char wanted[64];
    snprintf(wanted, sizeof wanted, " %s ", word);
    return strstr(split, wanted) != NULL;
}

static void words_of_names_are_found_first(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_symbol_query q = {.match = GAZ_SYMBOL_WORDS,
                          .text = "Device HTTP", /* as the parts of a name are written */
                          .len = 11,
                          .limit = 100000,
                          .deadline_us = GAZ_NEVER};
    gaz_symbol_hits hits;
    uint64_t want = 0, got = 0;
    assert_ok(gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
    for (uint32_t i = 0; i < FILES; i++) {
        const gaz_symbol_facts *f =
            s->doc_of[i] == UINT32_MAX ? NULL : &s->model.docs[s->doc_of[i]].facts;
        for (uint32_t k = 0; f && k < f->definition_count; k++)
            want += is_word(&f->definitions[k], "device") && is_word(&f->definitions[k], "http");
    }
    for (uint32_t i = 0; i < hits.count; i++)
        got += hits.items[i].distance == 0;
    assert_true(want > 0);
    assert_true(got >= want); /* the last word may be a beginning: "httpx" */
    for (uint32_t i = 0; i < got; i++)
        assert_int_equal(0, hits.items[i].distance);
    q.text = "folded"; /* of signatures and comments */
    q.len = 6;
    gaz_arena_reset(&s->arena);
    assert_ok(gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
    assert_true(hits.count > 0);
    assert_int_equal(1, hits.items[0].distance);
}

static void a_name_of_no_or_too_many_bytes_is_refused(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_symbol_hits hits;
    char *text = calloc(1, 2000);
    gaz_symbol_query q = {.match = GAZ_SYMBOL_FUZZY, .text = text, .deadline_us = GAZ_NEVER};
    assert_status(GAZ_E_INVALID, gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
    gaz_error_clear(&err);
    q.len = GAZ_SYMBOL_NAME_MAX + 1;
    assert_status(GAZ_E_INVALID, gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
    gaz_error_clear(&err);
    q.len = GAZ_SYMBOL_NAME_MAX;
    q.limit = 5;
    memset(text, 'x', 2000);
    for (int match = GAZ_SYMBOL_EXACT; match <= GAZ_SYMBOL_WORDS; match++) {
        q.match = (gaz_symbol_match)match;
        assert_ok(gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
        assert_int_equal(0, hits.count);
    }
    q.match = GAZ_SYMBOL_WORDS;
    q.text = "\"*' () --";
    q.len = 9;
    assert_ok(gaz_symbol_view_find(s->view, &q, &s->arena, &hits, &err));
    assert_int_equal(0, hits.count);
    free(text);
}

/* ---- references ---- */

static void uses_are_counted_and_found_as_by_looking_at_all(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    static const char *const names[] = {"get", "tcp", "Device", "x2", "absent", "\xc3\xa9"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        size_t len = strlen(names[n]);
        gaz_symbol_use *uses;
        uint32_t count = 0, at = 0;
        uint64_t total = 0, want_total = 0;
        gaz_arena_reset(&s->arena);
        assert_ok(
            gaz_symbol_view_uses(s->view, names[n], len, &s->arena, &uses, &count, &total, &err));
        for (uint32_t rank = 0; rank < FILES; rank++)
            for (uint32_t i = 0; i < FILES; i++) {
                const gaz_symbol_facts *f = s->rank[i] != rank || s->doc_of[i] == UINT32_MAX
                                                ? NULL
                                                : &s->model.docs[s->doc_of[i]].facts;
                uint32_t here = 0, all = 0;
                for (uint32_t k = 0; f && k < f->reference_count; k++) {
                    bool same = f->references[k].name.len == len &&
                                memcmp(f->references[k].name.data, names[n], len) == 0;
                    all += same;
                    here += same && !(f->references[k].flags & MODEL_LOCAL);
                }
                for (uint32_t k = 0; f && k < f->import_count; k++)
                    here += f->imports[k].path.len == len &&
                            memcmp(f->imports[k].path.data, names[n], len) == 0;
                want_total += here;
                if (here) {
                    assert_true(at < count);
                    assert_int_equal(i, uses[at].file);
                    assert_int_equal(here, uses[at++].count);
                }
                gaz_symbol_reference *refs;
                uint32_t given = 0;
                if (!f)
                    continue;
                assert_ok(gaz_symbol_view_references(s->view, i, names[n], len, &s->arena, &refs,
                                                     &given, &err));
                assert_int_equal(all, given);
                for (uint32_t k = 0, r = 0; k < f->reference_count; k++)
                    if (f->references[k].name.len == len &&
                        memcmp(f->references[k].name.data, names[n], len) == 0)
                        assert_true(same_reference(&f->references[k], &refs[r++]));
            }
        assert_int_equal(count, at);
        assert_int_equal(want_total, total);
    }
}

static void *ask(void *arg)
{
    scene *s = arg;
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)64 << 20);
    for (int i = 0; i < 40; i++) {
        gaz_symbol_query q = {.match = (gaz_symbol_match)(i % 4),
                              .text = "tcp",
                              .len = 3,
                              .limit = 20,
                              .deadline_us = GAZ_NEVER};
        gaz_symbol_hits hits = {0};
        gaz_arena_reset(&arena);
        if (gaz_symbol_view_find(s->view, &q, &arena, &hits, NULL) != GAZ_OK || !hits.count)
            return arg;
    }
    gaz_arena_release(&arena);
    return NULL;
}

static void many_may_ask_at_once(void **state)
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, ask, *state));
    for (int i = 0; i < 8; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_those_with_facts),
        cmocka_unit_test(one_definition_is_that_of_all),
        cmocka_unit_test(names_and_beginnings_are_found_as_by_looking_at_all),
        cmocka_unit_test(fuzzy_names_hold_the_text_in_any_case_or_are_near),
        cmocka_unit_test(words_of_names_are_found_first),
        cmocka_unit_test(a_name_of_no_or_too_many_bytes_is_refused),
        cmocka_unit_test(uses_are_counted_and_found_as_by_looking_at_all),
        cmocka_unit_test(many_may_ask_at_once),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
