/* Damaged files: flipped bits, cuts and garbage, before and while they are used. Whatever is asked,
 * the answer is right, or says that it is not complete and why, or is a clean error; and `gaz
 * repair` brings the home back. */
#include "fault_support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every query with what it finds in the intact home. */
static const char *const queries[] = {"constant",      "/word7[0-9]+, state [0-9]$/", "pair",
                                      "changed",       "twins branch:topic",          "li",
                                      "-pair file:txt"};
#define QUERIES (sizeof queries / sizeof queries[0])

typedef struct truth {
    char *home;
    char *hits[QUERIES];
    char *file;       /* stable.txt */
    unsigned entries; /* of the root directory */
} truth;

/* Whether every line of `hits` is one of `all`, in any order. Both end their lines; most answers
 * are whole. */
static bool subset(const char *hits, const char *all)
{
    const char *hits_end = hits + strlen(hits), *all_end = all + strlen(all);
    for (const char *line = hits; line < hits_end;) {
        size_t len =
            (size_t)((const char *)memchr(line, '\n', (size_t)(hits_end - line)) - line) + 1;
        const char *at = memmem(all, (size_t)(all_end - all), line, len);
        while (at && at > all && at[-1] != '\n')
            at = memmem(at + 1, (size_t)(all_end - at - 1), line, len);
        if (!at)
            return false;
        line += len;
    }
    return true;
}

/* Errors that damage may end in. */
static bool clean(gaz_status st, const gaz_error *err)
{
    return (st == GAZ_E_CORRUPT || st == GAZ_E_NOT_FOUND || st == GAZ_E_IO) && *err->message &&
           !strchr(err->message, '\n');
}

/* What is found while the words have room for it. */
typedef enum answer { RIGHT, PARTIAL, REFUSED } answer;

static answer check_query(gaz_engine *engine, const truth *t, size_t q, const char *when)
{
    gaz_strbuf hits = GAZ_STRBUF_INIT;
    gaz_search_result result;
    gaz_error err = {0};
    gaz_search_result_init(&result);
    gaz_status st = fault_search(engine, queries[q], &hits, &result, &err);
    const char *found = hits.len ? hits.data : "";
    answer a = st != GAZ_OK ? REFUSED : strcmp(found, t->hits[q]) == 0 ? RIGHT : PARTIAL;
    if (st != GAZ_OK && !clean(st, &err))
        fail_msg("%s: '%s' ended with %s: %s", when, queries[q], gaz_status_name(st), err.message);
    if (a != RIGHT && !subset(found, t->hits[q]))
        fail_msg("%s: '%s' found what is not there:\n%s", when, queries[q], found);
    if (a == PARTIAL && (result.complete || !result.reason ||
                         strcmp(result.reason, "damaged") != 0 || !result.notes.len))
        fail_msg("%s: '%s' is silently incomplete (complete %d, reason %s, notes %s); found:\n%s",
                 when, queries[q], result.complete, result.reason ? result.reason : "-",
                 result.notes.len ? result.notes.data : "-", found);
    gaz_search_result_release(&result);
    gaz_strbuf_release(&hits);
    return a;
}

static answer check_file(gaz_engine *engine, const truth *t, const char *when)
{
    gaz_file_view view = {0};
    gaz_error err = {0};
    gaz_status st = gaz_engine_file(engine, FAULT_REPO, NULL, "stable.txt", 0, 0, &view, &err);
    if (st != GAZ_OK) {
        if (!clean(st, &err))
            fail_msg("%s: reading a file ended with %s: %s", when, gaz_status_name(st),
                     err.message);
        return REFUSED;
    }
    if (strcmp(view.text.data, t->file) != 0)
        fail_msg("%s: the file reads '%s'", when, view.text.data);
    gaz_file_view_release(&view);
    return RIGHT;
}

static gaz_status count_entry(void *ctx, const gaz_tree_head *head, const gaz_tree_entry *entry,
                              gaz_error *err)
{
    (void)head;
    (void)err;
    *(unsigned *)ctx += entry != NULL;
    return GAZ_OK;
}

/* @param which  QUERIES: every query; less: that one alone, which is enough where there are
 * thousands of trials and each takes the next one */
static void check_answers(gaz_engine *engine, const truth *t, size_t which, const char *when,
                          unsigned counts[3])
{
    gaz_error err = {0};
    unsigned entries = 0;
    for (size_t q = 0; q < QUERIES; q++)
        if (which == q || which == QUERIES)
            counts[check_query(engine, t, q, when)]++;
    counts[check_file(engine, t, when)]++;
    gaz_status st = gaz_engine_tree(engine, FAULT_REPO, NULL, "", count_entry, &entries, &err);
    if (st == GAZ_OK ? entries != t->entries : !clean(st, &err))
        fail_msg("%s: the tree: %s, %u entries, %s", when, gaz_status_name(st), entries,
                 err.message);
}

/* Opens the home afresh and asks. @param kept  NULL; or its store, where the catalogue is sound and
 * the files it names are all that is opened afresh */
static void ask_home(const char *home, const fault_engine *kept, const truth *t, size_t which,
                     const char *when, unsigned counts[3])
{
    fault_engine e = {0};
    gaz_error err = {0};
    gaz_status st;
    if (kept) {
        st = gaz_engine_new(kept->store, &kept->settings, &e.engine, &err);
        if (st == GAZ_OK)
            st = gaz_engine_refresh(e.engine, &err);
    } else {
        st = fault_engine_open(home, &e, &err);
    }
    if (st == GAZ_OK)
        check_answers(e.engine, t, which, when, counts);
    else if (!clean(st, &err))
        fail_msg("%s: opening ended with %s: %s", when, gaz_status_name(st), err.message);
    else
        counts[REFUSED]++;
    if (kept)
        gaz_engine_free(e.engine);
    else
        fault_engine_close(&e);
}

static void check_home(const char *home, const truth *t, const char *when, unsigned counts[3])
{
    ask_home(home, NULL, t, QUERIES, when, counts);
}

/* ---- the intact home ---- */

static void learn(const fault_world *w, truth *t, const char *name, unsigned state)
{
    fault_engine e;
    gaz_error err = {0};
    gaz_run_result result;
    gaz_file_view view = {0};
    t->home = fault_home_new(w, name);
    t->entries = state % 2 ? 8 : 7;
    for (unsigned k = 0; k <= state; k++) { /* state 1: two segments, manifests with a base */
        fault_set_state(w, k);
        assert_ok(fault_index(t->home, &result, &err));
    }
    assert_ok(fault_sweep(t->home, &err)); /* damage to files that nothing names is nobody's */
    assert_ok(fault_engine_open(t->home, &e, &err));
    for (size_t q = 0; q < QUERIES; q++) {
        gaz_strbuf hits = GAZ_STRBUF_INIT;
        gaz_search_result found;
        gaz_search_result_init(&found);
        assert_ok(fault_search(e.engine, queries[q], &hits, &found, &err));
        assert_true(found.complete);
        if (!hits.len)
            fail_msg("'%s' finds nothing in the intact home", queries[q]);
        t->hits[q] = gaz_strbuf_detach(&hits, NULL);
        gaz_search_result_release(&found);
    }
    assert_ok(gaz_engine_file(e.engine, FAULT_REPO, NULL, "stable.txt", 0, 0, &view, &err));
    t->file = strdup(view.text.data);
    assert_non_null(strstr(t->file, "constant"));
    gaz_file_view_release(&view);
    fault_engine_close(&e);
}

static void forget(truth *t)
{
    for (size_t q = 0; q < QUERIES; q++)
        free(t->hits[q]);
    free(t->file);
    free(t->home);
}

static fault_world *world;
static truth intact; /* state 1, over state 0 */
static truth before; /* state 0 */

static int setup(void **state)
{
    int failed = fault_world_setup(state);
    world = *state;
    learn(world, &intact, "intact", 1);
    learn(world, &before, "before", 0);
    return failed;
}

static int teardown(void **state)
{
    forget(&intact);
    forget(&before);
    return fault_world_teardown(state);
}

static bool is_sealed(const char *name)
{
    return strncmp(name, "segments/", 9) == 0 || strncmp(name, "manifests/", 10) == 0;
}

static bool is_catalogue(const char *name)
{
    return strncmp(name, "catalogue.db", 12) == 0 && !strstr(name, "-shm");
}

/* ---- flipped bits ---- */

#define CHECK_EVERY 20

/* Writes one byte of a file in place. */
static void put_byte(const char *path, size_t at, char byte)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(1, pwrite(fd, &byte, 1, (off_t)at));
    close(fd);
}

/* The catalogue as it is in the intact home: what opened a damaged one may have written to it. */
static void restore_catalogue(const char *home)
{
    char path[1200];
    size_t len;
    char **files = fault_list(home);
    for (char **f = files; *f; f++) {
        fault_join(path, sizeof path, home, *f);
        if (strncmp(*f, "catalogue.db", 12) == 0)
            assert_int_equal(0, unlink(path));
    }
    fault_list_free(files);
    files = fault_list(intact.home);
    for (char **f = files; *f; f++) {
        if (!is_catalogue(*f))
            continue;
        fault_join(path, sizeof path, intact.home, *f);
        char *data = fault_read(path, &len);
        fault_join(path, sizeof path, home, *f);
        fault_write(path, data, len);
        free(data);
    }
    fault_list_free(files);
}

/* Every byte of a write-once file is under a checksum: the check finds any damage. */
static void assert_found(const char *home, const char *when)
{
    gaz_error err = {0};
    char *found = fault_findings(home, &err);
    if (found ? !*found : !clean(err.status, &err))
        fail_msg("%s: the check finds nothing: %s", when, found ? "" : err.message);
    free(found);
}

static bool in_zeros(const char *data, size_t len, size_t at)
{
    size_t from = at < 8 ? 0 : at - 8, to = at + 8 < len ? at + 8 : len;
    for (size_t i = from; i < to; i++)
        if (data[i])
            return false;
    return true;
}

typedef struct flips {
    bool sealed; /* of segments and manifests; else of the catalogue */
    char home[600];
    fault_engine kept; /* SEALED: holds the store */
    uint64_t rng;
    unsigned tried, checked, counts[3];
} flips;

static void flip(flips *s, const char *file, const char *data, size_t len, size_t at)
{
    char path[1200], when[1300];
    fault_join(path, sizeof path, s->home, file);
    snprintf(when, sizeof when, "bit flipped at %zu of %zu in %s", at, len, file);
    put_byte(path, at, (char)(data[at] ^ (1 << proof_random(&s->rng, 8))));
    ask_home(s->home, s->sealed ? &s->kept : NULL, &intact, s->tried % QUERIES, when, s->counts);
    if (s->sealed && s->tried % CHECK_EVERY == 0) {
        assert_found(s->home, when);
        s->checked++;
    }
    if (s->sealed)
        put_byte(path, at, data[at]);
    else
        restore_catalogue(s->home);
    s->tried++;
}

/* One bit of every byte at full scale, of a seeded tenth otherwise; of the catalogue's stretches of
 * zeros, which are unused, only a tenth of that. */
static void every_flip(bool sealed, const char *what)
{
    flips s = {.sealed = sealed, .rng = fault_seed()};
    gaz_error err = {0};
    char path[1200];
    char **files = fault_list(intact.home);
    fault_join(s.home, sizeof s.home, world->dir, "flipped");
    fault_copy_tree(intact.home, s.home);
    if (sealed) {
        assert_ok(fault_engine_open(s.home, &s.kept, &err));
        gaz_engine_free(s.kept.engine);
        s.kept.engine = NULL;
    }
    for (char **f = files; *f; f++) {
        size_t len;
        if (!(sealed ? is_sealed(*f) : is_catalogue(*f)))
            continue;
        fault_join(path, sizeof path, intact.home, *f);
        char *data = fault_read(path, &len);
        for (size_t at = 0; at < len; at++) {
            uint32_t one_in = proof_full() ? 1 : 10;
            if (!sealed && in_zeros(data, len, at))
                one_in *= 10;
            if (proof_random(&s.rng, one_in) == 0)
                flip(&s, *f, data, len, at);
        }
        free(data);
    }
    fault_list_free(files);
    fault_engine_close(&s.kept);
    fault_assert_sound(s.home, "after all flips were taken back");
    unsigned after[3] = {0};
    check_home(s.home, &intact, "after all flips were taken back", after);
    assert_int_equal(after[PARTIAL] + after[REFUSED], 0);
    fault_remove(s.home);
    print_message("# %u flips: %u answers right, %u partial, %u refused; %u seen by the check\n",
                  s.tried, s.counts[RIGHT], s.counts[PARTIAL], s.counts[REFUSED], s.checked);
    assert_true(s.tried > 1000);
    assert_true(s.counts[PARTIAL] + s.counts[REFUSED] > s.tried / 10);
    proof_report(what, s.tried);
}

static void a_flipped_bit_in_a_segment_or_manifest_is_never_a_wrong_answer(void **state)
{
    (void)state;
    every_flip(true, "bit flips in segments and manifests");
}

static void a_flipped_bit_in_the_catalogue_is_never_a_wrong_answer(void **state)
{
    (void)state;
    every_flip(false, "bit flips in the catalogue");
}

/* ---- cuts ---- */

#define CUT_EVERY 64 /* bytes, at full scale; each test begins at a seeded one */

static void a_cut_segment_or_manifest_is_never_a_wrong_answer(void **state)
{
    (void)state;
    unsigned counts[3] = {0}, tried = 0, step = proof_full() ? CUT_EVERY : 10 * CUT_EVERY;
    uint64_t rng = fault_seed();
    char path[1200], when[1300];
    char **files = fault_list(intact.home);
    for (char **f = files; *f; f++) {
        size_t len;
        if (!is_sealed(*f))
            continue;
        fault_join(path, sizeof path, intact.home, *f);
        char *data = fault_read(path, &len);
        for (size_t at = proof_random(&rng, step); at < len; at += step, tried++) {
            fault_write(path, data, at);
            snprintf(when, sizeof when, "cut at %zu of %zu: %s", at, len, *f);
            check_home(intact.home, &intact, when, counts);
        }
        fault_write(path, data, len);
        free(data);
    }
    fault_list_free(files);
    assert_true(counts[PARTIAL] > 0);
    proof_report("segments and manifests cut every 64 bytes", tried);
}

/* The file is mapped and has been read from; then it loses its end under the readers: SIGBUS
 * without care. */
static void a_segment_cut_while_it_is_mapped_is_never_a_wrong_answer(void **state)
{
    (void)state;
    unsigned counts[3] = {0}, tried = 0, step = proof_full() ? CUT_EVERY : 10 * CUT_EVERY;
    uint64_t rng = fault_seed();
    char path[1200], when[1300];
    char **files = fault_list(intact.home);
    gaz_error err = {0};
    for (char **f = files; *f; f++) {
        size_t len;
        if (strncmp(*f, "segments/", 9) != 0)
            continue;
        fault_join(path, sizeof path, intact.home, *f);
        char *data = fault_read(path, &len);
        for (size_t at = proof_random(&rng, step); at < len; at += step, tried++) {
            fault_engine e;
            assert_ok(fault_engine_open(intact.home, &e, &err));
            snprintf(when, sizeof when, "%s cut at %zu of %zu while mapped", *f, at, len);
            if (tried % 2)
                (void)check_query(e.engine, &intact, 0, when);
            assert_int_equal(0, truncate(path, (off_t)at));
            check_answers(e.engine, &intact, QUERIES, when, counts);
            check_answers(e.engine, &intact, QUERIES, when, counts);
            fault_engine_close(&e);
            fault_write(path, data, len);
        }
        free(data);
    }
    fault_list_free(files);
    assert_true(tried > 4);
    assert_true(counts[PARTIAL] + counts[REFUSED] > 0);
    proof_report("segments cut while mapped, every 64 bytes", tried);
}

/* ---- the write-ahead log ---- */

/* Damage of the log's end cannot be told from a crash before it was written: the generation before
 * is then the answer. */
static void a_flipped_bit_in_the_log_gives_this_generation_or_the_one_before(void **state)
{
    (void)state;
    unsigned counts[3] = {0}, old = 0, now = 0, step = proof_full() ? 16 : 160;
    uint64_t rng = fault_seed();
    char home[600], logged[600], path[1200], when[1300];
    gaz_error err = {0};
    gaz_run_result result;
    gaz_store *keeper = NULL;
    size_t len;
    fault_join(home, sizeof home, world->dir, "flipped-log");
    fault_join(logged, sizeof logged, world->dir, "logged");
    fault_set_state(world, 1);
    assert_ok(
        gaz_store_open(before.home, false, &keeper, &err)); /* whose being open keeps the log */
    assert_ok(fault_index(before.home, &result, &err));
    fault_copy_tree(before.home, logged);
    gaz_store_close(keeper);
    fault_join(path, sizeof path, logged, "catalogue.db-wal");
    char *data = fault_read(path, &len);
    assert_true(len > 4096);
    for (size_t at = proof_random(&rng, step); at < len;
         at += 1 + proof_random(&rng, 2 * step - 1)) {
        fault_copy_tree(logged, home);
        fault_join(path, sizeof path, home, "catalogue.db-wal");
        char was = data[at];
        data[at] = (char)(data[at] ^ (1 << proof_random(&rng, 8)));
        fault_write(path, data, len);
        data[at] = was;
        fault_join(path, sizeof path, home, "catalogue.db-shm");
        (void)unlink(path);
        snprintf(when, sizeof when, "bit flipped at %zu of %zu in the log", at, len);
        int found = fault_which_state(world, home, 0, 1, when);
        check_home(home, found ? &intact : &before, when, counts);
        fault_assert_sound(home, when);
        *(found ? &now : &old) += 1;
        fault_remove(home);
    }
    free(data);
    fault_remove(logged);
    assert_true(old > 0);
    print_message("# %u times this generation, %u times the one before\n", now, old);
    proof_report("bit flips in the write-ahead log", old + now);
}

/* ---- repair ---- */

static void ignore_finding(void *ctx, const char *what, const char *name, const char *message)
{
    (void)what;
    (void)name;
    (void)message;
    ++*(unsigned *)ctx;
}

static void damage_one(const char *home, uint64_t *rng, gaz_strbuf *what)
{
    char path[1200];
    size_t len, count = 0;
    char **files = fault_list(home);
    while (files[count])
        count++;
    const char *name;
    do
        name = files[proof_random(rng, (uint32_t)count)];
    while (!name || (!is_sealed(name) && !is_catalogue(name)));
    fault_join(path, sizeof path, home, name);
    char *data = fault_read(path, &len);
    size_t at = len ? proof_random(rng, (uint32_t)len) : 0;
    switch (proof_random(rng, 4)) {
    case 0:
        gaz_strbuf_printf(what, "removed %s; ", name);
        (void)unlink(path);
        break;
    case 1:
        gaz_strbuf_printf(what, "cut %s at %zu; ", name, at);
        fault_write(path, data, at);
        break;
    case 2:
        gaz_strbuf_printf(what, "garbage at %zu in %s; ", at, name);
        for (size_t i = at; i < len && i < at + 600; i++)
            data[i] = (char)proof_random(rng, 256);
        fault_write(path, data, len);
        break;
    default:
        gaz_strbuf_printf(what, "flipped %zu in %s; ", at, name);
        if (len)
            data[at] = (char)(data[at] ^ (1 << proof_random(rng, 8)));
        fault_write(path, data, len);
    }
    free(data);
    fault_list_free(files);
}

static void repair_round(uint64_t *rng, const char *home)
{
    unsigned findings = 0, counts[3] = {0};
    gaz_error err = {0};
    gaz_store *store = NULL;
    gaz_strbuf what = GAZ_STRBUF_INIT, again = GAZ_STRBUF_INIT;
    gaz_run_result result;
    fault_copy_tree(intact.home, home);
    for (unsigned n = 1 + proof_random(rng, 3); n; n--)
        damage_one(home, rng, &what);
    char *found = fault_findings(home, &err);
    if (!found)
        fail_msg("%s: the check could not go on: %s", what.data, err.message);
    if (gaz_store_open_damaged(home, &store, &err) != GAZ_OK)
        fail_msg("%s: cannot be opened for repair: %s", what.data, err.message);
    if (gaz_store_repair(store, ignore_finding, &findings, &again, &err) != GAZ_OK)
        fail_msg("%s: cannot be repaired: %s", what.data, err.message);
    gaz_store_close(store);
    if (!*found && findings)
        fail_msg("%s: repair found what the check did not", what.data);
    fault_assert_sound(home, what.data);
    if (fault_index(home, &result, &err) != GAZ_OK)
        fail_msg("%s: after the repair the index run failed: %s", what.data, err.message);
    fault_assert_state(world, home, 1, what.data);
    fault_assert_sound(home, what.data);
    check_home(home, &intact, what.data, counts);
    if (counts[PARTIAL] || counts[REFUSED])
        fail_msg("%s: after the repair %u answers are partial and %u refused", what.data,
                 counts[PARTIAL], counts[REFUSED]);
    fault_assert_swept(home, what.data);
    fault_remove(home);
    free(found);
    gaz_strbuf_release(&what);
    gaz_strbuf_release(&again);
}

static void a_repaired_home_passes_the_check_and_answers_right_again(void **state)
{
    (void)state;
    uint64_t rng = fault_seed();
    unsigned rounds = proof_rounds(250);
    char home[600];
    fault_set_state(world, 1);
    fault_join(home, sizeof home, world->dir, "repaired");
    for (unsigned i = 0; i < rounds; i++)
        repair_round(&rng, home);
    proof_report("damaged homes repaired", rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flipped_bit_in_a_segment_or_manifest_is_never_a_wrong_answer),
        cmocka_unit_test(a_flipped_bit_in_the_catalogue_is_never_a_wrong_answer),
        cmocka_unit_test(a_cut_segment_or_manifest_is_never_a_wrong_answer),
        cmocka_unit_test(a_segment_cut_while_it_is_mapped_is_never_a_wrong_answer),
        cmocka_unit_test(a_flipped_bit_in_the_log_gives_this_generation_or_the_one_before),
        cmocka_unit_test(a_repaired_home_passes_the_check_and_answers_right_again),
    };
    return cmocka_run_group_tests_name("damage", tests, setup, teardown);
}
