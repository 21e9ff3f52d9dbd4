/* Symbol segments: what is written comes back, whole and in parts; bad facts are refused; damage is
 * found. */
#include "symbol_model.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct scene {
    char *dir;
    model model;
    gaz_symbol_row row;
    gaz_symbol_segment *seg;
    gaz_arena arena;
} scene;

static int setup(void **state)
{
    scene *s = calloc(1, sizeof *s);
    s->dir = make_temp_dir();
    model_make(&s->model, 60, 12, 1);
    s->seg = model_write(&s->model, 0, 60, s->dir, "one.seg", &s->row);
    gaz_arena_init(&s->arena, (size_t)256 << 20);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_symbol_segment_unref(s->seg);
    gaz_arena_release(&s->arena);
    model_release(&s->model);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
    free(s);
    return 0;
}

static void facts_come_back_as_they_were_written(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    for (uint32_t i = 0; i < s->model.count; i++) {
        const gaz_symbol_facts *want = &s->model.docs[i].facts;
        gaz_symbol_facts got;
        uint32_t doc = UINT32_MAX;
        assert_ok(gaz_symbol_segment_find(s->seg, &want->key, &doc, &err));
        assert_ok(gaz_symbol_segment_facts(s->seg, doc, GAZ_SYMBOL_ALL, &s->arena, &got, &err));
        assert_int_equal(want->fingerprint, got.fingerprint);
        assert_int_equal(want->outcome, got.outcome);
        assert_int_equal(want->has_errors, got.has_errors);
        assert_int_equal(want->definition_count, got.definition_count);
        assert_int_equal(want->reference_count, got.reference_count);
        assert_int_equal(want->import_count, got.import_count);
        for (uint32_t k = 0; k < got.definition_count; k++)
            assert_true(same_definition(&want->definitions[k], &got.definitions[k]));
        for (uint32_t k = 0; k < got.reference_count; k++)
            assert_true(same_reference(&want->references[k], &got.references[k]));
        for (uint32_t k = 0; k < got.import_count; k++)
            assert_true(same_import(&want->imports[k], &got.imports[k]));
        gaz_arena_reset(&s->arena);
    }
}

static void a_document_is_found_by_blob_and_language(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    uint32_t doc;
    gaz_symbol_key key = {model_oid(1), 99};
    assert_status(GAZ_E_NOT_FOUND, gaz_symbol_segment_find(s->seg, &key, &doc, &err));
    key = (gaz_symbol_key){model_oid(1000), 41};
    assert_status(GAZ_E_NOT_FOUND, gaz_symbol_segment_find(s->seg, &key, &doc, &err));
}

static void the_same_documents_make_the_same_file(void **state)
{
    scene *s = *state;
    gaz_symbol_row again;
    gaz_symbol_segment *seg = model_write(&s->model, 0, 60, s->dir, "two.seg", &again);
    assert_string_equal(s->row.name, again.name);
    gaz_symbol_segment_unref(seg);
}

static void nothing_is_left_beside_a_segment(void **state)
{
    scene *s = *state;
    char path[600];
    static const char *const endings[] = {"spill", "words", "words-journal"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/one.seg.%s", s->dir, endings[i]);
        assert_int_not_equal(0, access(path, F_OK));
    }
}

/* ---- bad facts ---- */

static void refuse(scene *s, const gaz_symbol_facts *facts, const char *what)
{
    gaz_error err = {0};
    gaz_symbol_writer *w = NULL;
    char path[600];
    snprintf(path, sizeof path, "%s/bad.seg", s->dir);
    assert_ok(gaz_symbol_writer_open(path, &w, &err));
    assert_status(GAZ_E_INVALID, gaz_symbol_writer_add(w, facts, 0, "0123456789", 10, &err));
    assert_non_null(strstr(err.message, what));
    gaz_error_clear(&err);
    gaz_symbol_row row;
    assert_status(GAZ_E_INVALID, gaz_symbol_writer_finish(w, &row, &err)); /* it has nothing */
    gaz_symbol_writer_close(w);
}

static void broken_facts_are_refused(void **state)
{
    scene *s = *state;
    gaz_symbol_definition d = {.container = UINT32_MAX,
                               .name = {"f", 1},
                               .end = 5,
                               .start_line = 1,
                               .end_line = 1,
                               .name_line = 1};
    gaz_symbol_definition two[2] = {d, d};
    gaz_symbol_facts facts = {.key.language = 1, .definitions = two, .definition_count = 2};
    two[0].end = 11;
    refuse(s, &facts, "definition 0");
    two[0].end = 5;
    two[0].container = 0;
    refuse(s, &facts, "definition 0");
    two[0].container = UINT32_MAX;
    two[0].start = 3;
    refuse(s, &facts, "definition 1");
    two[0].start = 0;
    two[1].signature = (gaz_symbol_text){.start = 8, .len = 3};
    refuse(s, &facts, "definition 1");
    two[1] = d;
    gaz_symbol_reference r = {.role = 1, .start = 1, .line = 1, .enclosing = 2, .name = {"g", 1}};
    facts.references = &r;
    facts.reference_count = 1;
    refuse(s, &facts, "reference 0");
    r.enclosing = 1;
    r.start = 11;
    refuse(s, &facts, "reference 0");
    facts.reference_count = GAZ_SYMBOL_FACTS_MAX + 1;
    refuse(s, &facts, "over 4194304 facts");
}

static void a_document_may_not_be_there_twice(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_symbol_writer *w = NULL;
    gaz_symbol_row row;
    gaz_symbol_facts none = {.key = {model_oid(5), 3}};
    char path[600];
    snprintf(path, sizeof path, "%s/twice.seg", s->dir);
    assert_ok(gaz_symbol_writer_open(path, &w, &err));
    assert_ok(gaz_symbol_writer_add(w, &none, 0, NULL, 0, &err));
    assert_ok(gaz_symbol_writer_add(w, &none, 0, NULL, 0, &err));
    assert_status(GAZ_E_INVALID, gaz_symbol_writer_finish(w, &row, &err));
    gaz_symbol_writer_close(w);
    assert_int_not_equal(0, access(path, F_OK));
}

static void long_names_and_texts_are_cut(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_symbol_writer *w = NULL;
    gaz_symbol_segment *seg = NULL;
    gaz_symbol_row row;
    gaz_symbol_facts got;
    char path[600], *text = malloc(20000);
    memset(text, 'n', 20000);
    gaz_symbol_definition d = {.container = UINT32_MAX,
                               .name = {text, 20000},
                               .end = 20000,
                               .start_line = 1,
                               .end_line = 1,
                               .name_end = 20000,
                               .name_line = 1,
                               .doc = {.start = GAZ_SYMBOL_NOWHERE, .len = 20000, .data = text}};
    gaz_symbol_facts facts = {.key.language = 1, .definitions = &d, .definition_count = 1};
    snprintf(path, sizeof path, "%s/long.seg", s->dir);
    assert_ok(gaz_symbol_writer_open(path, &w, &err));
    assert_ok(gaz_symbol_writer_add(w, &facts, 0, text, 20000, &err));
    assert_ok(gaz_symbol_writer_finish(w, &row, &err));
    gaz_symbol_writer_close(w);
    assert_true(row.file_bytes < 60000);
    assert_ok(gaz_symbol_segment_open(path, &seg, &err));
    assert_ok(gaz_symbol_segment_facts(seg, 0, GAZ_SYMBOL_ALL, &s->arena, &got, &err));
    assert_int_equal(GAZ_SYMBOL_NAME_MAX, got.definitions[0].name.len);
    assert_int_equal(GAZ_SYMBOL_TEXT_MAX, got.definitions[0].doc.len);
    assert_int_equal(20000, got.definitions[0].name_end);
    gaz_symbol_segment_unref(seg);
    free(text);
}

/* ---- damage ---- */

static void count_finding(void *ctx, const char *message)
{
    (void)message;
    ++*(unsigned *)ctx;
}

static void print_finding(void *ctx, const char *message)
{
    (void)ctx;
    fail_msg("%s", message);
}

static void check_finds_nothing_in_a_sound_segment(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    assert_ok(gaz_symbol_segment_check(s->seg, s->row.name, print_finding, NULL, &err));
}

static void check_finds_every_flipped_byte(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    char path[600];
    snprintf(path, sizeof path, "%s/one.seg", s->dir);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    for (off_t at = 0; at < (off_t)s->row.file_bytes; at += 4099) {
        unsigned findings = 0;
        uint8_t byte, flipped;
        gaz_symbol_segment *seg = NULL;
        assert_int_equal(1, pread(fd, &byte, 1, at));
        flipped = byte ^ 0x10;
        assert_int_equal(1, pwrite(fd, &flipped, 1, at));
        gaz_error why = {0};
        gaz_status st = gaz_symbol_segment_open(path, &seg, &why);
        if (st == GAZ_OK) {
            assert_ok(gaz_symbol_segment_check(seg, s->row.name, count_finding, &findings, &err));
            assert_true(findings > 0);
            gaz_symbol_segment_unref(seg);
        } else {
            assert_int_equal(GAZ_E_CORRUPT, st);
        }
        assert_int_equal(1, pwrite(fd, &byte, 1, at));
    }
    close(fd);
}

static void a_dump_is_the_same_from_every_segment(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_symbol_row row;
    gaz_symbol_segment *part = model_write(&s->model, 30, 60, s->dir, "part.seg", &row);
    for (uint32_t i = 30; i < 60; i++) {
        gaz_strbuf a = GAZ_STRBUF_INIT, b = GAZ_STRBUF_INIT;
        assert_ok(gaz_symbol_segment_dump(s->seg, i, &a, &err));
        assert_ok(gaz_symbol_segment_dump(part, i - 30, &b, &err));
        assert_string_equal(a.data, b.data);
        gaz_strbuf_release(&a);
        gaz_strbuf_release(&b);
    }
    gaz_symbol_segment_unref(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_back_as_they_were_written),
        cmocka_unit_test(a_document_is_found_by_blob_and_language),
        cmocka_unit_test(the_same_documents_make_the_same_file),
        cmocka_unit_test(nothing_is_left_beside_a_segment),
        cmocka_unit_test(broken_facts_are_refused),
        cmocka_unit_test(a_document_may_not_be_there_twice),
        cmocka_unit_test(long_names_and_texts_are_cut),
        cmocka_unit_test(check_finds_nothing_in_a_sound_segment),
        cmocka_unit_test(check_finds_every_flipped_byte),
        cmocka_unit_test(a_dump_is_the_same_from_every_segment),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
