/* owners: who answers for files and directories: by the rule of CODEOWNERS that matches, and by who
 * changed them lately. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "history_answer.h"
#include "owner_rules.h"

#define FILES_MAX 50000u /* of one directory that rules are held against */
#define PEOPLE_MAX 100000
#define RECENT_S ((int64_t)365 * 86400)

/* The files of the ref at or below a path. */
static gaz_status add_files(history_answer *a, owner_rules *rules, const history_path *p,
                            uint32_t *files, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    uint32_t first = 0, count = 0;
    gaz_ref_files_below(a->files, p->text, p->len, &first, &count);
    for (uint32_t i = 0; st == GAZ_OK && i < count && i < FILES_MAX; i++) {
        gaz_ref_file f;
        if (i % 256 == 255 && gaz_expired(a->deadline)) {
            a->reason = a->reason ? a->reason : "timeout";
            break;
        }
        gaz_ref_files_at(a->files, first + i, &f);
        st = owner_rules_add(rules, f.path, f.path_len, err);
    }
    if (count > FILES_MAX && !a->reason)
        a->reason = "limit";
    *files = count;
    return st;
}

/* ---- by commits ---- */

static void put_people(history_answer *a, const gaz_commits_author *list, size_t count,
                       uint64_t total)
{
    size_t limit = (size_t)call_number(a->call, "limit");
    gaz_json_key(&a->json, "people");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; i < count && i < limit; i++) {
        gaz_json_object_begin(&a->json);
        gaz_json_put_cstring(&a->json, "name", list[i].name);
        gaz_json_put_cstring(&a->json, "email", list[i].email);
        gaz_json_put_int(&a->json, "commits", list[i].commits);
        gaz_json_key(&a->json, "share");
        gaz_json_double(&a->json, (double)list[i].commits / (double)total);
        put_seconds(&a->json, "last", list[i].last);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    if (count > limit && !a->reason)
        a->reason = "limit";
}

/* Who changed it since a time; when nobody did, since ever. */
static gaz_status list_people(history_answer *a, const history_path *p, gaz_error *err)
{
    gaz_commits_filter filter = history_filter(a);
    gaz_commits_author *list = NULL;
    size_t count = 0;
    uint64_t total = 0;
    gaz_status st = history_read_time(a->call, "after", &filter.after, err);
    filter.path = p->text;
    filter.path_len = p->len;
    filter.below = p->directory;
    if (!call_text(a->call, "after"))
        filter.after = gaz_wall_us() / 1000000 - RECENT_S;
    filter.before = INT64_MAX;
    if (st == GAZ_OK)
        st = gaz_commits_authors(a->index, &filter, PEOPLE_MAX, &a->arena, &list, &count, err);
    bool ever = st == GAZ_OK && !count;
    if (ever) {
        filter.after = filter.before = 0;
        st = gaz_commits_authors(a->index, &filter, PEOPLE_MAX, &a->arena, &list, &count, err);
    }
    if (st != GAZ_OK)
        return st;
    for (size_t i = 0; i < count; i++)
        total += list[i].commits;
    if (ever)
        gaz_json_put_cstring(&a->json, "since", NULL);
    else
        put_seconds(&a->json, "since", filter.after);
    gaz_json_put_int(&a->json, "commits", (int64_t)total);
    put_people(a, list, count, total);
    return GAZ_OK;
}

/* ---- all together ---- */

static gaz_status put_owners(history_answer *a, owner_rules *rules, const char *path,
                             gaz_error *err)
{
    history_path p;
    uint32_t files = 0;
    gaz_status st = history_find_path(a, path, &p, err);
    if (st != GAZ_OK)
        return st;
    owner_rules_reset(rules);
    gaz_json_object_begin(&a->json);
    put_bytes(&a->json, "path", "path_bytes", p.text, p.len);
    gaz_json_put_bool(&a->json, "directory", p.directory);
    gaz_json_put_bool(&a->json, "gone", p.gone);
    if (p.gone) /* what rules would say of it, were it still there */
        st = p.directory ? GAZ_OK : owner_rules_add(rules, p.text, p.len, err);
    else
        st = add_files(a, rules, &p, &files, err);
    gaz_json_put_int(&a->json, "files", files);
    owner_rules_put(rules, &a->json);
    if (st == GAZ_OK)
        st = list_people(a, &p, err);
    gaz_json_object_end(&a->json);
    return st;
}

gaz_status op_owners(gaz_call *call, gaz_error *err)
{
    history_answer a;
    owner_rules rules = {.owners = NULL};
    const gaz_value *paths = gaz_call_value(call, "path");
    gaz_status st = history_begin(&a, call, err);
    if (st == GAZ_OK)
        st = owner_rules_open(&rules, a.files, err);
    if (st == GAZ_OK) {
        gaz_json_put_cstring(&a.json, "codeowners", rules.path);
        gaz_json_put_int(&a.json, "ignored",
                         rules.owners ? (int64_t)gaz_owners_ignored(rules.owners) : 0);
        gaz_json_key(&a.json, "paths");
        gaz_json_array_begin(&a.json);
        for (size_t i = 0; st == GAZ_OK && i < paths->count; i++)
            st = put_owners(&a, &rules, paths->items[i], err);
        gaz_json_array_end(&a.json);
    }
    if (st == GAZ_OK)
        st = history_end(&a, err);
    owner_rules_release(&rules);
    history_release(&a);
    return st;
}
