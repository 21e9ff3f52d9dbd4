/* Adversarial histories: what a diff says, applied to what a walk gave before, is what a walk gives
 * after. */
#include "gaz_test.h"
#include "proof.h"

#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/map.h"
#include "gaz/repo/git.h"
#include "hostile_history.h"

#define STEPS 120
#define SEEDS 40

static gaz_error err;

/* path → index + 1 of its entry; 0: gone */
typedef struct snapshot {
    gaz_map paths;
    gaz_entry *entries;
    size_t count, cap, live;
    char last[GAZ_PATH_BYTES_MAX + 1];
} snapshot;

static snapshot *snapshot_new(void)
{
    snapshot *s = calloc(1, sizeof *s);
    assert_non_null(s);
    gaz_map_init(&s->paths);
    return s;
}

static void snapshot_free(snapshot *s)
{
    gaz_map_release(&s->paths);
    free(s->entries);
    free(s);
}

static uint64_t *place(snapshot *s, const gaz_entry *e)
{
    uint64_t *at = gaz_map_put(&s->paths, e->path, e->path_len, NULL);
    assert_non_null(at);
    return at;
}

static void put(snapshot *s, const gaz_entry *e)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->entries = realloc(s->entries, s->cap * sizeof *s->entries);
        assert_non_null(s->entries);
    }
    s->entries[s->count++] = *e;
    *place(s, e) = s->count;
}

static void in_order(snapshot *s, const gaz_entry *e)
{
    assert_true(strcmp(s->last, e->path) < 0);
    strcpy(s->last, e->path);
}

static gaz_status take(void *ctx, const gaz_entry *e, gaz_error *unused)
{
    snapshot *s = ctx;
    (void)unused;
    in_order(s, e);
    put(s, e);
    s->live++;
    return GAZ_OK;
}

static gaz_status apply(void *ctx, gaz_change_kind kind, const gaz_entry *e, gaz_error *unused)
{
    snapshot *s = ctx;
    (void)unused;
    in_order(s, e);
    bool there = *place(s, e) != 0;
    assert_int_equal(kind != GAZ_CHANGE_ADD, there);
    if (kind == GAZ_CHANGE_DELETE) {
        *place(s, e) = 0;
        s->live--;
    } else {
        put(s, e);
        s->live += !there;
    }
    return GAZ_OK;
}

static void assert_same(snapshot *fresh, snapshot *replayed, const hostile_step *step,
                        uint64_t seed)
{
    size_t at = 0;
    const gaz_map_slot *slot;
    if (fresh->live != replayed->live)
        fail_msg("seed %llu, step %u (%s): %zu paths, replayed %zu", (unsigned long long)seed,
                 step->number, step->what, fresh->live, replayed->live);
    while (gaz_map_next(&fresh->paths, &at, &slot)) {
        const uint64_t *other = gaz_map_get(&replayed->paths, slot->key, slot->len);
        const gaz_entry *a = &fresh->entries[slot->value - 1],
                        *b = other && *other ? &replayed->entries[*other - 1] : NULL;
        if (!b || a->kind != b->kind || gaz_oid_compare(&a->oid, &b->oid) != 0 ||
            strcmp(a->why ? a->why : "", b->why ? b->why : "") != 0)
            fail_msg("seed %llu, step %u (%s): '%s' differs", (unsigned long long)seed,
                     step->number, step->what, slot->key);
    }
}

/* One tracked branch: its state so far. */
typedef struct tracked {
    char name[32];
    gaz_oid commit;
    snapshot *state;
} tracked;

static snapshot *walk(gaz_repo *repo, const gaz_oid *commit)
{
    snapshot *s = snapshot_new();
    assert_ok(gaz_repo_walk(repo, commit, take, s, &err));
    return s;
}

/* Follows one branch of a step: by a diff when it is known, from scratch when it is new. */
static void follow(gaz_repo *repo, tracked *t, const hostile_branch *branch,
                   const hostile_step *step, uint64_t seed)
{
    gaz_oid resolved;
    assert_ok(gaz_repo_resolve(repo, branch->name, &resolved, &err));
    assert_int_equal(0, gaz_oid_compare(&resolved, &branch->commit));
    if (!t->state) {
        t->state = walk(repo, &branch->commit);
    } else {
        t->state->last[0] = '\0';
        assert_ok(gaz_repo_diff(repo, &t->commit, &branch->commit, apply, t->state, &err));
    }
    strcpy(t->name, branch->name);
    t->commit = branch->commit;
    snapshot *fresh = walk(repo, &branch->commit);
    assert_same(fresh, t->state, step, seed);
    snapshot_free(fresh);
}

typedef struct listed {
    const hostile_step *step;
    size_t count;
} listed;

static gaz_status check_branch(void *ctx, const char *name, const gaz_oid *commit,
                               gaz_error *unused)
{
    listed *l = ctx;
    (void)unused;
    for (size_t i = 0; i < l->step->count; i++)
        if (strcmp(l->step->branches[i].name, name) == 0 &&
            gaz_oid_compare(&l->step->branches[i].commit, commit) == 0)
            l->count++;
    return GAZ_OK;
}

static void check_refs(gaz_repo *repo, const hostile_step *step)
{
    listed l = {.step = step};
    gaz_strbuf head = GAZ_STRBUF_INIT;
    gaz_oid commit;
    assert_ok(gaz_repo_branches(repo, (const char *const[]){"*"}, 1, check_branch, &l, &err));
    assert_int_equal(step->count, l.count);
    assert_ok(gaz_repo_head(repo, &head, &commit, &err));
    assert_string_equal(step->head, head.data);
    gaz_strbuf_release(&head);
}

static void replay(uint64_t seed)
{
    char *dir = make_temp_dir(), path[600];
    snprintf(path, sizeof path, "%s/history.git", dir);
    hostile_history *history = hostile_history_new(path, seed);
    gaz_repo *repo = NULL;
    tracked branches[16] = {{.name = ""}};
    assert_ok(gaz_repo_open(path, &repo, &err));
    for (int i = 0; i < STEPS; i++) {
        hostile_step step;
        hostile_history_step(history, &step);
        check_refs(repo, &step);
        for (size_t b = 0; b < step.count; b++) {
            size_t slot = 0;
            while (slot < 16 && branches[slot].state &&
                   strcmp(branches[slot].name, step.branches[b].name) != 0)
                slot++;
            if (slot == 16) { /* forget the oldest topic */
                slot = 1;
                snapshot_free(branches[1].state);
                branches[1].state = NULL;
            }
            follow(repo, &branches[slot], &step.branches[b], &step, seed);
        }
    }
    for (size_t i = 0; i < 16; i++)
        if (branches[i].state)
            snapshot_free(branches[i].state);
    gaz_repo_close(repo);
    hostile_history_free(history);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static void a_diff_applied_to_the_old_walk_is_the_new_walk(void **state)
{
    (void)state;
    uint64_t first = proof_say_seed() * SEEDS;
    unsigned histories = proof_rounds(SEEDS);
    for (uint64_t seed = first; seed < first + histories; seed++)
        replay(seed);
    proof_report("adversarial histories whose diffs lead from walk to walk", histories);
}

static gaz_status count_change(void *ctx, gaz_change_kind kind, const gaz_entry *e,
                               gaz_error *unused)
{
    (void)kind, (void)unused;
    assert_non_null(e);
    ++*(size_t *)ctx;
    return GAZ_OK;
}

/* Every kind of hostile tree against every other, both ways. */
static void diffs_between_hostile_trees_agree_with_their_walks(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), path[600];
    snprintf(path, sizeof path, "%s/mixed.git", dir);
    hostile_repo *h = hostile_new(path);
    gaz_oid heads[32];
    const char *names[32];
    size_t count = 0;
    gaz_repo *repo = NULL;
    assert_ok(gaz_repo_open(path, &repo, &err));
    for (size_t i = 0; i < hostile_kind_count; i++) {
        if (hostile_kinds[i].refused || strcmp(hostile_kinds[i].name, "flat") == 0)
            continue;
        hostile_kinds[i].write(h, "/nonexistent/marker");
        names[count] = hostile_kinds[i].name;
        assert_ok(gaz_repo_resolve(repo, "main", &heads[count++], &err));
    }
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++) {
            const hostile_step step = {.number = (unsigned)b, .what = names[b]};
            snapshot *moved = walk(repo, &heads[a]), *fresh = walk(repo, &heads[b]);
            size_t changes = 0;
            moved->last[0] = '\0';
            assert_ok(gaz_repo_diff(repo, &heads[a], &heads[b], apply, moved, &err));
            assert_same(fresh, moved, &step, a);
            assert_ok(gaz_repo_diff(repo, &heads[a], &heads[b], count_change, &changes, &err));
            assert_int_equal(a == b, changes == 0);
            snapshot_free(moved);
            snapshot_free(fresh);
        }
    gaz_repo_close(repo);
    hostile_free(h);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static void the_same_seed_gives_the_same_history(void **state)
{
    (void)state;
    gaz_oid tips[2];
    for (int round = 0; round < 2; round++) {
        char *dir = make_temp_dir(), path[600];
        hostile_step step = {.number = 0};
        snprintf(path, sizeof path, "%s/history.git", dir);
        hostile_history *history = hostile_history_new(path, 7);
        for (int i = 0; i < 30; i++)
            hostile_history_step(history, &step);
        tips[round] = step.branches[0].commit;
        hostile_history_free(history);
        assert_ok(gaz_remove_all(dir, &err));
        free(dir);
    }
    assert_int_equal(0, gaz_oid_compare(&tips[0], &tips[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_diff_applied_to_the_old_walk_is_the_new_walk),
        cmocka_unit_test(diffs_between_hostile_trees_agree_with_their_walks),
        cmocka_unit_test(the_same_seed_gives_the_same_history),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
