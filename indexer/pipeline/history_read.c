/* One commit, as the index wants it: its record, what it changed, and a text of its message and of
 * the lines it added and removed. Each part is bounded for itself, so what is recorded of a commit
 * depends on that commit alone, and an index that grew is one that was made at once. Merges are
 * compared with their first parent, but their lines are not recorded: they are those of the commits
 * they bring. */
#include <stdio.h>
#include <string.h>

#include "history_run.h"

#define ARENA_MAX ((size_t)24 << 20)
#define CHANGES_MAX 20000  /* of a commit */
#define CHANGES_MERGE 5000 /* of a merge */
#define CHANGES_LITTLE 500 /* of a commit whose paths are so long that memory ran out */
#define NODES_MAX 200000   /* entries of trees looked at for one commit */
#define DIFF_FILES 500     /* files of a commit whose lines are recorded */
#define DIFF_BLOB ((uint64_t)512 << 10) /* bytes of a file whose lines are recorded */
#define DIFF_READ ((uint64_t)8 << 20)   /* bytes read for the lines of one commit */

_Static_assert((int)GAZ_HISTORY_RENAME == 4 && GAZ_COMMIT_RENAMED == 3,
               "kinds of changes are told by number");

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read a commit");
}

/* ---- lines ---- */

typedef struct line_state {
    gaz_strbuf *out;
    uint32_t before, after; /* what the reader of the text expects next */
    bool cut;
} line_state;

static gaz_status put_line(void *ctx, const gaz_history_line *line, gaz_error *err)
{
    line_state *s = ctx;
    uint32_t *next = line->sign == '+' ? &s->after : &s->before;
    (void)err;
    if (s->out->len > GAZ_COMMIT_TEXT_MAX) {
        s->cut = true;
        return GAZ_DONE;
    }
    if (line->line != *next) {
        *next = line->line;
        gaz_strbuf_printf(s->out, "@%u %u\n", s->before, s->after);
    }
    ++*next;
    s->cut |= gaz_commit_text_put(s->out, line->sign, line->text, line->len);
    return GAZ_OK;
}

/* @param read  bytes read so far for this commit */
static gaz_status put_file(gaz_repo *repo, const gaz_history_change *change, gaz_strbuf *out,
                           uint64_t *read, bool *cut, gaz_error *err)
{
    static const char *const reasons[] = {[GAZ_LINES_WHOLE] = NULL,
                                          [GAZ_LINES_BINARY] = "binary",
                                          [GAZ_LINES_TOO_LARGE] = "too large",
                                          [GAZ_LINES_UNREADABLE] = "unreadable"};
    line_state s = {.out = out, .before = 0, .after = 0};
    gaz_lines_end end = GAZ_LINES_TOO_LARGE;
    uint64_t size = 0;
    (void)gaz_commit_text_put(out, '=', change->path, change->path_len);
    if (*read <= DIFF_READ && change->entry != GAZ_ENTRY_SUBMODULE) {
        gaz_status st = gaz_history_lines(repo, change, DIFF_BLOB, put_line, &s, &end, err);
        if (st != GAZ_OK && st != GAZ_DONE)
            return st;
        if (st == GAZ_DONE)
            end = GAZ_LINES_WHOLE;
        if (gaz_repo_blob_size(repo,
                               gaz_oid_is_zero(&change->after) ? &change->before : &change->after,
                               &size, NULL) == GAZ_OK)
            *read += size < DIFF_BLOB ? size : 0;
    }
    if (change->entry == GAZ_ENTRY_SUBMODULE)
        end = GAZ_LINES_BINARY;
    if (reasons[end])
        (void)gaz_commit_text_put(out, '!', reasons[end], strlen(reasons[end]));
    *cut |= s.cut || end == GAZ_LINES_TOO_LARGE || end == GAZ_LINES_UNREADABLE;
    return gaz_strbuf_check(out, err);
}

static void put_message(const gaz_commit_info *info, gaz_strbuf *out)
{
    const char *at = info->message, *end = at + info->message_len;
    while (end > at && (end[-1] == '\n' || end[-1] == ' '))
        end--;
    while (at < end) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        eol = eol ? eol : end;
        (void)gaz_commit_text_put(out, ' ', at, (size_t)(eol - at));
        at = eol < end ? eol + 1 : end;
    }
    if (end == info->message) /* a document has some text */
        (void)gaz_commit_text_put(out, ' ', "", 0);
}

static gaz_status put_text(gaz_repo *repo, const gaz_commit_info *info,
                           const gaz_history_changes *changes, history_item *item, gaz_error *err)
{
    bool cut = changes->cut;
    uint64_t read = 0;
    gaz_status st = GAZ_OK;
    gaz_strbuf_reset(&item->text);
    put_message(info, &item->text);
    bool merge = info->parent_count > 1;
    for (size_t i = 0; st == GAZ_OK && !merge && i < changes->count; i++) {
        if (i == DIFF_FILES || item->text.len > GAZ_COMMIT_TEXT_MAX) {
            cut = true;
            break;
        }
        st = put_file(repo, &changes->items[i], &item->text, &read, &cut, err);
    }
    if (cut && !merge)
        item->record.flags |= GAZ_COMMIT_DIFF_CUT;
    return st == GAZ_OK ? gaz_strbuf_check(&item->text, err) : st;
}

/* ---- changes ---- */

static gaz_status take_changes(const gaz_history_changes *changes, history_item *item,
                               gaz_error *err)
{
    gaz_commit_change *list = gaz_arena_array(&item->arena, changes->count + 1, sizeof *list);
    if (!list)
        return no_memory(err);
    for (size_t i = 0; i < changes->count; i++) {
        const gaz_history_change *c = &changes->items[i];
        list[i] = (gaz_commit_change){.kind = (gaz_commit_change_kind)(c->kind - 1),
                                      .path = c->path,
                                      .path_len = c->path_len,
                                      .from = c->from,
                                      .from_len = c->from_len};
    }
    item->record.changes = list;
    item->record.change_count = (uint32_t)changes->count;
    item->record.flags |= (changes->cut ? GAZ_COMMIT_CHANGES_CUT : 0u) |
                          (changes->unreadable ? GAZ_COMMIT_UNREADABLE : 0u);
    return GAZ_OK;
}

/* ---- all together ---- */

static gaz_commit_person person_of(const gaz_signature *s)
{
    return (gaz_commit_person){s->name, s->email, s->when, s->offset};
}

static void take_info(const gaz_commit_info *info, history_item *item)
{
    item->record = (gaz_commit_record){.id = info->id,
                                       .parents = info->parents,
                                       .parent_count = info->parent_count,
                                       .flags = (info->parent_count > 1 ? GAZ_COMMIT_MERGE : 0u) |
                                                (info->message_cut ? GAZ_COMMIT_MESSAGE_CUT : 0u) |
                                                (info->parents_cut ? GAZ_COMMIT_PARENTS_CUT : 0u) |
                                                (item->missing ? GAZ_COMMIT_PARENT_MISSING : 0u),
                                       .author = person_of(&info->author),
                                       .committer = person_of(&info->committer),
                                       .message = info->message,
                                       .message_len = info->message_len};
}

static gaz_status read_once(gaz_repo *repo, history_item *item, size_t most, gaz_error *err)
{
    gaz_commit_info info;
    gaz_history_changes changes = {.items = NULL};
    gaz_history_limits limits = {.changes = most, .nodes = NODES_MAX, .renames = true};
    gaz_error why = {0};
    gaz_arena_reset(&item->arena);
    gaz_status st = gaz_history_commit(repo, &item->id, &item->arena, &info, err);
    if (st != GAZ_OK)
        return st;
    if (info.parent_count > 1 && limits.changes > CHANGES_MERGE)
        limits.changes = CHANGES_MERGE;
    take_info(&info, item);
    if (item->crashes) {
        item->record.flags |= GAZ_COMMIT_CHANGES_NONE | GAZ_COMMIT_UNREADABLE | GAZ_COMMIT_DIFF_CUT;
        return put_text(repo, &info, &changes, item, err);
    }
    st = gaz_history_changes_read(repo, &info, &limits, &item->arena, &changes, &why);
    if (st == GAZ_E_NOMEM)
        return gaz_error_set(err, st, "%s", why.message);
    if (st != GAZ_OK)
        item->record.flags |= GAZ_COMMIT_CHANGES_NONE;
    st = take_changes(&changes, item, err);
    return st == GAZ_OK ? put_text(repo, &info, &changes, item, err) : st;
}

/* Long paths may fill the memory that a commit may take: then it has few changes, always the same.
 */
gaz_status history_read(gaz_repo *repo, history_item *item, gaz_error *err)
{
    gaz_error why = {0};
    gaz_status st = read_once(repo, item, CHANGES_MAX, &why);
    if (st == GAZ_E_NOMEM && item->arena.used > ARENA_MAX / 2) {
        gaz_error_clear(&why);
        st = read_once(repo, item, CHANGES_LITTLE, &why);
        item->record.flags |= GAZ_COMMIT_CHANGES_CUT;
    }
    return st == GAZ_OK ? st : gaz_error_set(err, st, "%s", why.message);
}

void history_item_init(history_item *item)
{
    memset(item, 0, sizeof *item);
    gaz_arena_init(&item->arena, ARENA_MAX);
    gaz_strbuf_init(&item->text, GAZ_COMMIT_TEXT_MAX + ((size_t)4 << 20));
}

void history_item_release(history_item *item)
{
    gaz_arena_release(&item->arena);
    gaz_strbuf_release(&item->text);
}
