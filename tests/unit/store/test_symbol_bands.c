/* Names of a segment by patterns, and the definitions around places, against looking at all. */
#include "symbol_model.h"

#include <ctype.h>

#include "gaz/base/clock.h"

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
    gaz_arena_init(&s->arena, (size_t)64 << 20);
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

static bool holds(const char *name, size_t len, const char *folded)
{
    char copy[GAZ_SYMBOL_NAME_MAX];
    for (size_t i = 0; i < len; i++)
        copy[i] = (char)tolower((unsigned char)name[i]);
    return memmem(copy, len, folded, strlen(folded)) != NULL;
}

typedef struct collected {
    const char *text;
    size_t names, count, stop_after;
    uint64_t sum;
} collected;

static bool wants(void *ctx, const char *name, size_t len)
{
    collected *c = ctx;
    c->names++;
    return holds(name, len, c->text);
}

static uint64_t digest(uint32_t doc, uint32_t index, uint8_t kind, uint8_t flags)
{
    return (((uint64_t)doc * 1000003 + index) * 64 + kind) * 256 + flags;
}

static bool take(void *ctx, const gaz_symbol_named *found)
{
    collected *c = ctx;
    c->count++;
    c->sum += digest(found->doc, found->index, found->kind, found->flags);
    return c->count != c->stop_after;
}

/* @param exact  the whole name, byte for byte */
static collected by_hand(scene *s, const char *text, bool exact)
{
    gaz_error err = {0};
    collected c = {.text = text};
    for (uint32_t i = 0; i < s->model.count; i++) {
        const gaz_symbol_facts *f = &s->model.docs[i].facts;
        uint32_t doc = 0;
        assert_ok(gaz_symbol_segment_find(s->seg, &f->key, &doc, &err));
        for (uint32_t k = 0; k < f->definition_count; k++) {
            const gaz_symbol_definition *d = &f->definitions[k];
            bool yes =
                exact ? d->name.len == strlen(text) && memcmp(d->name.data, text, d->name.len) == 0
                      : holds(d->name.data, d->name.len, text);
            if (!yes)
                continue;
            c.count++;
            c.sum += digest(doc, k, d->kind, d->flags);
        }
    }
    return c;
}

static void names_that_hold_a_literal_are_all_found_in_its_bands(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    static const char *const texts[] = {
        "get", "device", "tcp", "_msginit", "e", "no", "é", "xé2g", "nothing_of_that_name"};
    size_t words = gaz_symbol_segment_bands(s->seg);
    uint64_t *set = calloc(words + 1, sizeof *set);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        collected want = by_hand(s, texts[i], false), got = {.text = texts[i]};
        assert_ok(gaz_symbol_segment_literal(s->seg, texts[i], strlen(texts[i]), set, &err));
        gaz_symbol_names names = {
            .bands = set, .wants = wants, .visit = take, .ctx = &got, .deadline_us = GAZ_NEVER};
        assert_ok(gaz_symbol_segment_names(s->seg, &names, &err));
        assert_int_equal(want.count, got.count);
        assert_true(want.sum == got.sum);
    }
    assert_ok(gaz_symbol_segment_literal(s->seg, "MSGINIT", 7, set, &err));
    uint64_t rare = 0, all = 0;
    for (size_t k = 0; k < words; k++)
        rare += (uint64_t)__builtin_popcountll(set[k]);
    assert_ok(gaz_symbol_segment_literal(s->seg, "ms", 2, set, &err));
    for (size_t k = 0; k < words; k++)
        all += (uint64_t)__builtin_popcountll(set[k]);
    assert_true(rare > 0 && rare < all);
    free(set);
}

static void a_visitor_that_has_enough_ends_it(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    collected got = {.text = "get", .stop_after = 3};
    gaz_symbol_names names = {.wants = wants, .visit = take, .ctx = &got, .deadline_us = GAZ_NEVER};
    assert_ok(gaz_symbol_segment_names(s->seg, &names, &err));
    assert_int_equal(got.count, 3);
}

static void names_out_of_time_say_so(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    model big;
    gaz_symbol_row row;
    model_make(&big, 200, 400, 5);
    gaz_symbol_segment *seg = model_write(&big, 0, 200, s->dir, "big.seg", &row);
    collected got = {.text = "get"};
    gaz_symbol_names names = {.wants = wants, .visit = take, .ctx = &got, .deadline_us = 1};
    assert_status(GAZ_E_TIMEOUT, gaz_symbol_segment_names(seg, &names, &err));
    gaz_symbol_segment_unref(seg);
    model_release(&big);
}

static void a_name_gives_its_definitions(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    static const char *const texts[] = {"get", "Device", "get_msg", "GET", "nothing", "zzz"};
    size_t found = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        collected want = by_hand(s, texts[i], true), got = {0};
        gaz_status st =
            gaz_symbol_segment_named(s->seg, texts[i], strlen(texts[i]), false, take, &got, &err);
        assert_ok(st);
        assert_int_equal(want.count, got.count);
        assert_true(want.sum == got.sum);
        found += got.count;
    }
    assert_true(found > 0);
}

static bool same_folded(const gaz_symbol_name *name, const char *text)
{
    size_t len = strlen(text);
    bool same = name->len == len;
    for (size_t i = 0; same && i < len; i++)
        same = tolower((unsigned char)name->data[i]) == tolower((unsigned char)text[i]);
    return same;
}

static void a_name_in_any_case_gives_all_its_spellings(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    static const char *const texts[] = {"gEt",       "device", "initINIT", "httpget", "nodedevice",
                                        "INIThttpX", "x",      "_ENTRY",   "nothing", "deviceinit",
                                        "zzz",       "É",      "2Node",    "\x01"};
    size_t found = 0, several = 0;
    model spelled = {.count = 3, .seed = 4};
    gaz_symbol_row row;
    model_doc docs[3];
    gaz_symbol_definition defs[3][400];
    char names[3][400][12], letters[] = "aAbB_";
    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t k = 0; k < 400; k++) {
            uint32_t len = 1 + model_random(&spelled, 6);
            for (uint32_t b = 0; b < len; b++)
                names[i][k][b] = "aAbB_"[model_random(&spelled, 5)];
            defs[i][k] = (gaz_symbol_definition){.kind = (uint8_t)(1 + k % 30),
                                                 .container = GAZ_SYMBOL_NONE,
                                                 .name = {names[i][k], len},
                                                 .signature = {.start = GAZ_SYMBOL_NOWHERE},
                                                 .type = {.start = GAZ_SYMBOL_NOWHERE},
                                                 .doc = {.start = GAZ_SYMBOL_NOWHERE},
                                                 .end_line = 1,
                                                 .start_line = 1,
                                                 .name_line = 1};
        }
        docs[i] = (model_doc){
            .facts = {.key = {model_oid(i), 41}, .definitions = defs[i], .definition_count = 400},
            .text = letters,
            .len = 5};
    }
    spelled.docs = docs;
    gaz_symbol_segment *seg = model_write(&spelled, 0, 3, s->dir, "spelled.seg", &row);
    static const char *const more[] = {"ab", "a",    "bab",  "a_b",  "abab",
                                       "_",  "BABA", "bbbb", "ba_ab"};
    for (size_t t = 0; t < sizeof texts / sizeof *texts + sizeof more / sizeof *more; t++) {
        bool mine = t >= sizeof texts / sizeof *texts;
        const char *text = mine ? more[t - sizeof texts / sizeof *texts] : texts[t];
        collected want = {0}, got = {0};
        const model *m = mine ? &spelled : &s->model;
        gaz_symbol_segment *in = mine ? seg : s->seg;
        for (uint32_t i = 0; i < m->count; i++) {
            uint32_t doc = 0;
            const gaz_symbol_facts *f = &m->docs[i].facts;
            assert_ok(gaz_symbol_segment_find(in, &f->key, &doc, &err));
            for (uint32_t k = 0; k < f->definition_count; k++) {
                const gaz_symbol_definition *d = &f->definitions[k];
                if (!same_folded(&d->name, text))
                    continue;
                want.count++;
                want.sum += digest(doc, k, d->kind, d->flags);
            }
        }
        assert_ok(gaz_symbol_segment_named(in, text, strlen(text), true, take, &got, &err));
        if (want.count != got.count || want.sum != got.sum)
            fail_msg("%s: %zu definitions, not %zu", text, got.count, want.count);
        found += got.count;
        several += got.count > 4;
    }
    assert_true(found > 50 && several > 4);
    gaz_symbol_segment_unref(seg);
}

/* Nested definitions, as texts have them. */
static uint32_t nest(gaz_symbol_definition *defs, uint32_t max, uint32_t len, uint64_t seed)
{
    uint32_t stack[32], depth = 0, n = 0;
    model m = {.seed = seed};
    for (uint32_t at = 0; at < len && n < max; at += 1 + model_random(&m, 6)) {
        while (depth && defs[stack[depth - 1]].end <= at)
            depth--;
        if (depth == 32)
            continue;
        uint32_t room = (depth ? defs[stack[depth - 1]].end : len) - at;
        uint32_t size = 1 + model_random(&m, depth ? room : room < 300 ? room : 300);
        defs[n] = (gaz_symbol_definition){.kind = 1,
                                          .container = depth ? stack[depth - 1] : GAZ_SYMBOL_NONE,
                                          .name = {n % 3 ? "f" : "other", n % 3 ? 1 : 5},
                                          .container_name = {n % 5 ? NULL : "Box", n % 5 ? 0 : 3},
                                          .signature = {.start = GAZ_SYMBOL_NOWHERE},
                                          .type = {.start = GAZ_SYMBOL_NOWHERE},
                                          .doc = {.start = GAZ_SYMBOL_NOWHERE},
                                          .start = at,
                                          .end = at + size,
                                          .start_line = 1,
                                          .end_line = 1,
                                          .name_start = at,
                                          .name_end = at + (n % 4 ? n % 3 ? 1 : 5 : 2),
                                          .name_line = 1,
                                          .depth = (uint8_t)depth};
        stack[depth++] = n++;
    }
    return n;
}

static void look_around(scene *s, uint32_t len, uint32_t least, const char *file)
{
    gaz_error err = {0};
    gaz_symbol_definition *defs = gaz_arena_array(&s->arena, len, sizeof *defs);
    char *text = gaz_arena_alloc(&s->arena, len);
    memset(text, 'f', len);
    uint32_t count = nest(defs, len, len - 200, 3);
    assert_true(count > least);
    gaz_symbol_facts facts = {
        .key = {model_oid(1), 41}, .definitions = defs, .definition_count = count};
    model one = {.count = 1, .docs = &(model_doc){.facts = facts, .text = text, .len = len}};
    gaz_symbol_row row;
    gaz_symbol_segment *seg = model_write(&one, 0, 1, s->dir, file, &row);
    gaz_symbol_outline *outline = NULL;
    assert_ok(gaz_symbol_outline_open(seg, 0, &s->arena, &outline, &err));
    for (uint32_t at = 0; at < len; at++) {
        uint32_t want = GAZ_SYMBOL_NONE, got = 0;
        for (uint32_t i = 0; i < count && defs[i].start <= at; i++)
            if (defs[i].end > at)
                want = i;
        assert_ok(gaz_symbol_outline_around(outline, at, &got, &err));
        assert_int_equal(want, got);
    }
    gaz_symbol_definition d, place;
    for (uint32_t i = 0; i < count; i += 7) {
        assert_ok(gaz_symbol_outline_definition(outline, i, &d, &err));
        assert_int_equal(d.start, defs[i].start);
        assert_int_equal(d.end, defs[i].end);
        assert_int_equal(d.name_end, defs[i].name_end);
        assert_true(same_name(&d.name, &defs[i].name));
        assert_true(same_name(&d.container_name, &defs[i].container_name));
        assert_int_equal(d.container, defs[i].container);
        assert_ok(gaz_symbol_outline_place(outline, i, &place, &err));
        assert_int_equal(place.start, defs[i].start);
        assert_int_equal(place.name.len, 0);
    }
    assert_status(GAZ_E_CORRUPT, gaz_symbol_outline_place(outline, count, &place, &err));
    gaz_symbol_segment_unref(seg);
}

static void the_innermost_definition_around_each_byte_is_found(void **state)
{
    look_around(*state, 3000, 300, "nested.seg");
}

static void it_is_found_among_very_many(void **state)
{
    look_around(*state, 60000, 8192, "many.seg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_that_hold_a_literal_are_all_found_in_its_bands, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_visitor_that_has_enough_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(names_out_of_time_say_so, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_gives_its_definitions, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_in_any_case_gives_all_its_spellings, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_innermost_definition_around_each_byte_is_found, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(it_is_found_among_very_many, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
