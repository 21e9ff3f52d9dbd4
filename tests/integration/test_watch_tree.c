/* A watched work tree: what is saved is published without anybody asking, whatever way it is saved;
 * what inotify loses is found by comparing; limits are said and lived with; watchers that are
 * killed are followed by others. Nothing here depends on how long anything takes: every wait ends
 * with what is waited for, or fails after minutes. */
#include "gaz_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "proof.h"
#include "run_tool.h"
#include "tree_steps.h"

#define PATIENCE_MS 120000

static gaz_error err;

/* A watcher in a thread of its own. */
typedef struct watching {
    gaz_runner *runner;
    pthread_t thread;
    atomic_bool stop, ended;
    atomic_uint ready, published, notes;
    pthread_mutex_t lock;
    char note[600]; /* the last one */
    gaz_status status;
    gaz_error error;
} watching;

typedef struct bench {
    char *dir, tree[600];
    fixture f;
    watching w;
} bench;

static void said(void *ctx, const gaz_watch_line *line)
{
    watching *w = ctx;
    if (line->event == GAZ_WATCH_NOTE) {
        pthread_mutex_lock(&w->lock);
        snprintf(w->note, sizeof w->note, "%s", line->text);
        pthread_mutex_unlock(&w->lock);
    }
    atomic_fetch_add(line->event == GAZ_WATCH_READY       ? &w->ready
                     : line->event == GAZ_WATCH_PUBLISHED ? &w->published
                                                          : &w->notes,
                     1);
}

static bool go_on(void *ctx)
{
    return !atomic_load(&((watching *)ctx)->stop);
}

static void *follow(void *arg)
{
    watching *w = arg;
    gaz_watch watch = {.repo = "r", .said = said, .go_on = go_on, .ctx = w};
    w->status = gaz_runner_watch(w->runner, &watch, &w->error);
    atomic_store(&w->ended, true);
    return NULL;
}

static void start_watch(bench *b)
{
    b->w = (watching){.runner = b->f.runner};
    pthread_mutex_init(&b->w.lock, NULL);
    assert_int_equal(pthread_create(&b->w.thread, NULL, follow, &b->w), 0);
}

static void wait_count(bench *b, const atomic_uint *count, unsigned n, const char *what)
{
    for (int64_t until = gaz_deadline(PATIENCE_MS); atomic_load(count) < n; usleep(5000))
        if (gaz_expired(until) || atomic_load(&b->w.ended))
            fail_msg("no %s came: %s %s", what, b->w.note, b->w.error.message);
}

static void stop_watch(bench *b)
{
    atomic_store(&b->w.stop, true);
    pthread_join(b->w.thread, NULL);
    pthread_mutex_destroy(&b->w.lock);
}

static void setup(bench *b)
{
    gaz_error_clear(&err);
    *b = (bench){.dir = make_temp_dir()};
    snprintf(b->tree, sizeof b->tree, "%s/tree", b->dir);
    fixture_open(&b->f, b->dir, "home");
}

static void teardown(bench *b)
{
    fixture_check(&b->f);
    fixture_close(&b->f);
    gaz_error_clear(&err);
    assert_ok(gaz_remove_all(b->dir, &err));
    free(b->dir);
}

static void write_file(const bench *b, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", b->tree, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_ok(gaz_write_all(fd, text, strlen(text), &err));
    close(fd);
}

static void start_repo(bench *b)
{
    setup(b);
    free(run_git(b->dir, "init", "-q", "-b", "main", b->tree, NULL));
    write_file(b, "a.txt", "first word\n");
    free(run_git(b->tree, "add", "-A", NULL));
    free(run_git(b->tree, "commit", "-qm", "c", NULL));
    fixture_add(&b->f, b->tree, "r", NULL);
    (void)fixture_index(&b->f, "r");
}

/* Until what is published is what the directory holds. */
static void settles(bench *b, const char *after)
{
    char *expected = tree_expected(b->tree), *actual = NULL;
    for (int64_t until = gaz_deadline(PATIENCE_MS);; usleep(5000)) {
        free(actual);
        actual = tree_published(b->f.store, "r");
        if ((actual && strcmp(expected, actual) == 0) || gaz_expired(until) ||
            atomic_load(&b->w.ended))
            break;
    }
    tree_assert_same(expected, actual, after);
    free(expected);
    free(actual);
}

/* The process that watches. */
static pid_t worker(void)
{
    for (int64_t until = gaz_deadline(PATIENCE_MS); !gaz_expired(until); usleep(5000)) {
        DIR *d = opendir("/proc");
        pid_t found = 0;
        assert_non_null(d);
        for (struct dirent *e; !found && (e = readdir(d));) {
            char path[300], text[600];
            int parent = 0;
            snprintf(path, sizeof path, "/proc/%.200s/stat", e->d_name);
            FILE *f = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? fopen(path, "re") : NULL;
            if (!f)
                continue;
            const char *line = fgets(text, sizeof text, f), *at = line ? strrchr(line, ')') : NULL;
            fclose(f);
            if (at && strstr(text, "(gaz-worker)") && sscanf(at, ") %*c %d", &parent) == 1 &&
                parent == getpid())
                found = (pid_t)strtol(e->d_name, NULL, 10);
        }
        closedir(d);
        if (found)
            return found;
    }
    fail_msg("there is no worker");
}

/* ---- following ---- */

static void what_is_saved_is_published_unasked(void **state)
{
    (void)state;
    bench b;
    char from[800], to[800];
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    write_file(&b, "a.txt", "second word\n");
    settles(&b, "a save in place");
    write_file(&b, "a.txt~", "third word\n");
    snprintf(from, sizeof from, "%s/a.txt~", b.tree);
    snprintf(to, sizeof to, "%s/a.txt", b.tree);
    assert_int_equal(rename(from, to), 0);
    settles(&b, "a save by rename");
    snprintf(from, sizeof from, "%s/outside/deep", b.dir);
    assert_ok(gaz_mkdir_all(from, 0755, &err));
    strcat(from, "/f.txt");
    assert_ok(gaz_file_write(from, "moved in\n", 9, 0644, &err));
    snprintf(from, sizeof from, "%s/outside", b.dir);
    snprintf(to, sizeof to, "%s/inside", b.tree);
    assert_int_equal(rename(from, to), 0);
    settles(&b, "a directory moved in");
    write_file(&b, "inside/deep/f.txt", "and changed\n");
    settles(&b, "a save in a directory that was moved in");
    snprintf(from, sizeof from, "%s/elsewhere", b.tree);
    assert_int_equal(rename(to, from), 0);
    settles(&b, "a directory moved within");
    write_file(&b, "elsewhere/deep/f.txt", "and changed again\n");
    settles(&b, "a save in a directory that was moved");
    assert_int_equal(rename(from, to), 0);
    assert_ok(gaz_remove_all(to, &err));
    settles(&b, "a directory that is gone");
    stop_watch(&b);
    assert_int_equal(b.w.status, GAZ_OK);
    teardown(&b);
}

static void the_tree_is_live_while_it_is_watched(void **state)
{
    (void)state;
    bench b;
    gaz_repo_row row;
    answer_text a;
    start_repo(&b);
    assert_ok(gaz_store_repo_get(b.f.store, "r", &row, &err));
    assert_false(gaz_store_is_live(b.f.store, row.uid));
    start_watch(&b);
    for (int64_t until = gaz_deadline(PATIENCE_MS); !gaz_store_is_live(b.f.store, row.uid);
         usleep(5000))
        assert_false(gaz_expired(until));
    write_file(&b, "new.txt", "fresh word\n");
    settles(&b, "a save");
    /* answered from what is published: no index run is made, as the queue of jobs shows */
    gaz_job_row *jobs = NULL;
    size_t before = 0, after = 0;
    assert_ok(gaz_store_job_list(b.f.store, 1000, &jobs, &before, &err));
    for (size_t i = 0; i < before; i++)
        gaz_job_row_release(&jobs[i]);
    free(jobs);
    fixture_search(b.f.engine, "fresh rev:worktree", 10, NULL, &a);
    assert_int_equal(a.status, GAZ_OK);
    assert_int_equal(a.files, 1);
    answer_text_release(&a);
    assert_ok(gaz_store_job_list(b.f.store, 1000, &jobs, &after, &err));
    for (size_t i = 0; i < after; i++)
        gaz_job_row_release(&jobs[i]);
    free(jobs);
    assert_int_equal(before, after);
    stop_watch(&b);
    assert_false(gaz_store_is_live(b.f.store, row.uid));
    gaz_repo_row_release(&row);
    teardown(&b);
}

static void a_commit_moves_the_branch_and_the_tree(void **state)
{
    (void)state;
    bench b;
    answer_text a;
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    write_file(&b, "new.txt", "fresh word\n");
    settles(&b, "a save");
    free(run_git(b.tree, "add", "-A", NULL));
    free(run_git(b.tree, "commit", "-qm", "c2", NULL));
    for (int64_t until = gaz_deadline(PATIENCE_MS);; usleep(20000)) {
        fixture_search(b.f.engine, "fresh", 10, NULL, &a); /* of the branch, not of the tree */
        bool found = a.status == GAZ_OK && a.files == 1;
        answer_text_release(&a);
        if (found)
            break;
        assert_false(gaz_expired(until));
    }
    settles(&b, "a commit");
    stop_watch(&b);
    teardown(&b);
}

/* A commit whose tree is not there yet, as when objects are being copied. */
static void branches_that_could_not_be_indexed_are_tried_again(void **state)
{
    (void)state;
    bench b;
    answer_text a;
    char object[700], aside[700], main_ref[700];
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    write_file(&b, "new.txt", "fresh word\n");
    settles(&b, "a save");
    free(run_git(b.tree, "add", "-A", NULL));
    char *tree = run_git(b.tree, "write-tree", NULL);
    char *commit = run_git(b.tree, "commit-tree", "-p", "HEAD", "-m", "c2", tree, NULL);
    snprintf(object, sizeof object, "%s/.git/objects/%.2s/%s", b.tree, tree, tree + 2);
    snprintf(aside, sizeof aside, "%s/aside", b.dir);
    snprintf(main_ref, sizeof main_ref, "%s/.git/refs/heads/main", b.tree);
    assert_int_equal(rename(object, aside), 0);
    strcat(commit, "\n");
    assert_ok(gaz_file_write(main_ref, commit, strlen(commit), 0644, &err));
    wait_count(&b, &b.w.notes, 1, "note about the branches");
    assert_int_equal(rename(aside, object), 0);
    for (int64_t until = gaz_deadline(PATIENCE_MS);; usleep(20000)) {
        fixture_search(b.f.engine, "fresh", 10, NULL, &a); /* of the branch, not of the tree */
        bool found = a.status == GAZ_OK && a.files == 1;
        answer_text_release(&a);
        if (found)
            break;
        assert_false(gaz_expired(until));
    }
    settles(&b, "the commit");
    stop_watch(&b);
    free(tree);
    free(commit);
    teardown(&b);
}

static void random_steps_are_followed(void **state)
{
    (void)state;
    bench b;
    tree_steps t;
    uint64_t seed = proof_say_seed();
    unsigned rounds = proof_rounds(600);
    setup(&b);
    tree_steps_init(&t, b.dir, seed + 1000);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    for (unsigned i = 0; i < rounds;) {
        char after[900];
        for (unsigned burst = 1 + i % 4; burst--; i++)
            tree_steps_do(&t);
        snprintf(after, sizeof after, "step %u, %s", t.step, t.last);
        settles(&b, after);
    }
    stop_watch(&b);
    assert_int_equal(b.w.status, GAZ_OK);
    teardown(&b);
    proof_report("random steps in a work tree that is watched, against git ls-files", rounds);
}

/* Git makes HEAD, objects and refs after `.git` itself: only then is it a repository. */
static void a_directory_that_becomes_a_repository_bit_by_bit_leaves_the_tree(void **state)
{
    (void)state;
    bench b;
    char path[800];
    static const char *const parts[] = {".git", ".git/objects", ".git/refs"};
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    snprintf(path, sizeof path, "%s/inner", b.tree);
    assert_int_equal(mkdir(path, 0755), 0);
    write_file(&b, "inner/f", "word\n");
    settles(&b, "a file in a directory");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char mark[16];
        snprintf(path, sizeof path, "%s/inner/%s", b.tree, parts[i]);
        assert_int_equal(mkdir(path, 0755), 0);
        snprintf(mark, sizeof mark, "m%zu", i);
        write_file(&b, mark, mark); /* what came before it has been seen once it is published */
        settles(&b, parts[i]);
    }
    write_file(&b, "inner/.git/HEAD", "ref: refs/heads/main\n");
    settles(&b, "HEAD");
    snprintf(path, sizeof path, "%s/inner/.git", b.tree);
    assert_ok(gaz_remove_all(path, &err));
    settles(&b, "the repository's end");
    stop_watch(&b);
    teardown(&b);
}

/* ---- limits ---- */

static void lost_events_are_made_up_for(void **state)
{
    (void)state;
    bench b;
    char path[700];
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    pid_t pid = worker();
    assert_int_equal(kill(pid, SIGSTOP), 0);
    /* more than the queue of the kernel holds (fs.inotify.max_queued_events, 16,384) */
    for (int i = 0; i < 6000; i++) {
        snprintf(path, sizeof path, "f%d", i);
        write_file(&b, path, "x\n");
    }
    for (int i = 0; i < 6000; i += 2) {
        snprintf(path, sizeof path, "%s/f%d", b.tree, i);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(kill(pid, SIGCONT), 0);
    settles(&b, "a queue that ran over");
    write_file(&b, "a.txt", "and on\n");
    settles(&b, "a save after it");
    stop_watch(&b);
    teardown(&b);
}

static void beyond_the_limit_of_watches_the_tree_is_compared(void **state)
{
    (void)state;
    bench b;
    gaz_repo_row row;
    char full[700];
    assert_int_equal(setenv("GAZ_WATCH_DIRECTORIES", "6", 1), 0);
    start_repo(&b);
    for (int i = 0; i < 12; i++) {
        snprintf(full, sizeof full, "%s/d%d/e", b.tree, i);
        assert_ok(gaz_mkdir_all(full, 0755, &err));
    }
    start_watch(&b);
    wait_count(&b, &b.w.notes, 1, "note about the limit");
    pthread_mutex_lock(&b.w.lock);
    bool told = strstr(b.w.note, "watch.directories") != NULL;
    pthread_mutex_unlock(&b.w.lock);
    assert_true(told);
    write_file(&b, "d11/e/far.txt", "far word\n");
    settles(&b, "a save in a directory that is not watched");
    assert_ok(gaz_store_repo_get(b.f.store, "r", &row, &err));
    assert_false(gaz_store_is_live(b.f.store, row.uid)); /* requests look for themselves */
    gaz_repo_row_release(&row);
    stop_watch(&b);
    unsetenv("GAZ_WATCH_DIRECTORIES");
    teardown(&b);
}

static void a_tree_has_one_watcher(void **state)
{
    (void)state;
    bench b;
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    watching second = {.runner = b.f.runner};
    pthread_mutex_init(&second.lock, NULL);
    gaz_watch watch = {.repo = "r", .said = said, .go_on = go_on, .ctx = &second};
    gaz_error_clear(&err);
    assert_int_equal(gaz_runner_watch(b.f.runner, &watch, &err), GAZ_E_BUSY);
    assert_non_null(strstr(err.message, "watched already"));
    pthread_mutex_destroy(&second.lock);
    stop_watch(&b);
    teardown(&b);
}

/* ---- ends ---- */

static void a_worker_that_is_killed_is_followed_by_another(void **state)
{
    (void)state;
    bench b;
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    for (unsigned i = 0; i < 3; i++) {
        char text[40];
        pid_t pid = worker();
        snprintf(text, sizeof text, "word %u\n", i);
        write_file(&b, "a.txt", text); /* perhaps it is at it when it dies */
        assert_int_equal(kill(pid, SIGKILL), 0);
        snprintf(text, sizeof text, "other %u\n", i);
        write_file(&b, "b.txt", text);
        settles(&b, "a kill");
    }
    stop_watch(&b);
    teardown(&b);
}

static void a_removed_repository_ends_its_watcher(void **state)
{
    (void)state;
    bench b;
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    assert_ok(gaz_repo_unregister(b.f.store, "r", &err));
    pthread_join(b.w.thread, NULL);
    pthread_mutex_destroy(&b.w.lock);
    assert_int_equal(b.w.status, GAZ_E_NOT_FOUND);
    teardown(&b);
}

static void a_tree_that_goes_ends_its_watcher_and_leaves_the_index(void **state)
{
    (void)state;
    bench b;
    char moved[700];
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    settles(&b, "the beginning");
    snprintf(moved, sizeof moved, "%s/moved", b.dir);
    assert_int_equal(rename(b.tree, moved), 0);
    pthread_join(b.w.thread, NULL);
    pthread_mutex_destroy(&b.w.lock);
    assert_int_equal(b.w.status, GAZ_E_NOT_FOUND);
    assert_null(tree_published(b.f.store, "r"));
    teardown(&b);
}

static void what_was_published_by_others_is_put_right(void **state)
{
    (void)state;
    bench b;
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    settles(&b, "the beginning");
    gaz_snapshot *s = NULL;
    gaz_ref_key key = {GAZ_REF_TREE, GAZ_TREE_REF};
    assert_ok(gaz_store_snapshot(b.f.store, &s, &err));
    gaz_publication pub = {.repo = s->repos[0].row.id,
                           .pool = s->repos[0].row.pool,
                           .refs_removed = &key,
                           .refs_removed_count = 1};
    assert_ok(gaz_store_publish(b.f.store, &pub, NULL, &err));
    gaz_snapshot_free(s);
    settles(&b, "the overlay was dropped");
    stop_watch(&b);
    teardown(&b);
}

static void drop_finding(void *ctx, const char *what, const char *name, const char *message)
{
    (void)ctx, (void)what, (void)name, (void)message;
}

/* The watcher publishes when it likes: symbols follow what was saved. A repair that it came between
 * says so, and is to be tried again. */
static void repair(bench *b, gaz_strbuf *again)
{
    gaz_status st = GAZ_E_BUSY;
    for (int tries = 0; st == GAZ_E_BUSY && tries < 100; tries++) {
        gaz_error_clear(&err);
        gaz_strbuf_reset(again);
        st = gaz_repair_all(b->f.store, drop_finding, NULL, again, &err);
    }
    assert_ok(st);
}

static void a_repair_that_drops_the_overlay_is_put_right(void **state)
{
    (void)state;
    bench b;
    char path[800];
    gaz_snapshot *s = NULL;
    gaz_strbuf again = GAZ_STRBUF_INIT;
    start_repo(&b);
    start_watch(&b);
    wait_count(&b, &b.w.ready, 1, "beginning");
    write_file(&b, "new.txt", "fresh word\n");
    settles(&b, "a save");
    assert_ok(gaz_store_snapshot(b.f.store, &s, &err));
    for (size_t i = 0; i < s->repos[0].ref_count; i++) {
        const gaz_ref_row *ref = &s->repos[0].refs[i];
        if (ref->kind != GAZ_REF_TREE)
            continue;
        snprintf(path, sizeof path, "%s/manifests/%.2s/%s.man", b.f.home, ref->manifest,
                 ref->manifest);
        assert_int_equal(unlink(path), 0);
    }
    gaz_snapshot_free(s);
    repair(&b, &again);
    settles(&b, "a repair");
    write_file(&b, "new.txt", "and on\n");
    settles(&b, "a save after it");
    stop_watch(&b);
    gaz_strbuf_release(&again);
    teardown(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_published_unasked),
        cmocka_unit_test(the_tree_is_live_while_it_is_watched),
        cmocka_unit_test(a_commit_moves_the_branch_and_the_tree),
        cmocka_unit_test(branches_that_could_not_be_indexed_are_tried_again),
        cmocka_unit_test(random_steps_are_followed),
        cmocka_unit_test(a_directory_that_becomes_a_repository_bit_by_bit_leaves_the_tree),
        cmocka_unit_test(lost_events_are_made_up_for),
        cmocka_unit_test(beyond_the_limit_of_watches_the_tree_is_compared),
        cmocka_unit_test(a_tree_has_one_watcher),
        cmocka_unit_test(a_worker_that_is_killed_is_followed_by_another),
        cmocka_unit_test(a_removed_repository_ends_its_watcher),
        cmocka_unit_test(a_tree_that_goes_ends_its_watcher_and_leaves_the_index),
        cmocka_unit_test(what_was_published_by_others_is_put_right),
        cmocka_unit_test(a_repair_that_drops_the_overlay_is_put_right),
    };
    return cmocka_run_group_tests_name("watch_tree", tests, NULL, NULL);
}
