/* A whole `gaz serve`, killed with kill -9 at random moments under load: searches, index jobs and
 * the merges that follow them are running. Nobody of it survives, nothing that was reported as
 * published is lost, the home passes the check, the next server answers at once from what is
 * published, and takes up or reports the jobs it finds. And one whose files lose their end under it
 * goes on. All bounds are counts, or far beyond what is needed. */
#include "gaz_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/sealed.h"
#include "gaz/store/store.h"
#include "proof.h"
#include "run_tool.h"
#include "serve_fixture.h"

#define REPOS 2
#define COMMITS 1500 /* there are more than all rounds can index */
#define SEARCHERS 2

static const char *const names[REPOS] = {"one", "two"};

typedef struct repo_state {
    char *ids[COMMITS];
    atomic_uint pushed;   /* what main points to: an index into ids */
    atomic_uint acked;    /* of the newest answer "done": must never be lost */
    atomic_uint accepted; /* of the newest answer at all */
    atomic_ullong job;    /* of it */
    atomic_uint revision; /* an old commit that was reported as searchable */
    atomic_uint publications;
} repo_state;

typedef struct scene {
    char *dir;
    serve server;
    repo_state repos[REPOS];
    atomic_bool ending; /* the server may be dead */
    atomic_uint searches;
    pthread_mutex_t lock;
    char failure[700]; /* the first one; assertions are for the main thread */
} scene;

static gaz_error err;

static void complain(scene *s, const char *format, ...) GAZ_PRINTF(2, 3);

static void complain(scene *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&s->lock);
    if (!*s->failure)
        vsnprintf(s->failure, sizeof s->failure, format, args);
    pthread_mutex_unlock(&s->lock);
    va_end(args);
}

/* ---- repositories ---- */

/* Every commit changes two files that carry its number, and one of many others. */
static void make_repository(scene *s, unsigned which)
{
    char repo[700], input[700];
    gaz_strbuf out = GAZ_STRBUF_INIT;
    snprintf(repo, sizeof repo, "%s/%s.git", s->dir, names[which]);
    snprintf(input, sizeof input, "%s/import", s->dir);
    free(run_git("/", "init", "-q", "--bare", "-b", "main", repo, NULL));
    for (unsigned i = 0; i < COMMITS; i++) {
        gaz_strbuf_printf(
            &out, "commit refs/heads/all\ncommitter T <t@example.org> %u +0000\ndata 2\nc\n",
            1700000000 + i * 60);
        for (unsigned k = 0; k < 2; k++) {
            char text[80];
            snprintf(text, sizeof text, "stamp %u of %s, file %u", i, names[which], k);
            gaz_strbuf_printf(&out, "M 644 inline stamp/%u\ndata %zu\n%s\n", k, strlen(text), text);
        }
        for (unsigned k = 0; k < (i ? 1 : 60); k++) {
            char text[1200] = "";
            for (unsigned line = 0; line < 30; line++)
                snprintf(text + strlen(text), sizeof text - strlen(text),
                         "line %u of %u in file %u, %u\n", line, i, i ? i % 60 : k,
                         i * 31 % (line + 7));
            gaz_strbuf_printf(&out, "M 644 inline src/f%u.c\ndata %zu\n%s\n", i ? i % 60 : k,
                              strlen(text), text);
        }
    }
    assert_ok(gaz_strbuf_check(&out, &err));
    assert_ok(gaz_file_write(input, out.data, out.len, 0600, &err));
    gaz_strbuf_release(&out);
    const char *const import[] = {"git", "-C", repo, "fast-import", "--quiet", NULL};
    assert_int_equal(run_tool(&(tool){.argv = import, .input = input, .loud = true}, NULL), 0);
    char *list = run_git(repo, "rev-list", "--reverse", "all", NULL), *save = NULL;
    unsigned count = 0;
    for (char *id = strtok_r(list, "\n", &save); id; id = strtok_r(NULL, "\n", &save))
        s->repos[which].ids[count++] = strdup(id);
    assert_int_equal(count, COMMITS);
    free(list);
}

static gaz_status push(const scene *s, unsigned which, unsigned to)
{
    char path[700], line[80];
    int n = snprintf(line, sizeof line, "%s\n", s->repos[which].ids[to]);
    snprintf(path, sizeof path, "%s/%s.git/refs/heads/main", s->dir, names[which]);
    return gaz_file_write(path, line, (size_t)n, 0600, NULL);
}

/* ---- load ---- */

/* What both files of the stamp say; a search that sees only one of two commits' files, none or
 * more is wrong. @return -1 after a complaint */
static int read_stamp(scene *s, unsigned which, const char *answer)
{
    char key[40];
    int stamps[3], count = 0;
    if (!strstr(answer, "\"complete\":true")) {
        complain(s, "a search is not complete: %.300s", answer);
        return -1;
    }
    for (const char *at = answer; count < 3 && (at = strstr(at, "\"text\":\"stamp ")); at++)
        stamps[count++] = atoi(at + strlen("\"text\":\"stamp "));
    snprintf(key, sizeof key, "of %s", names[which]);
    if (count == 2 && stamps[0] == stamps[1] && strstr(answer, key))
        return stamps[0];
    complain(s, "a search shows %d stamps, %d and %d", count, count ? stamps[0] : -1,
             count > 1 ? stamps[1] : -1);
    return -1;
}

/* @return the commit that is searched; -1 when the server is gone, or after a complaint */
static int search(scene *s, unsigned which, const char *rev, gaz_strbuf *out)
{
    char target[200];
    snprintf(target, sizeof target, "/v1/search?q=stamp+file:stamp/&repo=%s%s%s", names[which],
             rev ? "&rev=" : "", rev ? rev : "");
    int status = serve_ask(&s->server, target, NULL, out);
    if (status == 200)
        return read_stamp(s, which, out->data);
    if (status)
        complain(s, "a search ended with %d: %.300s", status, out->data);
    return -1;
}

static bool go_on(scene *s)
{
    pthread_mutex_lock(&s->lock);
    bool failed = *s->failure != '\0';
    pthread_mutex_unlock(&s->lock);
    return !failed && !atomic_load(&s->ending);
}

typedef struct actor {
    scene *s;
    unsigned which;
    uint64_t random;
} actor;

static void *search_on(void *arg)
{
    actor *a = arg;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    for (unsigned i = a->which; go_on(a->s); i++) {
        repo_state *r = &a->s->repos[i % REPOS];
        unsigned least = atomic_load(&r->acked);
        int found = search(a->s, i % REPOS, NULL, &out);
        if (found < 0)
            break;
        if ((unsigned)found < least || (unsigned)found > atomic_load(&r->pushed))
            complain(a->s, "%s: commit %d is searched, but %u was published", names[i % REPOS],
                     found, least);
        atomic_fetch_add(&a->s->searches, 1);
    }
    gaz_strbuf_release(&out);
    return NULL;
}

/* One commit is pushed and indexed, waited for or not. @return false at the end */
static bool index_next(actor *a, gaz_strbuf *out)
{
    scene *s = a->s;
    repo_state *r = &s->repos[a->which];
    unsigned at = atomic_load(&r->pushed) + 1;
    char body[200];
    if (at >= COMMITS || push(s, a->which, at) != GAZ_OK) {
        complain(s, "there are no more commits than %u", at);
        return false;
    }
    atomic_store(&r->pushed, at);
    bool wait = proof_random(&a->random, 4) != 0;
    snprintf(body, sizeof body, "{\"repo\":\"%s\"}", names[a->which]);
    int status = serve_ask(&s->server, wait ? "/v1/index?wait=1" : "/v1/index", body, out);
    if (status != (wait ? 200 : 202)) {
        if (status)
            complain(s, "an index run ended with %d: %.300s", status, out->data);
        return false;
    }
    if (wait && !strstr(out->data, "\"state\":\"done\"")) {
        complain(s, "an index run is not done: %.400s", out->data);
        return false;
    }
    atomic_store(&r->accepted, at);
    atomic_store(&r->job, (unsigned long long)serve_number(out->data, "\"job\":"));
    if (wait)
        atomic_store(&r->acked, at);
    atomic_fetch_add(&r->publications, wait);
    return true;
}

static void *index_on(void *arg)
{
    actor *a = arg;
    scene *s = a->s;
    repo_state *r = &s->repos[a->which];
    gaz_strbuf out = GAZ_STRBUF_INIT;
    while (go_on(s) && index_next(a, &out)) {
        if (proof_random(&a->random, 6))
            continue;
        unsigned old = proof_random(&a->random, atomic_load(&r->pushed));
        int found = search(s, a->which, r->ids[old], &out); /* brought in on demand */
        if (found >= 0 && (unsigned)found != old)
            complain(s, "revision %u of %s is answered with %d", old, names[a->which], found);
        if (found >= 0)
            atomic_store(&r->revision, old);
    }
    gaz_strbuf_release(&out);
    return NULL;
}

/* ---- afterwards ---- */

static void check_offline(const scene *s, const char *when)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    int code = serve_run(&s->server, "check", NULL, &out);
    if (code != 0 || !strstr(out.data, "no damage"))
        fail_msg("%s: gaz check ends with %d: %s", when, code, out.data);
    gaz_strbuf_release(&out);
}

/* Jobs that were accepted are done or say why not; when done, their commit is searched. */
static void await_job(scene *s, unsigned which, const char *when)
{
    repo_state *r = &s->repos[which];
    gaz_strbuf out = GAZ_STRBUF_INIT;
    char target[80];
    if (!atomic_load(&r->job))
        return;
    snprintf(target, sizeof target, "/v1/jobs/%llu", atomic_load(&r->job));
    for (int64_t deadline = gaz_deadline(SERVE_PATIENCE_MS);; usleep(10000)) {
        int status = serve_ask(&s->server, target, NULL, &out);
        if (status != 200 || gaz_now_us() > deadline)
            fail_msg("%s: job of %s: %d, %s", when, names[which], status,
                     out.len ? out.data : "no answer");
        if (strstr(out.data, "\"state\":\"failed\"")) { /* reported: killed too often */
            assert_null(strstr(out.data, "\"error\":null"));
            break;
        }
        if (strstr(out.data, "\"state\":\"done\"")) {
            int found = search(s, which, NULL, &out);
            if (found < (int)atomic_load(&r->accepted))
                fail_msg("%s: %s: a job that was accepted is done, but commit %d is searched, not "
                         "%u",
                         when, names[which], found, atomic_load(&r->accepted));
            break;
        }
    }
    gaz_strbuf_release(&out);
}

/* The first answers of a new server: what was published is there. */
static void check_online(scene *s, const char *when)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < REPOS; i++) {
        repo_state *r = &s->repos[i];
        unsigned acked = atomic_load(&r->acked), old = atomic_load(&r->revision);
        int found = search(s, i, NULL, &out);
        if (found < (int)acked || found > (int)atomic_load(&r->pushed))
            fail_msg("%s: %s: commit %d is searched, but %u was published; %s", when, names[i],
                     found, acked, s->failure);
        found = search(s, i, r->ids[old], &out);
        if (found != (int)old)
            fail_msg("%s: %s: revision %u is answered with %d; %s", when, names[i], old, found,
                     s->failure);
    }
    for (unsigned i = 0; i < REPOS; i++)
        await_job(s, i, when);
    gaz_strbuf_release(&out);
}

static void one_round(scene *s, uint64_t *random, const char *when)
{
    pthread_t threads[REPOS + SEARCHERS];
    actor actors[REPOS + SEARCHERS];
    for (unsigned i = 0; i < REPOS + SEARCHERS; i++) {
        actors[i] = (actor){s, i % REPOS, *random + i};
        assert_int_equal(
            0, pthread_create(&threads[i], NULL, i < REPOS ? index_on : search_on, &actors[i]));
    }
    usleep(1000 * (20 + proof_random(random, 3000)));
    atomic_store(&s->ending, true);
    serve_kill(&s->server);
    for (unsigned i = 0; i < REPOS + SEARCHERS; i++)
        pthread_join(threads[i], NULL);
    if (*s->failure)
        fail_msg("%s: %s", when, s->failure);
    check_offline(s, when);
    serve_start(&s->server);
    atomic_store(&s->ending, false);
    check_online(s, when);
}

static void setup(scene *s)
{
    *s = (scene){.dir = make_temp_dir()};
    pthread_mutex_init(&s->lock, NULL);
    serve_init(&s->server, s->dir);
    for (unsigned i = 0; i < REPOS; i++) {
        char source[700];
        make_repository(s, i);
        assert_ok(push(s, i, 0));
        snprintf(source, sizeof source, "%s/%s.git", s->dir, names[i]);
        assert_int_equal(0, serve_run(&s->server, "add", source, NULL));
    }
    serve_start(&s->server);
}

static void teardown(scene *s)
{
    for (unsigned i = 0; i < REPOS; i++)
        for (unsigned k = 0; k < COMMITS; k++)
            free(s->repos[i].ids[k]);
    assert_ok(gaz_remove_all(s->dir, &err));
    pthread_mutex_destroy(&s->lock);
    free(s->dir);
    free(s);
}

/* Merges ran: there are far fewer segments than publications, each of which left one. */
static void check_merges(const scene *s, unsigned publications)
{
    gaz_store *store = NULL;
    gaz_snapshot *snapshot = NULL;
    size_t segments = 0;
    assert_ok(gaz_store_open(s->server.home, false, &store, &err));
    assert_ok(gaz_store_snapshot(store, &snapshot, &err));
    for (size_t p = 0; p < snapshot->pool_count; p++)
        segments += snapshot->pools[p].segment_count;
    gaz_snapshot_free(snapshot);
    gaz_store_close(store);
    print_message("# %u publications left %zu segments\n", publications, segments);
    assert_true(publications > 3 * REPOS);
    assert_true(publications < 60 || segments * 2 < publications);
}

static void a_killed_server_loses_nothing_that_was_published(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    uint64_t random = proof_say_seed();
    unsigned rounds = proof_rounds(80), publications = 0;
    char when[40];
    assert_non_null(s);
    setup(s);
    for (unsigned i = 0; i < rounds; i++) {
        snprintf(when, sizeof when, "round %u", i);
        one_round(s, &random, when);
    }
    serve_kill(&s->server);
    check_offline(s, "at the end");
    for (unsigned i = 0; i < REPOS; i++)
        publications += atomic_load(&s->repos[i].publications);
    check_merges(s, publications);
    print_message("# %u searches meanwhile\n", atomic_load(&s->searches));
    assert_true(atomic_load(&s->searches) > rounds);
    teardown(s);
    proof_report("kill -9 of a server under load", rounds);
}

/* ---- files that lose their end ---- */

/* @return the path of the segment with the most documents, which the text searched for is in;
 * free() it */
static char *find_segment(const scene *s)
{
    char name[GAZ_SEALED_NAME + 8] = "";
    uint64_t docs = 0;
    gaz_store *store = NULL;
    gaz_snapshot *snapshot = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_open(s->server.home, false, &store, &err));
    assert_ok(gaz_store_snapshot(store, &snapshot, &err));
    for (size_t p = 0; p < snapshot->pool_count; p++)
        for (size_t i = 0; i < snapshot->pools[p].segment_count; i++)
            if (snapshot->pools[p].segments[i].docs > docs) {
                docs = snapshot->pools[p].segments[i].docs;
                snprintf(name, sizeof name, "%s*", snapshot->pools[p].segments[i].name);
            }
    gaz_snapshot_free(snapshot);
    gaz_store_close(store);
    const char *const argv[] = {"find", s->server.home, "-name", name, NULL};
    assert_int_equal(0, run_tool(&(tool){.argv = argv, .loud = true}, &out));
    assert_true(docs >= 60 && out.len > 1);
    gaz_strbuf_truncate(&out, out.len - 1);
    return gaz_strbuf_detach(&out, NULL);
}

/* The server has mapped the segment and answered from it, or has not yet: then the file is cut. */
static void a_segment_cut_under_a_running_server_is_said_not_suffered(void **state)
{
    (void)state;
    scene *s = malloc(sizeof *s);
    uint64_t random = proof_say_seed();
    unsigned rounds = proof_rounds(200), damaged = 0;
    gaz_strbuf whole = GAZ_STRBUF_INIT, answer = GAZ_STRBUF_INIT;
    static const char target[] = "/v1/search?q=line+count:all&repo=one";
    assert_non_null(s);
    setup(s);
    char *path = find_segment(s);
    assert_ok(gaz_file_read(path, 64 << 20, &whole, &err));
    assert_int_equal(200, serve_ask(&s->server, target, NULL, &answer));
    int64_t files = serve_number(answer.data, "\"stats\":{\"files\":");
    assert_int_equal(files, 60);
    for (unsigned i = 0; i < rounds; i++) {
        size_t at = proof_random(&random, (uint32_t)whole.len);
        if (proof_random(&random, 4) == 0) { /* or one that finds it so */
            serve_stop(&s->server);
            serve_start(&s->server);
        }
        assert_int_equal(0, truncate(path, (off_t)at));
        for (unsigned again = 0; again < 2; again++) {
            int status = serve_ask(&s->server, target, NULL, &answer);
            bool complete = status == 200 && strstr(answer.data, "\"complete\":true");
            if (complete ? serve_number(answer.data, "\"stats\":{\"files\":") != files
                         : !strstr(answer.data, "amaged") && !strstr(answer.data, "corrupt")) {
                serve_show_log(&s->server);
                fail_msg("cut at %zu of %zu: %d, %.600s", at, whole.len, status,
                         answer.len ? answer.data : "");
            }
            damaged += !complete;
        }
        assert_int_equal(200, serve_ask(&s->server, "/healthz", NULL, &answer));
        FILE *f = fopen(path, "r+b");
        assert_non_null(f);
        assert_int_equal(whole.len, fwrite(whole.data, 1, whole.len, f));
        assert_int_equal(0, fclose(f));
    }
    assert_true(damaged > rounds / 2);
    serve_stop(&s->server);
    serve_start(&s->server);
    assert_int_equal(200, serve_ask(&s->server, target, NULL, &answer));
    assert_int_equal(files, serve_number(answer.data, "\"stats\":{\"files\":"));
    serve_stop(&s->server);
    check_offline(s, "with the whole file again");
    gaz_strbuf_release(&answer);
    gaz_strbuf_release(&whole);
    free(path);
    teardown(s);
    proof_report("segments cut under a running server", rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_server_loses_nothing_that_was_published),
        cmocka_unit_test(a_segment_cut_under_a_running_server_is_said_not_suffered),
    };
    return cmocka_run_group_tests_name("killed server", tests, NULL, NULL);
}
