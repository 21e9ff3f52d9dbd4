/* Damage to catalogue.db: whichever byte is flipped, whatever is cut off, every question is
 * answered exactly as before or with a clean failure. GAZ_TEST_SCALE=full flips every byte,
 * and a tenth of the bytes in stretches of zeros, which are unused; otherwise a seeded tenth of
 * that. */
#include "store_support.h"

#include <fcntl.h>

#include "proof.h"

static uint64_t random_state;

static unsigned next_random(void)
{
    return proof_random(&random_state, 1u << 31);
}

static void fill(home *h)
{
    gaz_error err = {0};
    int64_t shared = 0, own = 0, job = 0;
    assert_ok(gaz_store_pool_shared(h->store, &shared, &err));
    assert_ok(gaz_store_pool_add(h->store, false, &own, &err));
    int64_t a = add_repo(h->store, "alpha"), b = add_repo(h->store, "beta"),
            c = add_repo(h->store, "gamma");
    for (unsigned i = 0; i < 3; i++) {
        publish_simple(h->store, a, shared, i);
        publish_simple(h->store, b, shared, 10 + i);
        publish_simple(h->store, c, own, 20 + i);
    }
    for (unsigned i = 0; i < 3; i++) {
        gaz_oid blob = oid_of(i);
        assert_ok(gaz_store_quarantine_add(h->store, &blob, "signal 11", &err));
    }
    assert_ok(gaz_store_job_add(h->store, "index", "alpha", NULL, &job, &err));
    assert_ok(gaz_store_job_add(h->store, "index", "beta", "main~2", &job, &err));
    assert_ok(gaz_store_repo_failed(h->store, b, "no such branch", &err));
}

/* Asks everything that can be asked. Each answer is appended to `out`; a failure as "failed", when
 * it is a clean one. */
static bool clean(gaz_status st)
{
    return st == GAZ_E_CORRUPT || st == GAZ_E_UNSUPPORTED || st == GAZ_E_NOMEM || st == GAZ_E_IO;
}

static void ask_snapshot(gaz_store *store, gaz_strbuf *out)
{
    gaz_snapshot *s = NULL;
    gaz_error err = {0};
    gaz_status st = gaz_store_snapshot(store, &s, &err);
    if (st == GAZ_OK)
        print_snapshot(s, out);
    else
        gaz_strbuf_puts(out, clean(st) && err.message[0] ? "failed" : "unclean");
    gaz_snapshot_free(s);
}

static void ask_repo(gaz_store *store, const char *name, gaz_strbuf *out)
{
    gaz_repo_row row = {0};
    gaz_status st = gaz_store_repo_get(store, name, &row, NULL);
    if (st == GAZ_OK)
        gaz_strbuf_printf(out, "%s %s %s %lld %s\n", row.uid, row.name, row.source,
                          (long long)row.pool, row.last_error ? row.last_error : "-");
    else if (st == GAZ_E_NOT_FOUND && strcmp(name, "absent") == 0)
        gaz_strbuf_puts(out, "absent");
    else
        gaz_strbuf_puts(out, clean(st) ? "failed" : "unclean");
    gaz_repo_row_release(&row);
}

static void ask_list(gaz_store *store, gaz_strbuf *out)
{
    gaz_repo_row *rows = NULL;
    size_t count = 0;
    gaz_status st = gaz_store_repo_list(store, &rows, &count, NULL);
    if (st != GAZ_OK)
        gaz_strbuf_puts(out, clean(st) ? "failed" : "unclean");
    for (size_t i = 0; i < count; i++) {
        gaz_strbuf_printf(out, "%s\n", rows[i].name);
        gaz_repo_row_release(&rows[i]);
    }
    free(rows);
}

static void ask_rest(gaz_store *store, int what, gaz_strbuf *out)
{
    gaz_oid *blobs = NULL;
    size_t count = 0;
    uint64_t generation = 0;
    gaz_job_row job = {0};
    gaz_status st = what == 0   ? gaz_store_quarantine_list(store, &blobs, &count, NULL)
                    : what == 1 ? gaz_store_generation(store, &generation, NULL)
                                : gaz_store_job_get(store, 2, &job, NULL);
    if (st != GAZ_OK)
        gaz_strbuf_puts(out,
                        clean(st) || (what == 2 && st == GAZ_E_NOT_FOUND) ? "failed" : "unclean");
    else if (what == 0)
        gaz_strbuf_add(out, blobs, count * sizeof *blobs);
    else if (what == 1)
        gaz_strbuf_printf(out, "%llu", (unsigned long long)generation);
    else
        gaz_strbuf_printf(out, "%s %s %s %d", job.kind, job.subject,
                          job.argument ? job.argument : "-", (int)job.state);
    gaz_job_row_release(&job);
    free(blobs);
}

enum { QUESTIONS = 9 };
static void ask(gaz_store *store, int question, gaz_strbuf *out)
{
    static const char *const names[] = {"alpha", "beta", "gamma", "absent"};
    gaz_strbuf_reset(out);
    if (question == 0)
        ask_snapshot(store, out);
    else if (question <= 4)
        ask_repo(store, names[question - 1], out);
    else if (question == 5)
        ask_list(store, out);
    else
        ask_rest(store, question - 6, out);
}

typedef struct trial {
    home *h;
    char path[512];
    gaz_strbuf bytes;              /* of the sound catalogue */
    gaz_strbuf answers[QUESTIONS]; /* of the sound catalogue */
    gaz_strbuf now;
    size_t refused, wholly;
} trial;

static void put_bytes(const trial *t, const char *bytes, size_t len)
{
    int fd = open(t->path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static void start(trial *t, void **state)
{
    gaz_error err = {0};
    *t = (trial){.h = *state, .bytes = GAZ_STRBUF_INIT, .now = GAZ_STRBUF_INIT};
    fill(t->h);
    for (int q = 0; q < QUESTIONS; q++) {
        t->answers[q] = GAZ_STRBUF_INIT;
        ask(t->h->store, q, &t->answers[q]);
        assert_null(strstr(t->answers[q].data, "failed"));
        assert_null(strstr(t->answers[q].data, "unclean"));
    }
    gaz_store_close(t->h->store); /* which folds the WAL into the file */
    t->h->store = NULL;
    snprintf(t->path, sizeof t->path, "%s/catalogue.db", t->h->dir);
    assert_ok(gaz_file_read(t->path, 64 << 20, &t->bytes, &err));
}

static void finish(trial *t)
{
    put_bytes(t, t->bytes.data, t->bytes.len);
    for (int q = 0; q < QUESTIONS; q++)
        gaz_strbuf_release(&t->answers[q]);
    gaz_strbuf_release(&t->bytes);
    gaz_strbuf_release(&t->now);
}

static void try_damaged(trial *t, const char *how, size_t at)
{
    gaz_store *store = NULL;
    gaz_error err = {0};
    gaz_status st = gaz_store_open(t->h->dir, false, &store, &err);
    if (st != GAZ_OK) {
        if (!clean(st) || !err.message[0])
            fail_msg("%s at %zu: opening says %s: %s", how, at, gaz_status_name(st), err.message);
        t->refused++;
        return;
    }
    bool same = true;
    for (int q = 0; q < QUESTIONS; q++) {
        ask(store, q, &t->now);
        bool equal = t->now.len == t->answers[q].len &&
                     memcmp(t->now.data, t->answers[q].data, t->now.len) == 0;
        if (!equal && strcmp(t->now.data, "failed") != 0)
            fail_msg("%s at %zu: question %d is answered with\n%s\ninstead of\n%s", how, at, q,
                     t->now.data, t->answers[q].data);
        same = same && equal;
    }
    t->wholly += same;
    t->refused += !same;
    gaz_store_close(store);
}

static bool in_zeros(const gaz_strbuf *bytes, size_t at)
{
    size_t from = at < 8 ? 0 : at - 8, to = at + 8 < bytes->len ? at + 8 : bytes->len;
    for (size_t i = from; i < to; i++)
        if (bytes->data[i])
            return false;
    return true;
}

static void flipped_byte_never_gives_a_wrong_answer(void **state)
{
    trial t;
    start(&t, state);
    size_t tried = 0;
    for (size_t i = 0; i < t.bytes.len; i++) {
        unsigned one_in = (proof_full() ? 1u : 10u) * (in_zeros(&t.bytes, i) ? 10u : 1u);
        if (next_random() % one_in != 0)
            continue;
        char old = t.bytes.data[i];
        t.bytes.data[i] = (char)(old ^ (char)(1u << next_random() % 8));
        put_bytes(&t, t.bytes.data, t.bytes.len);
        t.bytes.data[i] = old;
        try_damaged(&t, "a flipped bit", i);
        tried++;
    }
    print_message("# %zu bytes, %zu tried: %zu refused, %zu without effect\n", t.bytes.len, tried,
                  t.refused, t.wholly);
    assert_true(t.refused > tried / 20);
    finish(&t);
    proof_report("bits of a catalogue flipped under the store", tried);
}

static void overwritten_stretch_never_gives_a_wrong_answer(void **state)
{
    trial t;
    start(&t, state);
    char *copy = malloc(t.bytes.len);
    unsigned rounds = proof_rounds(2000);
    for (unsigned round = 0; round < rounds; round++) {
        size_t at = next_random() % t.bytes.len, len = 1 + next_random() % 600,
               from = next_random() % t.bytes.len;
        memcpy(copy, t.bytes.data, t.bytes.len);
        for (size_t i = at; i < at + len && i < t.bytes.len; i++)
            copy[i] = round % 3 == 0   ? 0
                      : round % 3 == 1 ? (char)next_random()
                                       : t.bytes.data[(from + i) % t.bytes.len];
        put_bytes(&t, copy, t.bytes.len);
        try_damaged(&t, "an overwritten stretch", at);
    }
    assert_true(t.refused > 0);
    free(copy);
    finish(&t);
    proof_report("stretches of a catalogue overwritten under the store", rounds);
}

static void swapped_or_stale_page_never_gives_a_wrong_answer(void **state)
{
    trial t;
    start(&t, state);
    enum { PAGE = 4096 };
    char *copy = malloc(t.bytes.len);
    size_t pages = t.bytes.len / PAGE, tried = 0;
    for (size_t a = 0; a < pages; a++) {
        for (size_t b = 0; b < pages; b++) {
            if (a == b || (!proof_full() && next_random() % 10 != 0))
                continue;
            tried++;
            memcpy(copy, t.bytes.data, t.bytes.len);
            memcpy(copy + a * PAGE, t.bytes.data + b * PAGE, PAGE);
            put_bytes(&t, copy, t.bytes.len);
            try_damaged(&t, "another page", a * PAGE);
        }
    }
    free(copy);
    finish(&t);
    assert_true(tried > 20);
    proof_report("pages of a catalogue swapped under the store", tried);
}

static void cut_file_never_gives_a_wrong_answer(void **state)
{
    trial t;
    start(&t, state);
    size_t tried = 0;
    unsigned stride = proof_full() ? 300 : 3000;
    for (size_t len = 1; len < t.bytes.len; len += 1 + next_random() % stride, tried++) {
        put_bytes(&t, t.bytes.data, len);
        try_damaged(&t, "a cut", len);
    }
    assert_true(t.refused > 0);
    finish(&t);
    proof_report("catalogues cut short under the store", tried);
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    random_state = proof_say_seed();
    const struct CMUnitTest tests[] = {
        HOME_TEST(flipped_byte_never_gives_a_wrong_answer),
        HOME_TEST(overwritten_stretch_never_gives_a_wrong_answer),
        HOME_TEST(swapped_or_stale_page_never_gives_a_wrong_answer),
        HOME_TEST(cut_file_never_gives_a_wrong_answer),
    };
    return cmocka_run_group_tests_name("store damage", tests, NULL, NULL);
}
