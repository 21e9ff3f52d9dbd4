/* Lines of `git ls-remote --symref`: "ref: refs/heads/main<TAB>HEAD", then "<id><TAB><name>" in the
 * server's order. Names a server tells are not trusted: what git would not take for a reference is
 * left out, and git itself refuses it when it fetches. A remote that does not say what HEAD points
 * to (an old server, a detached HEAD) still tells its commit. */
#include "remote_refs.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/vec.h"
#include "run_program.h"

typedef GAZ_VEC(gaz_ref) ref_list;

static bool is_branch_or_tag(const char *name)
{
    return (strncmp(name, "refs/heads/", 11) == 0 || strncmp(name, "refs/tags/", 10) == 0) &&
           gaz_ref_name_valid(name);
}

/* One line without its end. */
static gaz_status take_line(gaz_remote_refs *refs, ref_list *list, char *line, gaz_error *err)
{
    char *tab = strchr(line, '\t');
    if (!tab)
        return GAZ_OK;
    *tab = '\0';
    const char *name = tab + 1;
    gaz_oid oid;
    if (strncmp(line, "ref: ", 5) == 0) {
        if (strcmp(name, "HEAD") == 0 && is_branch_or_tag(line + 5))
            refs->head = line + 5;
        return GAZ_OK;
    }
    if (gaz_oid_parse(line, &oid, NULL) != GAZ_OK)
        return GAZ_OK;
    if (strcmp(name, "HEAD") == 0)
        refs->head_oid = oid;
    if (is_branch_or_tag(name) && !gaz_vec_push(list, ((gaz_ref){.name = name, .oid = oid})))
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory listing the remote's branches");
    return GAZ_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const gaz_ref *)a)->name, ((const gaz_ref *)b)->name);
}

static gaz_status parse(gaz_remote_refs *refs, gaz_error *err)
{
    ref_list list = {.items = NULL};
    gaz_status st = GAZ_OK;
    for (char *line = refs->text.data; st == GAZ_OK && *line;) {
        size_t len = strcspn(line, "\n");
        char *next = line + len + (line[len] == '\n');
        if (line[len])
            line[len] = '\0';
        st = take_line(refs, &list, line, err);
        line = next;
    }
    if (list.len)
        qsort(list.items, list.len, sizeof list.items[0], by_name);
    size_t kept = 0;
    for (size_t i = 0; i < list.len; i++)
        if (!kept || strcmp(list.items[kept - 1].name, list.items[i].name) != 0)
            list.items[kept++] = list.items[i];
    refs->items = list.items;
    refs->len = kept;
    return st;
}

static gaz_status ask(gaz_git_command *c, const char *url, bool all, gaz_remote_refs *refs,
                      gaz_error *err)
{
    static const char *const words[] = {"ls-remote", "--symref", "--", NULL};
    gaz_strbuf_reset(&refs->text);
    gaz_git_command_begin(c, "/nonexistent", words); /* else git reads the working
                                                        directory's configuration */
    gaz_git_command_add(c, url);
    gaz_git_command_add(c, "HEAD");
    if (all) {
        gaz_git_command_add(c, "refs/heads/*");
        gaz_git_command_add(c, "refs/tags/*");
    }
    return gaz_git_command_run(c, "asking the remote what it has", &refs->text, err);
}

gaz_status gaz_remote_refs_read(gaz_git_command *c, const char *url, gaz_remote_refs *out,
                                gaz_error *err)
{
    gaz_error why = {.status = GAZ_OK};
    *out = (gaz_remote_refs){.known = true, .text = GAZ_STRBUF_INIT};
    gaz_status st = ask(c, url, true, out, &why);
    if (st == GAZ_E_LIMIT) {
        gaz_error_clear(&why);
        out->known = false;
        st = ask(c, url, false, out, &why);
    }
    if (st == GAZ_E_LIMIT) {
        gaz_error_clear(&why);
        gaz_error_set(&why, st,
                      "the remote's answer has no end: more than %zu bytes though only HEAD was "
                      "asked for",
                      GAZ_PROGRAM_OUTPUT_MAX);
        gaz_error_hint(&why, "look at what answers there, or remove the repository");
    }
    if (st == GAZ_OK)
        st = parse(out, &why);
    out->unsure = out->known && !out->len &&
                  (c->source.scheme == GAZ_SCHEME_HTTP || c->source.scheme == GAZ_SCHEME_HTTPS);
    if (st == GAZ_OK)
        return GAZ_OK;
    if (err && err->status == GAZ_OK)
        *err = why;
    gaz_remote_refs_release(out);
    return st;
}

void gaz_remote_refs_release(gaz_remote_refs *refs)
{
    gaz_strbuf_release(&refs->text);
    free(refs->items);
    *refs = (gaz_remote_refs){.text = GAZ_STRBUF_INIT};
}

static const gaz_ref *find(const gaz_remote_refs *refs, const char *name)
{
    const gaz_ref wanted = {.name = name};
    return refs->len ? bsearch(&wanted, refs->items, refs->len, sizeof refs->items[0], by_name)
                     : NULL;
}

static bool points_to(const gaz_remote_refs *refs, const char *name)
{
    const gaz_ref *ref = find(refs, name);
    return ref && gaz_oid_compare(&ref->oid, &refs->head_oid) == 0;
}

/* A branch that is at HEAD's commit: as it is now, else one of the usual names, else any. */
static const char *guess(const gaz_remote_refs *refs, const char *now)
{
    const char *const usual[] = {now, "refs/heads/main", "refs/heads/master"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (points_to(refs, usual[i]))
            return usual[i];
    for (size_t i = 0; i < refs->len; i++)
        if (strncmp(refs->items[i].name, "refs/heads/", 11) == 0 &&
            gaz_oid_compare(&refs->items[i].oid, &refs->head_oid) == 0)
            return refs->items[i].name;
    return NULL;
}

gaz_status gaz_remote_refs_head(const gaz_remote_refs *refs, gaz_repo *clone, gaz_strbuf *out,
                                gaz_error *err)
{
    gaz_strbuf now = GAZ_STRBUF_INIT;
    gaz_oid oid = {{0}}, commit;
    gaz_status st = gaz_ref_lookup(clone, "HEAD", &oid, &now, NULL);
    if (st == GAZ_E_NOMEM)
        return gaz_error_set(err, st, "out of memory reading HEAD");
    bool told = refs->head != NULL, somewhere = !gaz_oid_is_zero(&refs->head_oid);
    const char *name = told ? refs->head : somewhere ? guess(refs, now.data) : NULL;
    bool exists =
        name && (refs->known ? find(refs, name) != NULL
                             : gaz_ref_lookup(clone, name, &commit, NULL, NULL) == GAZ_OK);
    if (exists) {
        if (strcmp(now.data, name) != 0)
            gaz_strbuf_printf(out, "ref: %s", name);
    } else if (!told && somewhere && gaz_oid_compare(&oid, &refs->head_oid) != 0 &&
               gaz_object_peel(clone, &refs->head_oid, &commit, NULL) == GAZ_OK) {
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&refs->head_oid, hex);
        gaz_strbuf_puts(out, hex);
    }
    gaz_strbuf_release(&now);
    return gaz_strbuf_check(out, err);
}

static bool same(const gaz_remote_refs *refs, const gaz_refs *heads, const gaz_refs *tags)
{
    if (heads->len + tags->len != refs->len)
        return false;
    for (size_t i = 0; i < refs->len; i++) { /* "refs/heads/" sorts before "refs/tags/" */
        const gaz_ref *ours = i < heads->len ? &heads->items[i] : &tags->items[i - heads->len];
        if (strcmp(ours->name, refs->items[i].name) != 0 ||
            gaz_oid_compare(&ours->oid, &refs->items[i].oid) != 0)
            return false;
    }
    return true;
}

gaz_status gaz_remote_refs_differ(const gaz_remote_refs *refs, gaz_repo *clone, bool *differ,
                                  gaz_error *err)
{
    gaz_refs heads = {.items = NULL}, tags = {.items = NULL};
    gaz_strbuf head = GAZ_STRBUF_INIT;
    gaz_status st = gaz_refs_list(clone, "refs/heads/", &heads, err);
    if (st == GAZ_OK)
        st = gaz_refs_list(clone, "refs/tags/", &tags, err);
    if (st == GAZ_OK && refs->unsure && heads.len + tags.len) {
        st = gaz_error_set(err, GAZ_E_REMOTE,
                           "the remote says that it has no branches any more, "
                           "as an answer that was cut short would");
        gaz_error_hint(err, "it is tried again, and the clone kept as it is; when the remote was "
                            "emptied on purpose, remove the repository");
    }
    if (st == GAZ_OK)
        st = gaz_remote_refs_head(refs, clone, &head, err);
    if (st == GAZ_OK)
        *differ = !refs->known || head.len || !same(refs, &heads, &tags);
    gaz_refs_free(&heads);
    gaz_refs_free(&tags);
    gaz_strbuf_release(&head);
    return st;
}
