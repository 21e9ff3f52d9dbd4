/* CODEOWNERS is read from the indexed text of the ref that is asked about: its rules are those of
 * that commit. */
#include "owner_rules.h"

#include <stdlib.h>
#include <string.h>

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the owners of files");
}

gaz_status owner_rules_open(owner_rules *r, gaz_ref_files *files, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    *r = (owner_rules){.owners = NULL};
    gaz_map_init(&r->numbers);
    for (size_t i = 0; gaz_owners_places[i] && !r->path && st == GAZ_OK; i++) {
        uint32_t file = gaz_ref_files_exact(files, gaz_owners_places[i]);
        gaz_ref_file f;
        if (file == UINT32_MAX)
            continue;
        gaz_ref_files_at(files, file, &f);
        if (f.skip)
            continue;
        st = gaz_ref_files_text(files, file, 0, 0, &text, err);
        if (st == GAZ_OK)
            st = gaz_owners_parse(text.data, text.len, &r->owners, err);
        r->path = gaz_owners_places[i];
    }
    gaz_strbuf_release(&text);
    return st;
}

void owner_rules_release(owner_rules *r)
{
    gaz_owners_free(r->owners);
    gaz_vec_free(&r->found);
    gaz_map_release(&r->numbers);
}

void owner_rules_reset(owner_rules *r)
{
    r->found.len = 0;
    gaz_map_release(&r->numbers);
    gaz_map_init(&r->numbers);
    r->unowned = 0;
}

/* ---- matching ---- */

typedef struct visit {
    owner_rules *rules;
    bool owned;
} visit;

static bool note(void *ctx, const gaz_owner_match *match)
{
    visit *v = ctx;
    owner_rules *r = v->rules;
    bool added = false;
    uint64_t *slot = gaz_map_put(&r->numbers, &match->line, sizeof match->line, &added);
    if (slot && added) {
        owner_rule rule = {.match = *match};
        r->failed |= !gaz_vec_push(&r->found, rule);
        *slot = r->found.len;
    }
    r->failed |= !slot;
    if (r->failed)
        return false;
    r->found.items[*slot - 1].files++;
    v->owned |= match->owner_count > 0;
    return true;
}

gaz_status owner_rules_add(owner_rules *r, const char *path, size_t len, gaz_error *err)
{
    visit v = {.rules = r};
    if (r->owners)
        gaz_owners_of(r->owners, path, len, note, &v);
    r->unowned += !v.owned;
    return r->failed ? no_memory(err) : GAZ_OK;
}

/* ---- telling ---- */

static int by_files(const void *a, const void *b)
{
    const owner_rule *x = a, *y = b;
    if (x->files != y->files)
        return x->files > y->files ? -1 : 1;
    return x->match.line < y->match.line ? -1 : x->match.line > y->match.line;
}

static void put_names(gaz_json_writer *w, const gaz_owner_match *m)
{
    gaz_json_key(w, "owners");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < m->owner_count; i++)
        gaz_json_cstring(w, m->owners[i]);
    gaz_json_array_end(w);
}

void owner_rules_put(owner_rules *r, gaz_json_writer *w)
{
    if (r->found.len)
        qsort(r->found.items, r->found.len, sizeof *r->found.items, by_files);
    gaz_json_key(w, "rules");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < r->found.len && i < OWNER_RULES_SHOWN; i++) {
        const owner_rule *rule = &r->found.items[i];
        gaz_json_object_begin(w);
        put_names(w, &rule->match);
        gaz_json_put_cstring(w, "pattern", rule->match.pattern);
        gaz_json_put_cstring(w, "file", r->path);
        gaz_json_put_int(w, "line", rule->match.line);
        gaz_json_put_cstring(w, "section", rule->match.section[0] ? rule->match.section : NULL);
        gaz_json_put_bool(w, "optional", rule->match.optional);
        gaz_json_put_int(w, "files", rule->files);
        gaz_json_object_end(w);
    }
    gaz_json_array_end(w);
    gaz_json_put_int(w, "unowned", r->unowned);
    /* Sorted, the numbers of the map are wrong. */
    gaz_map_release(&r->numbers);
    gaz_map_init(&r->numbers);
}

typedef struct owner_count {
    const char *name;
    uint32_t files, line;
} owner_count;

static int by_count(const void *a, const void *b)
{
    const owner_count *x = a, *y = b;
    if (x->files != y->files)
        return x->files > y->files ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Files of an owner that several rules name are counted with each; a file matches one rule of a
 * section. */
static gaz_status count_owners(const owner_rules *r, gaz_arena *arena, owner_count **out,
                               size_t *count, gaz_error *err)
{
    size_t most = 0;
    gaz_map seen;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < r->found.len; i++)
        most += r->found.items[i].match.owner_count;
    owner_count *list = gaz_arena_array(arena, most + 1, sizeof *list);
    *count = 0;
    if (!list)
        return no_memory(err);
    gaz_map_init(&seen);
    for (size_t i = 0; st == GAZ_OK && i < r->found.len; i++) {
        const owner_rule *rule = &r->found.items[i];
        for (size_t k = 0; st == GAZ_OK && k < rule->match.owner_count; k++) {
            const char *name = rule->match.owners[k];
            bool added = false;
            uint64_t *slot = gaz_map_put(&seen, name, strlen(name), &added);
            if (!slot) {
                st = no_memory(err);
                break;
            }
            if (added) {
                list[*count] = (owner_count){.name = name, .line = rule->match.line};
                *slot = (*count)++;
            }
            list[*slot].files += rule->files;
        }
    }
    gaz_map_release(&seen);
    *out = list;
    return st;
}

gaz_status owner_rules_put_owners(owner_rules *r, gaz_json_writer *w, gaz_arena *arena,
                                  gaz_error *err)
{
    owner_count *list = NULL;
    size_t count = 0;
    gaz_status st = count_owners(r, arena, &list, &count, err);
    if (st != GAZ_OK)
        return st;
    if (count)
        qsort(list, count, sizeof *list, by_count);
    gaz_json_key(w, "owners");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < count && i < OWNER_RULES_SHOWN; i++) {
        gaz_json_object_begin(w);
        gaz_json_put_cstring(w, "owner", list[i].name);
        gaz_json_put_int(w, "files", list[i].files);
        gaz_json_put_cstring(w, "file", r->path);
        gaz_json_put_int(w, "line", list[i].line);
        gaz_json_object_end(w);
    }
    gaz_json_array_end(w);
    return GAZ_OK;
}
