/* CODEOWNERS: one rule per line, a pattern as in .gitignore (without '!' and sets, on GitHub) and
 * who owns what it matches; the last rule that matches counts. GitLab adds sections, each of which
 * gives owners by itself, default owners for its rules, and exclusions.
 *
 * A pattern becomes globs over whole paths: "docs/" all below a directory of that name, at the root
 * when there is a slash elsewhere in it, anywhere otherwise; a pattern without a final "/" or "*"
 * matches a file, and all below a directory. "docs/" followed by a star matches what is in the
 * directory and not below it, which is where it differs from .gitignore. Rules are tried from the
 * last to the first. https://docs.github.com/articles/about-code-owners,
 * https://docs.gitlab.com/user/project/codeowners/reference */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gaz/base/vec.h"
#include "gaz/repo/history.h"
#include "glob.h"

#define ARENA_MAX ((size_t)256 << 20)
#define SECTIONS_MAX 1000
#define OWNERS_MAX 500 /* of one rule */
#define PATTERN_MAX 2048

const char *const gaz_owners_places[] = {".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS",
                                         ".gitlab/CODEOWNERS", NULL};

typedef struct section {
    const char *name;
    bool optional;
    const char **defaults;
    size_t default_count;
} section;

typedef struct rule {
    gaz_glob *exact, *below; /* below: NULL when only files match */
    const char *pattern;
    uint32_t line, section;
    bool excludes;
    const char **owners;
    size_t owner_count;
} rule;

struct gaz_owners {
    gaz_arena arena;
    GAZ_VEC(section) sections;
    GAZ_VEC(rule) rules;
    size_t ignored;
};

typedef struct words {
    const char *items[OWNERS_MAX];
    size_t count;
    bool cut;
} words;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a CODEOWNERS file");
}

/* ---- lines ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The word at `*at`: to the next space that no backslash stands before. The backslash before a
 * space or '#' goes. NULL at the end of the line or a comment; `*bad` when out of memory. */
static char *next_word(gaz_owners *o, const char **at, const char *end, bool *bad)
{
    while (*at < end && is_space(**at))
        ++*at;
    if (*at == end || **at == '#')
        return NULL;
    const char *from = *at;
    while (*at < end && !is_space(**at))
        *at += **at == '\\' && *at + 1 < end ? 2 : 1;
    char *copy = gaz_arena_alloc(&o->arena, (size_t)(*at - from) + 1);
    *bad = !copy;
    size_t len = 0;
    for (const char *p = from; copy && p < *at; p++)
        if (*p != '\\' || p + 1 == *at || (p[1] != ' ' && p[1] != '#'))
            copy[len++] = *p;
    return copy;
}

static gaz_status read_words(gaz_owners *o, const char *at, const char *end, words *out,
                             gaz_error *err)
{
    bool bad = false;
    out->count = 0;
    out->cut = false;
    for (char *word; (word = next_word(o, &at, end, &bad));) {
        if (out->count < OWNERS_MAX)
            out->items[out->count++] = word;
        else
            out->cut = true;
    }
    return bad ? no_memory(err) : GAZ_OK;
}

static gaz_status keep_words(gaz_owners *o, const words *w, size_t from, const char ***out,
                             size_t *count, gaz_error *err)
{
    size_t n = w->count > from ? w->count - from : 0;
    const char **copy = gaz_arena_array(&o->arena, n + 1, sizeof *copy);
    if (!copy)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        copy[i] = w->items[from + i];
    *out = copy;
    *count = n;
    return GAZ_OK;
}

/* ---- patterns ---- */

static gaz_glob *make_glob(gaz_owners *o, const char *front, const char *pattern, size_t len,
                           const char *tail)
{
    char text[PATTERN_MAX + 64];
    size_t n = strlen(front), m = strlen(tail);
    memcpy(text, front, n);
    memcpy(text + n, pattern, len);
    memcpy(text + n + len, tail, m);
    return gaz_glob_new(&o->arena, text, n + len + m, true);
}

static gaz_status compile(gaz_owners *o, rule *r, gaz_error *err)
{
    const char *p = r->pattern;
    size_t len = strlen(p);
    bool directory = len && p[len - 1] == '/';
    bool anchored = len && memchr(p, '/', directory ? len - 1 : len) != NULL;
    if (len && *p == '/') {
        p++;
        len--;
    }
    if (directory && len)
        len--;
    const char *front = anchored ? "" : "**/";
    /* a star at the end of a path stays in its directory; a star alone is everything */
    bool flat = anchored && len && p[len - 1] == '*' && !(len > 1 && p[len - 2] == '*');
    r->exact = directory ? NULL : make_glob(o, front, p, len, "");
    r->below = flat && !directory ? NULL : make_glob(o, front, p, len, "/**");
    if ((!directory && !r->exact) || (!(flat && !directory) && !r->below))
        return no_memory(err);
    return GAZ_OK;
}

/* "[Name][2] @default", "^[Name]". False when the line is none. */
static bool section_head(const char *at, const char *end, const char **name, size_t *len,
                         bool *optional, const char **rest)
{
    *optional = at < end && *at == '^';
    at += *optional;
    if (at == end || *at != '[')
        return false;
    const char *close = memchr(at, ']', (size_t)(end - at));
    if (!close || close == at + 1)
        return false;
    *name = at + 1;
    *len = (size_t)(close - at - 1);
    at = close + 1;
    if (at < end && *at == '[') {
        const char *number = memchr(at, ']', (size_t)(end - at));
        at = number ? number + 1 : end;
    }
    *rest = at;
    return at == end || is_space(*at);
}

static gaz_status find_section(gaz_owners *o, const char *name, size_t len, uint32_t *out,
                               gaz_error *err)
{
    for (size_t i = 0; i < o->sections.len; i++) {
        const char *have = o->sections.items[i].name;
        if (strlen(have) == len && strncasecmp(have, name, len) == 0) {
            *out = (uint32_t)i;
            return GAZ_OK;
        }
    }
    if (o->sections.len >= SECTIONS_MAX) {
        o->ignored++;
        return GAZ_OK;
    }
    section s = {.name = gaz_arena_strndup(&o->arena, name, len)};
    if (!s.name || !gaz_vec_push(&o->sections, s))
        return no_memory(err);
    *out = (uint32_t)o->sections.len - 1;
    return GAZ_OK;
}

static gaz_status take_section(gaz_owners *o, const char *name, size_t len, bool optional,
                               const words *defaults, uint32_t *current, gaz_error *err)
{
    gaz_status st = find_section(o, name, len, current, err);
    section *s = &o->sections.items[*current];
    s->optional = optional;
    return st == GAZ_OK ? keep_words(o, defaults, 0, &s->defaults, &s->default_count, err) : st;
}

static gaz_status take_rule(gaz_owners *o, const words *w, uint32_t line, uint32_t current,
                            gaz_error *err)
{
    const char *pattern = w->items[0];
    rule r = {.line = line, .section = current, .excludes = pattern[0] == '!'};
    r.pattern = pattern + r.excludes;
    if (!*r.pattern || strlen(r.pattern) > PATTERN_MAX || o->rules.len >= GAZ_OWNERS_RULES_MAX) {
        o->ignored++;
        return GAZ_OK;
    }
    gaz_status st = keep_words(o, w, 1, &r.owners, &r.owner_count, err);
    if (!r.owner_count) { /* as the last heading of its section says */
        r.owners = o->sections.items[current].defaults;
        r.owner_count = o->sections.items[current].default_count;
    }
    if (st == GAZ_OK)
        st = compile(o, &r, err);
    if (st == GAZ_OK && !gaz_vec_push(&o->rules, r))
        st = no_memory(err);
    return st;
}

static gaz_status parse(gaz_owners *o, const char *text, size_t len, gaz_error *err)
{
    words *w = malloc(sizeof *w);
    uint32_t line = 0, current = 0;
    gaz_status st = w ? find_section(o, "", 0, &current, err) : no_memory(err);
    for (const char *at = text, *end = text + len, *eol; st == GAZ_OK && at < end; at = eol + 1) {
        const char *name, *rest;
        size_t name_len;
        bool optional;
        eol = memchr(at, '\n', (size_t)(end - at));
        eol = eol ? eol : end;
        line++;
        const char *first = at;
        while (first < eol && is_space(*first))
            first++;
        bool head = section_head(first, eol, &name, &name_len, &optional, &rest);
        st = read_words(o, head ? rest : first, eol, w, err);
        o->ignored += w->cut;
        if (st == GAZ_OK && head)
            st = take_section(o, name, name_len, optional, w, &current, err);
        else if (st == GAZ_OK && w->count)
            st = take_rule(o, w, line, current, err);
        if (eol == end)
            break;
    }
    free(w);
    return st;
}

gaz_status gaz_owners_parse(const char *text, size_t len, gaz_owners **out, gaz_error *err)
{
    gaz_owners *o = calloc(1, sizeof *o);
    if (!o)
        return no_memory(err);
    gaz_arena_init(&o->arena, ARENA_MAX);
    if (len > GAZ_OWNERS_FILE_MAX) {
        len = GAZ_OWNERS_FILE_MAX;
        o->ignored++;
    }
    gaz_status st = parse(o, text, len, err);
    if (st != GAZ_OK) {
        gaz_owners_free(o);
        return st;
    }
    *out = o;
    return GAZ_OK;
}

void gaz_owners_free(gaz_owners *o)
{
    if (!o)
        return;
    gaz_vec_free(&o->sections);
    gaz_vec_free(&o->rules);
    gaz_arena_release(&o->arena);
    free(o);
}

size_t gaz_owners_ignored(const gaz_owners *o)
{
    return o->ignored;
}

/* ---- asking ---- */

static bool matches(const rule *r, const char *path, size_t len)
{
    return (r->exact && gaz_glob_run(r->exact, path, len)) ||
           (r->below && gaz_glob_run(r->below, path, len));
}

/* The last rule of each section that matches; an exclusion takes the path out of its section,
 * wherever it stands. One pass from the last rule to the first. */
static void find_rules(const gaz_owners *o, const char *path, size_t len, const rule **found,
                       bool *excluded)
{
    for (size_t i = o->rules.len; i-- > 0;) {
        const rule *r = &o->rules.items[i];
        if (excluded[r->section] || (found[r->section] && !r->excludes) || !matches(r, path, len))
            continue;
        if (r->excludes)
            excluded[r->section] = true;
        else
            found[r->section] = r;
    }
}

void gaz_owners_of(const gaz_owners *o, const char *path, size_t len, gaz_owner_visit visit,
                   void *ctx)
{
    const rule *found[SECTIONS_MAX] = {NULL};
    bool excluded[SECTIONS_MAX] = {false};
    find_rules(o, path, len, found, excluded);
    for (size_t i = 0; i < o->sections.len; i++) {
        const section *s = &o->sections.items[i];
        const rule *r = excluded[i] ? NULL : found[i];
        if (!r)
            continue;
        gaz_owner_match match = {.section = s->name,
                                 .optional = s->optional,
                                 .line = r->line,
                                 .pattern = r->pattern,
                                 .owners = r->owners,
                                 .owner_count = r->owner_count};
        if (!visit(ctx, &match))
            return;
    }
}
