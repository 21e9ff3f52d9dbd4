/* A canonical text of a commit index: what an index that grew commit by commit must share with one
 * that was made at once. Files, numbers of paths and people, and how far a run has come are left
 * out. */
#include "commit_format.h"

#include <inttypes.h>
#include <string.h>

#define SCRATCH_MAX ((size_t)1 << 30)

static void put_person(gaz_strbuf *out, const char *role, const gaz_commit_person *p)
{
    gaz_strbuf_printf(out, "%s %s <%s> %" PRId64 " %d\n", role, p->name, p->email, p->when,
                      (int)p->offset);
}

static gaz_status put_commit(gaz_commits *x, uint32_t rank, gaz_arena *scratch, gaz_strbuf *out,
                             gaz_error *err)
{
    gaz_commit_record r;
    char hex[GAZ_OID_HEX];
    gaz_arena_reset(scratch);
    gaz_status st = gaz_commits_get(x, rank, true, scratch, &r, err);
    if (st != GAZ_OK)
        return st;
    gaz_oid_format(&r.id, hex);
    gaz_strbuf_printf(out, "commit %s %u\n", hex, r.flags);
    for (uint32_t i = 0; i < r.parent_count; i++) {
        gaz_oid_format(&r.parents[i], hex);
        gaz_strbuf_printf(out, "parent %s\n", hex);
    }
    put_person(out, "author", &r.author);
    put_person(out, "committer", &r.committer);
    gaz_strbuf_printf(out, "message %zu\n", r.message_len);
    gaz_strbuf_add(out, r.message, r.message_len);
    gaz_strbuf_putc(out, '\n');
    for (uint32_t i = 0; i < r.change_count; i++) {
        const gaz_commit_change *c = &r.changes[i];
        gaz_strbuf_printf(out, "%c %.*s", "ADMR"[c->kind], (int)c -> path_len, c -> path);
        if (c->from)
            gaz_strbuf_printf(out, " from %.*s", (int)c->from_len, c->from);
        gaz_strbuf_putc(out, '\n');
    }
    return gaz_strbuf_check(out, err);
}

static gaz_status put_path(void *ctx, const gaz_path_stats *s, gaz_error *err)
{
    gaz_strbuf_printf(ctx, "path %s %u %u %u %u %d\n", s->path, s->commits, s->authors,
                      s->last_rank, s->first_rank, s->gone);
    return gaz_strbuf_check(ctx, err);
}

gaz_status gaz_commits_dump(gaz_commits *x, gaz_strbuf *out, gaz_error *err)
{
    const gaz_commits_state *s = &x->state.state;
    char hex[GAZ_OID_HEX];
    gaz_arena scratch;
    gaz_status st = GAZ_OK;
    gaz_strbuf_printf(out, "limit %" PRIu64 " goes_on %d missing %" PRIu64 "\n", s->limit,
                      s->end.goes_on, s->end.missing);
    for (size_t i = 0; i < s->tip_count; i++) {
        gaz_oid_format(&s->tips[i], hex);
        gaz_strbuf_printf(out, "tip %s\n", hex);
    }
    gaz_arena_init(&scratch, SCRATCH_MAX);
    for (uint32_t rank = 0; st == GAZ_OK && rank < s->count; rank++)
        st = put_commit(x, rank, &scratch, out, err);
    gaz_arena_release(&scratch);
    return st == GAZ_OK ? gaz_commits_paths(x, "", 0, put_path, out, err) : st;
}
