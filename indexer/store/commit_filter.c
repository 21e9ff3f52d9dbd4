/* Filters over commits. People are decided once each, reachability by one walk over the links in
 * memory, words by FTS5: what is left per commit is a few look-ups. */
#include "commit_format.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/utf8.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to filter commits");
}

/* ---- people ---- */

static gaz_status match_person(const gaz_commits_filter *filter, const gaz_strbuf *wanted,
                               const char *name, const char *email, bool *out, gaz_error *err)
{
    if (filter->author_match && !filter->author_match(filter->author_ctx, name, email)) {
        *out = false;
        return GAZ_OK;
    }
    gaz_strbuf text = GAZ_STRBUF_INIT, folded = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&text, "%s <%s>", name, email);
    gaz_fold_text(&folded, text.data, text.len);
    gaz_status st = gaz_strbuf_check(&folded, err);
    if (st == GAZ_OK)
        *out = strstr(folded.data, wanted->data) != NULL;
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&folded);
    return st;
}

static gaz_status choose_people(gaz_commits *x, const gaz_commits_filter *filter, commit_sieve *s,
                                gaz_error *err)
{
    gaz_strbuf wanted = GAZ_STRBUF_INIT;
    const char *author = filter->author ? filter->author : "";
    if (!filter->author_match && !*author)
        return GAZ_OK;
    gaz_status st = gaz_commits_load_people(x, err);
    gaz_fold_text(&wanted, author, strlen(author));
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&wanted, err);
    s->people = calloc((size_t)x->person_count + 1, sizeof *s->people);
    if (st == GAZ_OK && !s->people)
        st = no_memory(err);
    for (uint32_t i = 0; st == GAZ_OK && i < x->person_count; i++)
        st = match_person(filter, &wanted, x->person_names[i], x->person_emails[i], &s->people[i],
                          err);
    gaz_strbuf_release(&wanted);
    return st;
}

/* ---- reachability ---- */

static gaz_status reach_parents(gaz_commits *x, uint32_t rank, uint64_t *bits, uint32_t *stack,
                                size_t *depth)
{
    gaz_commit_place p = x->state.state.order[rank];
    const commit_file *f = &x->files[p.file];
    commit_fixed r = commit_fixed_at(x, rank);
    for (uint32_t i = 0; i < r.parent_count; i++) {
        const uint64_t *at = gaz_map_get(&x->by_id, f->parents[r.parents_at + i].id, GAZ_OID_SIZE);
        if (!at || commit_bit(bits, (uint32_t)*at - 1))
            continue;
        commit_set_bit(bits, (uint32_t)*at - 1);
        stack[(*depth)++] = (uint32_t)*at - 1;
    }
    return GAZ_OK;
}

static gaz_status choose_reached(gaz_commits *x, const gaz_oid *from, commit_sieve *s,
                                 gaz_error *err)
{
    size_t count = x->state.state.count, depth = 0;
    char hex[GAZ_OID_HEX];
    gaz_status st = gaz_commits_load_ids(x, err);
    if (st != GAZ_OK)
        return st;
    const uint64_t *at = gaz_map_get(&x->by_id, from->id, GAZ_OID_SIZE);
    if (!at) {
        gaz_oid_format(from, hex);
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "commit %s is not in the commit index", hex);
    }
    uint32_t *stack = malloc((count + 1) * sizeof *stack);
    s->reached = calloc((count + 63) / 64 + 1, sizeof *s->reached);
    if (!stack || !s->reached) {
        free(stack);
        return no_memory(err);
    }
    commit_set_bit(s->reached, (uint32_t)*at - 1);
    stack[depth++] = (uint32_t)*at - 1;
    while (st == GAZ_OK && depth) {
        uint32_t rank = stack[--depth];
        st = reach_parents(x, rank, s->reached, stack, &depth);
    }
    free(stack);
    return st;
}

/* ---- all together ---- */

gaz_status gaz_commit_sieve_make(gaz_commits *x, const gaz_commits_filter *filter,
                                 commit_sieve *out, gaz_error *err)
{
    *out = (commit_sieve){.filter = filter};
    if (filter->path && filter->path_len > GAZ_COMMIT_PATH_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a path has at most %d bytes", GAZ_COMMIT_PATH_MAX);
    gaz_status st = choose_people(x, filter, out, err);
    if (st == GAZ_OK && filter->reach)
        st = choose_reached(x, filter->reach, out, err);
    if (st == GAZ_OK && filter->message) {
        out->worded = calloc((x->state.state.count + 63) / 64 + 1, sizeof *out->worded);
        st = out->worded ? gaz_commit_words_all(x, filter->message, out->worded, err)
                         : no_memory(err);
    }
    return st;
}

void gaz_commit_sieve_release(commit_sieve *s)
{
    free(s->people);
    free(s->reached);
    free(s->worded);
}

bool gaz_commit_sieve_pass(const gaz_commits *x, const commit_sieve *s, uint32_t rank)
{
    const gaz_commits_filter *filter = s->filter;
    if ((s->worded && !commit_bit(s->worded, rank)) ||
        (s->reached && !commit_bit(s->reached, rank)))
        return false;
    commit_fixed r = commit_fixed_at(x, rank);
    if (!filter->merges && (r.flags & GAZ_COMMIT_MERGE))
        return false;
    if ((filter->after || filter->before) && (r.when < filter->after || r.when >= filter->before))
        return false;
    return !s->people || s->people[x->files[x->state.state.order[rank].file].person[r.author]];
}
