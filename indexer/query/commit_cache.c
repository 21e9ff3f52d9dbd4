/* Commit indexes kept open. Generations come with every push to any repository, a repository's
 * index changes with its own: a kept one is looked at once per generation, and opened again only
 * when it has other files. */
#include "commit_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct kept_index {
    char uid[33];
    uint64_t generation; /* at which it was seen to be the repository's */
    gaz_commit_texts *texts;
    uint64_t used;
} kept_index;

struct commit_cache {
    pthread_mutex_t lock;    /* over the indexes */
    pthread_mutex_t opening; /* one at a time: who waits finds it opened */
    kept_index kept[COMMIT_INDEXES_KEPT];
    uint64_t clock;
};

gaz_status commit_cache_new(commit_cache **out, gaz_error *err)
{
    commit_cache *c = calloc(1, sizeof *c);
    if (!c)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for commit indexes");
    pthread_mutex_init(&c->lock, NULL);
    pthread_mutex_init(&c->opening, NULL);
    *out = c;
    return GAZ_OK;
}

void commit_cache_free(commit_cache *c)
{
    if (!c)
        return;
    for (unsigned i = 0; i < COMMIT_INDEXES_KEPT; i++)
        gaz_commit_texts_close(c->kept[i].texts);
    pthread_mutex_destroy(&c->opening);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* Another reference of the kept index of a repository; NULL: there is none.
 * @param generation  at which it was seen */
static gaz_commit_texts *find(commit_cache *c, const char *uid, uint64_t *generation)
{
    gaz_commit_texts *found = NULL;
    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < COMMIT_INDEXES_KEPT && !found; i++) {
        kept_index *k = &c->kept[i];
        if (!k->texts || strcmp(k->uid, uid) != 0)
            continue;
        k->used = ++c->clock;
        *generation = k->generation;
        found = gaz_commit_texts_ref(k->texts);
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

static bool has_repo(const gaz_snapshot *snapshot, const char *uid)
{
    for (size_t i = 0; i < snapshot->repo_count; i++)
        if (strcmp(snapshot->repos[i].row.uid, uid) == 0)
            return true;
    return false;
}

static void let_go(kept_index *k)
{
    gaz_commit_texts_close(k->texts);
    *k = (kept_index){.texts = NULL};
}

/* Takes the place of the repository's own, else of the least recently used one.
 * @param texts  NULL: the repository has none any more */
static void keep(commit_cache *c, const gaz_snapshot *snapshot, const char *uid,
                 gaz_commit_texts *texts)
{
    pthread_mutex_lock(&c->lock);
    kept_index *slot = &c->kept[0];
    for (unsigned i = 0; i < COMMIT_INDEXES_KEPT; i++) {
        kept_index *k = &c->kept[i];
        if (k->texts && (strcmp(k->uid, uid) == 0 || !has_repo(snapshot, k->uid)))
            let_go(k);
        slot = k->used < slot->used ? k : slot;
    }
    if (texts) {
        let_go(slot);
        memcpy(slot->uid, uid, sizeof slot->uid);
        slot->texts = gaz_commit_texts_ref(texts);
        slot->generation = snapshot->generation;
        slot->used = ++c->clock;
    }
    pthread_mutex_unlock(&c->lock);
}

/* @param before  nullable: what was kept so far */
static gaz_status open_index(gaz_store *store, const gaz_repo_row *repo, gaz_commit_texts *before,
                             gaz_commit_texts **out, gaz_error *err)
{
    gaz_commits *index = NULL, *known = before ? gaz_commit_texts_index(before) : NULL;
    gaz_status st = gaz_commits_reopen(store, repo->id, known, &index, err);
    if (st != GAZ_OK)
        return st;
    if (index == known)
        *out = gaz_commit_texts_ref(before);
    else
        st = gaz_commit_texts_open(store, index, out, err);
    gaz_commits_unref(index);
    return st;
}

gaz_status commit_cache_get(commit_cache *c, gaz_store *store, const gaz_snapshot *snapshot,
                            const gaz_repo_row *repo, gaz_commit_texts **out, gaz_error *err)
{
    gaz_commit_texts *texts = NULL;
    uint64_t seen = 0;
    gaz_commit_texts *kept = find(c, repo->uid, &seen);
    if (kept && seen >= snapshot->generation) {
        *out = kept;
        return GAZ_OK;
    }
    gaz_commit_texts_close(kept);
    pthread_mutex_lock(&c->opening);
    kept = find(c, repo->uid, &seen); /* meanwhile opened? */
    gaz_status st = GAZ_OK;
    if (kept && seen >= snapshot->generation) {
        texts = gaz_commit_texts_ref(kept);
    } else {
        st = open_index(store, repo, kept, &texts, err);
        if (st == GAZ_OK || st == GAZ_E_NOT_FOUND)
            keep(c, snapshot, repo->uid, texts);
    }
    gaz_commit_texts_close(kept);
    pthread_mutex_unlock(&c->opening);
    if (st == GAZ_OK)
        *out = texts;
    return st;
}
