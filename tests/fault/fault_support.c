/* See the header. The repository is written object by object (tests/support/hostile_repo.h), so
 * that no program is started and every run of a test sees the same ids. */
#include "fault_support.h"

#include "gaz/store/commits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/repo/git.h"
#include "hostile_repo.h"
#include "index_run.h"

/* ---- chance and scale ---- */

uint64_t fault_seed(void)
{
    static bool said;
    uint64_t seed = said ? proof_seed() : proof_say_seed();
    said = true;
    return seed * 0x9E3779B97F4A7C15u + 1;
}

/* ---- files ---- */

void fault_join(char *out, size_t size, const char *dir, const char *name)
{
    int n = snprintf(out, size, "%s/%s", dir, name);
    assert_true(n > 0 && (size_t)n < size);
}

void fault_remove(const char *path)
{
    gaz_error err = {0};
    assert_ok(gaz_remove_all(path, &err));
}

char *fault_read(const char *path, size_t *len)
{
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_error err = {0};
    assert_ok(gaz_file_read(path, (size_t)64 << 20, &sb, &err));
    *len = sb.len;
    char *data = gaz_strbuf_detach(&sb, NULL);
    return data ? data : strdup("");
}

void fault_write(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(len == 0 || write(fd, data, len) == (ssize_t)len);
    close(fd);
}

typedef struct name_list {
    GAZ_VEC(char *) items;
    const char *root, *below;
} name_list;

static gaz_status list_entry(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    name_list *list = ctx;
    char path[1200], relative[1000];
    int n =
        snprintf(relative, sizeof relative, "%s%s%s", list->below, *list->below ? "/" : "", name);
    assert_true(n > 0 && (size_t)n < sizeof relative);
    fault_join(path, sizeof path, list->root, relative);
    if (is_dir) {
        const char *before = list->below;
        list->below = relative;
        gaz_status st = gaz_dir_each(path, list_entry, list, err);
        list->below = before;
        return st;
    }
    return gaz_vec_push(&list->items, strdup(relative)) ? GAZ_OK : GAZ_E_NOMEM;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **fault_list(const char *dir)
{
    name_list list = {.root = dir, .below = ""};
    gaz_error err = {0};
    assert_ok(gaz_dir_each(dir, list_entry, &list, &err));
    if (list.items.len)
        qsort(list.items.items, list.items.len, sizeof(char *), by_bytes);
    assert_true(gaz_vec_push(&list.items, (char *)NULL));
    return list.items.items;
}

void fault_list_free(char **list)
{
    for (char **at = list; *at; at++)
        free(*at);
    free(list);
}

typedef struct copying {
    const char *from, *to;
} copying;

static gaz_status copy_entry(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    const copying *c = ctx;
    char from[1200], to[1200];
    (void)err;
    fault_join(from, sizeof from, c->from, name);
    fault_join(to, sizeof to, c->to, name);
    if (is_dir) {
        fault_copy_tree(from, to);
        return GAZ_OK;
    }
    size_t len;
    char *data = fault_read(from, &len);
    fault_write(to, data, len);
    free(data);
    return GAZ_OK;
}

void fault_copy_tree(const char *from, const char *to)
{
    copying c = {from, to};
    gaz_error err = {0};
    assert_int_equal(0, mkdir(to, 0700));
    assert_ok(gaz_dir_each(from, copy_entry, &c, &err));
}

/* ---- a repository with states ---- */

static gaz_oid big_file(hostile_repo *h, unsigned state)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 900; i++)
        gaz_strbuf_printf(&text, "line %u of a longer file, word%u, state %u\n", i,
                          i * 7919u % 1000, i % 50 == 0 ? state : 0);
    gaz_oid oid = hostile_blob(h, text.data, text.len);
    gaz_strbuf_release(&text);
    return oid;
}

static gaz_oid write_state(hostile_repo *h, unsigned state)
{
    char text[256];
    char ignored[64];
    hostile_entry top[12];
    hostile_entry src[5];
    static char names[5][8];
    for (unsigned i = 0; i < 5; i++) {
        snprintf(names[i], sizeof names[i], "f%u.c", i);
        snprintf(text, sizeof text, "int file%u(void)\n{\n    return %u; /* changed%u */\n}\n", i,
                 state / (i + 1), state / (i + 1));
        src[i] = (hostile_entry){"100644", names[i], hostile_text(h, text)};
    }
    snprintf(text, sizeof text, FAULT_PAIR, state);
    size_t n = 0;
    top[n++] = (hostile_entry){"100644", ".gazignore", hostile_text(h, "ignored*\n")};
    top[n++] = (hostile_entry){"100644", "binary.bin", hostile_blob(h, "\0\1\2\3", 4)};
    snprintf(ignored, sizeof ignored, "kept out of the index: %u\n", state);
    top[n++] = (hostile_entry){"100644", "ignored.txt", hostile_text(h, ignored)};
    top[n++] =
        (hostile_entry){"100644", "key.secret", hostile_text(h, "kept out by the operator\n")};
    top[n++] = (hostile_entry){"100644", "large.txt", big_file(h, state)};
    top[n++] = (hostile_entry){"100644", "left.txt", hostile_text(h, text)};
    if (state % 2)
        top[n++] = (hostile_entry){"100644", "odd.txt", hostile_text(h, "only in odd states\n")};
    snprintf(text, sizeof text, "the right of the " FAULT_PAIR, state);
    top[n++] = (hostile_entry){"100644", "right.txt", hostile_text(h, text)};
    top[n++] = (hostile_entry){"40000", "src", hostile_tree(h, src, 5)};
    top[n++] = (hostile_entry){"100644", "stable.txt",
                               hostile_text(h, "this line never changes: constant\n")};
    return hostile_tree(h, top, n);
}

static void write_repository(fault_world *w)
{
    hostile_repo *h = hostile_new(w->git_dir);
    for (unsigned k = 0; k < FAULT_STATES; k++) {
        gaz_oid tree = write_state(h, k);
        w->commits[k] = hostile_commit(h, &tree, k ? &w->commits[k - 1] : NULL, k ? 1 : 0,
                                       1700000000 + k, "a state");
    }
    hostile_free(h);
}

void fault_set_state(const fault_world *w, unsigned state)
{
    hostile_repo *h = hostile_open(w->git_dir);
    hostile_ref(h, "refs/heads/main", &w->commits[state % FAULT_STATES]);
    hostile_ref(h, "refs/heads/topic", &w->commits[(state + 1) % FAULT_STATES]);
    hostile_free(h);
}

char *fault_home_new(const fault_world *w, const char *name)
{
    char home[600], settings_file[700];
    gaz_error err = {0};
    gaz_store *store = NULL;
    gaz_settings settings = {0};
    gaz_repo_row row = {0};
    static const char patterns[] = "index:\n  exclude: [\"*.secret\"]\n";
    static const char *const all[] = {"*"};
    fault_join(home, sizeof home, w->dir, name);
    assert_ok(gaz_store_open(home, true, &store, &err));
    fault_join(settings_file, sizeof settings_file, home, "gaz.yaml");
    assert_ok(gaz_file_write(settings_file, patterns, sizeof patterns - 1, 0600, &err));
    assert_ok(gaz_settings_load(home, &settings, &err));
    gaz_add add = {.source = w->git_dir, .name = FAULT_REPO, .patterns = all, .pattern_count = 1};
    assert_ok(gaz_repo_register(store, &settings, &add, &row, &err));
    gaz_repo_row_release(&row);
    gaz_settings_release(&settings);
    gaz_store_close(store);
    return strdup(home);
}

int fault_world_setup(void **state)
{
    fault_world *w = calloc(1, sizeof *w);
    char path[600];
    gaz_error err = {0};
    gaz_run_result result;
    unsetenv("GAZ_HOME");
    fault_seed();
    w->dir = make_temp_dir();
    fault_join(path, sizeof path, w->dir, "little.git");
    w->git_dir = strdup(path);
    assert_ok(gaz_git_init(&err));
    write_repository(w);
    for (unsigned k = 0; k < FAULT_STATES; k++) {
        fault_set_state(w, k);
        char *home = fault_home_new(w, "clean");
        assert_ok(fault_index(home, &result, &err));
        w->dumps[k] = fault_dump(home, &err);
        assert_non_null(w->dumps[k]);
        assert_non_null(strstr(w->dumps[k], "left.txt"));
        assert_non_null(strstr(w->dumps[k], " excluded ignored.txt"));
        assert_non_null(strstr(w->dumps[k], " excluded key.secret"));
        assert_true(k == 0 || strcmp(w->dumps[k], w->dumps[k - 1]) != 0);
        fault_remove(home);
        free(home);
    }
    *state = w;
    return 0;
}

int fault_world_teardown(void **state)
{
    fault_world *w = *state;
    gaz_git_shutdown();
    fault_remove(w->dir);
    for (unsigned k = 0; k < FAULT_STATES; k++)
        free(w->dumps[k]);
    free(w->git_dir);
    free(w->dir);
    free(w);
    return 0;
}

/* ---- homes ---- */

gaz_status fault_index(const char *home, gaz_run_result *out, gaz_error *err)
{
    gaz_settings settings = {0};
    gaz_store *store = NULL;
    index_request request = {.repo = FAULT_REPO};
    *out = (gaz_run_result){0};
    gaz_status st = gaz_settings_load(home, &settings, err);
    if (st == GAZ_OK)
        st = gaz_store_open(home, false, &store, err);
    if (st == GAZ_OK)
        st = index_run(store, &settings, &request, out, err);
    gaz_store_close(store);
    gaz_settings_release(&settings);
    return st;
}

gaz_status fault_merge(const char *home, gaz_error *err)
{
    gaz_settings settings = {0};
    gaz_store *store = NULL;
    gaz_snapshot *snapshot = NULL;
    gaz_status st = gaz_settings_load(home, &settings, err);
    if (st == GAZ_OK)
        st = gaz_store_open(home, false, &store, err);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(store, &snapshot, err);
    for (size_t p = 0; st == GAZ_OK && p < snapshot->pool_count; p++)
        st = merge_pool(store, &settings, snapshot->pools[p].id, true, NULL, err);
    gaz_snapshot_free(snapshot);
    gaz_store_close(store);
    gaz_settings_release(&settings);
    return st;
}

gaz_status fault_sweep(const char *home, gaz_error *err)
{
    gaz_store *store = NULL;
    gaz_sweep swept;
    gaz_status st = gaz_store_open(home, false, &store, err);
    if (st == GAZ_OK)
        st = gaz_store_sweep(store, 0, &swept, err);
    gaz_store_close(store);
    return st;
}

char *fault_dump(const char *home, gaz_error *err)
{
    gaz_store *store = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_open(home, false, &store, err);
    if (st == GAZ_OK)
        st = gaz_logical_dump(store, FAULT_REPO, &out, err);
    gaz_store_close(store);
    if (st != GAZ_OK) {
        gaz_strbuf_release(&out);
        return NULL;
    }
    char *text = gaz_strbuf_detach(&out, NULL);
    return text ? text : strdup("");
}

static void add_finding(void *ctx, const char *what, const char *name, const char *message)
{
    gaz_strbuf_printf(ctx, "%s %s: %s\n", what, name, message);
}

char *fault_findings(const char *home, gaz_error *err)
{
    gaz_store *store = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_open_damaged(home, &store, err);
    if (st == GAZ_OK)
        st = gaz_check_all(store, add_finding, &out, NULL, err);
    gaz_store_close(store);
    if (st != GAZ_OK) {
        gaz_strbuf_release(&out);
        return NULL;
    }
    char *text = gaz_strbuf_detach(&out, NULL);
    return text ? text : strdup("");
}

void fault_assert_sound(const char *home, const char *when)
{
    gaz_error err = {0};
    char *findings = fault_findings(home, &err);
    if (!findings)
        fail_msg("%s: the check could not go on: %s", when, err.message);
    if (*findings)
        fail_msg("%s: the check found:\n%s", when, findings);
    free(findings);
}

/* Whether a file is one of a repository's commit index. */
static bool in_commit_index(gaz_store *store, const gaz_snapshot *snapshot, const char *base)
{
    bool known = false;
    for (size_t r = 0; !known && r < snapshot->repo_count; r++) {
        gaz_commits *index = NULL;
        size_t count = 0;
        if (gaz_commits_open(store, snapshot->repos[r].row.id, &index, NULL) != GAZ_OK)
            continue;
        const gaz_commits_file *rows = gaz_commits_files(index, &count);
        for (size_t i = 0; i < count; i++) {
            known |= strncmp(base, rows[i].name, GAZ_SEALED_NAME - 1) == 0;
            for (size_t k = 0; k < rows[i].diffs.len; k++)
                known |= strncmp(base, rows[i].diffs.items[k].name, GAZ_SEALED_NAME - 1) == 0;
        }
        gaz_commits_unref(index);
    }
    return known;
}

/* What is left over: anything in tmp/, and whatever the snapshot does not name. */
static void find_leftovers(const char *home, gaz_strbuf *out)
{
    gaz_error err = {0};
    gaz_store *store = NULL;
    gaz_snapshot *snapshot = NULL;
    assert_ok(gaz_store_open(home, false, &store, &err));
    assert_ok(gaz_store_snapshot(store, &snapshot, &err));
    char **files = fault_list(home);
    for (char **at = files; *at; at++) {
        const char *base = strrchr(*at, '/') ? strrchr(*at, '/') + 1 : *at;
        bool temporary = strncmp(*at, "tmp/", 4) == 0 || strstr(*at, ".tmp.");
        bool segment = strncmp(*at, "segments/", 9) == 0, known = false;
        for (size_t p = 0; segment && p < snapshot->pool_count; p++) {
            const gaz_snapshot_pool *pool = &snapshot->pools[p];
            for (size_t i = 0; i < pool->segment_count; i++)
                known |= strncmp(base, pool->segments[i].name, GAZ_SEALED_NAME - 1) == 0;
            for (size_t i = 0; i < pool->symbol_count; i++)
                known |= strncmp(base, pool->symbols[i].name, GAZ_SEALED_NAME - 1) == 0;
        }
        for (size_t r = 0; segment && r < snapshot->repo_count; r++)
            for (size_t i = 0; i < snapshot->repos[r].scip_count; i++)
                known |= strncmp(base, snapshot->repos[r].scip[i].name, GAZ_SEALED_NAME - 1) == 0;
        known |= segment && !known && in_commit_index(store, snapshot, base);
        if (temporary || (segment && !known))
            gaz_strbuf_printf(out, "%s\n", *at);
    }
    fault_list_free(files);
    gaz_snapshot_free(snapshot);
    gaz_store_close(store);
}

void fault_assert_swept(const char *home, const char *when)
{
    gaz_error err = {0};
    gaz_strbuf left = GAZ_STRBUF_INIT;
    assert_ok(fault_sweep(home, &err));
    find_leftovers(home, &left);
    if (left.len)
        fail_msg("%s: the sweeper left:\n%s", when, left.data);
    gaz_strbuf_release(&left);
}

static const char *dump_of(const fault_world *w, int state)
{
    return state < 0 ? "" : w->dumps[state % FAULT_STATES];
}

/* The first line in which two dumps differ, for the message. */
static void first_difference(const char *a, const char *b, char *out, size_t size)
{
    size_t line = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '\n')
            line = i + 1;
    snprintf(out, size, "'%.*s' is '%.*s'", (int)strcspn(b + line, "\n"), b + line,
             (int)strcspn(a + line, "\n"), a + line);
}

int fault_which_state(const fault_world *w, const char *home, int a, int b, const char *when)
{
    gaz_error err = {0};
    char *dump = fault_dump(home, &err), why[400];
    if (!dump)
        fail_msg("%s: there is no dump: %s", when, err.message);
    int found = strcmp(dump, dump_of(w, b)) == 0 ? b : strcmp(dump, dump_of(w, a)) == 0 ? a : -2;
    if (found == -2) {
        first_difference(dump, dump_of(w, b), why, sizeof why);
        fail_msg("%s: the dump is neither that of state %d nor of %d: %s", when, a, b, why);
    }
    free(dump);
    return found;
}

void fault_assert_state(const fault_world *w, const char *home, unsigned state, const char *when)
{
    (void)fault_which_state(w, home, (int)(state % FAULT_STATES), (int)(state % FAULT_STATES),
                            when);
}

/* ---- searching ---- */

static gaz_status add_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    (void)err;
    gaz_strbuf_printf(ctx, "%s:%.*s:%s\n", hit->repo, (int)hit->path_len, hit->path,
                      hit->branch ? hit->branch : "");
    for (size_t i = 0; i < hit->line_count; i++)
        gaz_strbuf_printf(ctx, "%s:%.*s:%u:%.*s\n", hit->repo, (int)hit->path_len, hit->path,
                          hit->lines[i].number, (int)hit->lines[i].len, hit->lines[i].text);
    return GAZ_OK;
}

gaz_status fault_search(gaz_engine *engine, const char *query, gaz_strbuf *hits,
                        gaz_search_result *result, gaz_error *err)
{
    gaz_search_request request = {
        .query = query, .query_len = strlen(query), .limit = 1000, .deadline_us = GAZ_NEVER};
    return gaz_engine_search(engine, &request, add_hit, hits, result, err);
}

gaz_status fault_engine_open(const char *home, fault_engine *out, gaz_error *err)
{
    *out = (fault_engine){0};
    gaz_status st = gaz_settings_load(home, &out->settings, err);
    out->settings.cache_bytes = 1 << 20;
    if (st == GAZ_OK)
        st = gaz_store_open(home, false, &out->store, err);
    if (st == GAZ_OK)
        st = gaz_engine_new(out->store, &out->settings, &out->engine, err);
    if (st == GAZ_OK)
        st = gaz_engine_refresh(out->engine, err);
    if (st != GAZ_OK)
        fault_engine_close(out);
    return st;
}

void fault_engine_close(fault_engine *e)
{
    gaz_engine_free(e->engine);
    gaz_store_close(e->store);
    gaz_settings_release(&e->settings);
    *e = (fault_engine){0};
}

/* ---- children ---- */

void fault_child(fault_plan plan, fault_body body, void *ctx, fault_outcome *out)
{
    fault_outcome *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        fault_syscalls_begin(plan);
        gaz_status st = body(ctx, &shared->error);
        shared->calls = fault_syscalls_end();
        shared->status = st;
        shared->finished = true;
        _exit(0);
    }
    int ended = 0;
    while (waitpid(pid, &ended, 0) < 0)
        assert_int_equal(EINTR, errno);
    *out = *shared;
    munmap(shared, sizeof *shared);
    out->ended = ended;
    out->killed = WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL;
    if (!out->killed && !(out->finished && WIFEXITED(ended) && WEXITSTATUS(ended) == 0))
        fail_msg("the child ended with wait status %d instead of returning", ended);
}
