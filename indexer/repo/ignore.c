/* gitignore semantics: man gitignore, and where that leaves questions open what git 2.39 does. For
 * each directory on the way to a path, from the top, the last pattern that matches decides, those
 * of deeper files first; once a directory is out nothing below it comes back in. Patterns without
 * wildcards and "*.suffix", which are nearly all, are found by hashing; the others run as automata
 * (glob.c), once over the whole path for all its directories, so that no pattern costs more than
 * its length times that of the path. */
#include "gaz/repo/ignore.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/arena.h"
#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "glob.h"

#define ARENA_MAX ((size_t)1 << 30)
#define PATH_BYTES_MAX 4096 /* longer paths are in no tree; they match nothing */
#define COMPONENTS_MAX (PATH_BYTES_MAX + 1)

typedef struct rule {
    uint32_t next; /* older rule of the same bucket, 1-based; 0: none */
    bool negative; /* "!": brings back */
    bool dir_only; /* final '/' */
    bool anchored; /* matched against the path below the file's directory, not against the last name
                    */
    const char
        *literal; /* what it must begin with (anchored) or, without a glob, be; not terminated */
    uint32_t literal_len;
    gaz_glob *glob; /* for what follows the literal; NULL: the literal is all */
} rule;

/* The rules of one directory. Buckets chain rules from the newest to the oldest. */
typedef struct rule_list {
    gaz_map names;    /* last name → newest rule without wildcards */
    gaz_map suffixes; /* of "*suffix" → newest rule */
    GAZ_VEC(uint32_t) suffix_lengths;
    gaz_map paths; /* path below the directory → newest anchored rule without wildcards */
    uint32_t wild; /* newest rule that has to be tried */
} rule_list;

struct gaz_ignore {
    gaz_arena arena;
    GAZ_VEC(rule) rules; /* index + 1 is the rule's number: the greater the newer */
    GAZ_VEC(rule_list *) lists;
    gaz_map dirs; /* directory → index in lists */
};

gaz_status gaz_ignore_new(gaz_ignore **out, gaz_error *err)
{
    gaz_ignore *set = calloc(1, sizeof *set);
    if (!set)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory making a set of ignore patterns");
    gaz_arena_init(&set->arena, ARENA_MAX);
    gaz_map_init(&set->dirs);
    *out = set;
    return GAZ_OK;
}

void gaz_ignore_free(gaz_ignore *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->lists.len; i++) {
        gaz_map_release(&set->lists.items[i]->names);
        gaz_map_release(&set->lists.items[i]->suffixes);
        gaz_map_release(&set->lists.items[i]->paths);
        gaz_vec_free(&set->lists.items[i]->suffix_lengths);
        free(set->lists.items[i]);
    }
    gaz_vec_free(&set->lists);
    gaz_vec_free(&set->rules);
    gaz_map_release(&set->dirs);
    gaz_arena_release(&set->arena);
    free(set);
}

bool gaz_ignore_empty(const gaz_ignore *set)
{
    return set->rules.len == 0;
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading ignore patterns");
}

static rule_list *list_for(gaz_ignore *set, const char *dir)
{
    bool added = false;
    size_t len = strlen(dir);
    uint64_t *at = gaz_map_put(&set->dirs, dir, len, &added);
    if (!at)
        return NULL;
    if (!added)
        return *at ? set->lists.items[*at - 1] : NULL;
    rule_list *list = calloc(1, sizeof *list);
    if (!list || !gaz_vec_push(&set->lists, list)) {
        free(list);
        return NULL;
    }
    gaz_map_init(&list->names);
    gaz_map_init(&list->suffixes);
    gaz_map_init(&list->paths);
    *at = set->lists.len;
    return list;
}

static bool has_wildcard(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr("*?[\\", text[i]))
            return true;
    return false;
}

/* Puts rule `number` into a bucket of `map`, in the place of those it makes void: a bucket has at
 * most one rule for directories and an older one for all. False when out of memory. */
static bool chain(gaz_ignore *set, gaz_map *map, const char *key, size_t len, uint32_t number)
{
    uint64_t *newest = gaz_map_put(map, key, len, NULL);
    if (!newest)
        return false;
    rule *fresh = &set->rules.items[number - 1];
    const rule *old = *newest ? &set->rules.items[*newest - 1] : NULL;
    if (old && fresh->dir_only)
        fresh->next = old->dir_only ? old->next : (uint32_t)*newest;
    *newest = number;
    return true;
}

static bool add_suffix_length(rule_list *list, uint32_t len)
{
    for (size_t i = 0; i < list->suffix_lengths.len; i++)
        if (list->suffix_lengths.items[i] == len)
            return true;
    return gaz_vec_push(&list->suffix_lengths, len);
}

/* Files a rule for the pattern, which has lost its '!' and its final '/'. False when out of memory.
 */
static bool file_rule(gaz_ignore *set, rule_list *list, rule *r, const char *pattern, size_t len)
{
    bool wild = has_wildcard(pattern, len);
    uint32_t number = (uint32_t)set->rules.len + 1;
    r->anchored = memchr(pattern, '/', len) != NULL;
    if (r->anchored && pattern[0] == '/') {
        pattern++;
        len--;
    }
    bool suffix =
        !r->anchored && len > 1 && pattern[0] == '*' && !has_wildcard(pattern + 1, len - 1);
    r->literal_len = (uint32_t)len;
    if (suffix) {
        pattern++;
        r->literal_len--;
    } else if (wild) {
        r->literal_len = 0;
        while (r->anchored && !has_wildcard(pattern + r->literal_len, 1))
            r->literal_len++;
        r->glob =
            gaz_glob_new(&set->arena, pattern + r->literal_len, len - r->literal_len, r->anchored);
        if (!r->glob)
            return false;
    }
    r->literal = gaz_arena_strndup(&set->arena, pattern, r->literal_len);
    if (!r->literal || !gaz_vec_push(&set->rules, *r))
        return false;
    if (r->glob) {
        set->rules.items[number - 1].next = list->wild;
        list->wild = number;
        return true;
    }
    if (suffix)
        return add_suffix_length(list, r->literal_len) &&
               chain(set, &list->suffixes, r->literal, r->literal_len, number);
    return chain(set, r->anchored ? &list->paths : &list->names, r->literal, r->literal_len,
                 number);
}

/* Trailing blanks go, unless the last one is quoted by a backslash. Tabs stay, as in git. */
static size_t trim(const char *line, size_t len)
{
    size_t blanks = len;
    for (size_t i = 0; i < len; i++) {
        if (line[i] == ' ') {
            if (blanks == len)
                blanks = i;
            continue;
        }
        if (line[i] == '\\' && ++i == len)
            return len;
        blanks = len;
    }
    return blanks;
}

static gaz_status add_line(gaz_ignore *set, rule_list *list, const char *line, size_t len,
                           size_t number, gaz_error *err)
{
    rule r = {.next = 0};
    const char *nul = memchr(line, 0, len);
    if (nul) /* git's lines are C strings */
        len = (size_t)(nul - line);
    if (len && line[len - 1] == '\r')
        len--;
    if (!len || line[0] == '#')
        return GAZ_OK;
    len = trim(line, len);
    if (len && line[0] == '!') {
        r.negative = true;
        line++;
        len--;
    }
    if (len && line[len - 1] == '/') {
        r.dir_only = true;
        len--;
    }
    if (!len)
        return GAZ_OK;
    if (len > GAZ_GLOB_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "line %zu of the ignore patterns is longer than %d bytes", number,
                             GAZ_GLOB_MAX);
    if (set->rules.len >= GAZ_IGNORE_PATTERNS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "there are more than %d ignore patterns",
                             GAZ_IGNORE_PATTERNS_MAX);
    return file_rule(set, list, &r, line, len) ? GAZ_OK : no_memory(err);
}

gaz_status gaz_ignore_add(gaz_ignore *set, const char *dir, const char *text, size_t len,
                          gaz_error *err)
{
    if (len > GAZ_IGNORE_FILE_MAX) { /* up to the last whole line */
        const char *last = memrchr(text, '\n', GAZ_IGNORE_FILE_MAX);
        len = last ? (size_t)(last - text) + 1 : 0;
    }
    rule_list *list = list_for(set, dir);
    if (!list)
        return no_memory(err);
    const char *at = text, *end = text + len;
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        at += 3;
    gaz_status st = GAZ_OK;
    for (size_t number = 1; at < end && st == GAZ_OK; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            stop = end;
        st = add_line(set, list, at, (size_t)(stop - at), number, err);
        at = stop < end ? stop + 1 : end;
    }
    return st;
}

/* A path being judged: its components, and for each the rule that decides it, as the number of the
 * list it is in (from the top, 1-based) and its own. The greater decides; 0: none. */
typedef struct judgement {
    const gaz_ignore *set;
    const char *path;
    bool directory;                /* the last component is one, too */
    size_t count;                  /* components; all but the last are directories */
    uint16_t ends[COMPONENTS_MAX]; /* offset after each */
    uint64_t best[COMPONENTS_MAX];
    uint64_t list;   /* number of the list at hand, in the upper half */
    uint32_t number; /* of the rule at hand */
    size_t below;    /* where the path below the list's directory, and its glob, begin */
    size_t at;       /* component that the last hit was in, for searching on */
} judgement;

static bool is_dir(const judgement *j, size_t component)
{
    return j->directory || component + 1 < j->count;
}

static void decide(judgement *j, size_t component, uint32_t number)
{
    uint64_t value = j->list | number;
    if (number && value > j->best[component])
        j->best[component] = value;
}

/* The newest rule of a bucket that applies to files or directories. */
static uint32_t newest(const gaz_ignore *set, const uint64_t *bucket, bool dir)
{
    uint32_t n = bucket ? (uint32_t)*bucket : 0;
    while (n && set->rules.items[n - 1].dir_only && !dir)
        n = set->rules.items[n - 1].next;
    return n;
}

/* The rules found by hashing, for one component. */
static void judge_hashed(judgement *j, const rule_list *list, size_t base, size_t component)
{
    size_t start = component ? j->ends[component - 1] + 1u : 0;
    const char *name = j->path + start;
    size_t len = j->ends[component] - start;
    bool dir = is_dir(j, component);
    decide(j, component, newest(j->set, gaz_map_get(&list->names, name, len), dir));
    decide(
        j, component,
        newest(j->set, gaz_map_get(&list->paths, j->path + base, j->ends[component] - base), dir));
    for (size_t i = 0; i < list->suffix_lengths.len; i++) {
        uint32_t n = list->suffix_lengths.items[i];
        if (n <= len)
            decide(j, component,
                   newest(j->set, gaz_map_get(&list->suffixes, name + len - n, n), dir));
    }
}

static void hit(void *ctx, size_t at)
{
    judgement *j = ctx;
    while (j->at < j->count && j->ends[j->at] < j->below + at)
        j->at++;
    if (j->at < j->count && j->ends[j->at] == j->below + at &&
        (is_dir(j, j->at) || !j->set->rules.items[j->number - 1].dir_only))
        decide(j, j->at, j->number);
}

/* The rules that have to be tried, each in one pass over the path from `first` on, the first
 * component they apply to. */
static void judge_wild(judgement *j, const rule_list *list, size_t base, size_t first)
{
    size_t end = j->ends[j->count - 1];
    for (uint32_t n = list->wild; n; n = j->set->rules.items[n - 1].next) {
        const rule *r = &j->set->rules.items[n - 1];
        j->number = n;
        j->at = first;
        j->below = base + r->literal_len;
        if (r->anchored) {
            if (r->literal_len <= end - base &&
                memcmp(r->literal, j->path + base, r->literal_len) == 0)
                gaz_glob_prefixes(r->glob, j->path + j->below, end - j->below, hit, j);
            continue;
        }
        for (size_t k = first; k < j->count; k++) {
            size_t start = k ? j->ends[k - 1] + 1u : 0;
            if ((is_dir(j, k) || !r->dir_only) &&
                gaz_glob_run(r->glob, j->path + start, j->ends[k] - start))
                decide(j, k, n);
        }
    }
}

/* All rules of the list of the directory that `first` components make up. */
static void judge(judgement *j, const rule_list *list, size_t first)
{
    size_t base = first ? j->ends[first - 1] + 1u : 0;
    for (size_t k = first; k < j->count; k++)
        judge_hashed(j, list, base, k);
    judge_wild(j, list, base, first);
}

static bool split(judgement *j, const char *path, size_t len)
{
    if (len > PATH_BYTES_MAX)
        return false;
    for (size_t i = 0; i <= len; i++)
        if ((i == len || path[i] == '/') && j->count < COMPONENTS_MAX)
            j->ends[j->count++] = (uint16_t)i;
    memset(j->best, 0, j->count * sizeof j->best[0]);
    return true;
}

static bool match(const gaz_ignore *set, const char *path, size_t len, bool directory)
{
    judgement j;
    j.set = set;
    j.path = path;
    j.directory = directory;
    j.count = 0;
    if (!set->rules.len || !split(&j, path, len))
        return false;
    for (size_t k = 0; k < j.count; k++) {
        const uint64_t *at = gaz_map_get(&set->dirs, path, k ? j.ends[k - 1] : 0);
        j.list = (uint64_t)(k + 1) << 32;
        if (at && *at)
            judge(&j, set->lists.items[*at - 1], k);
        /* No list further down has a say on this component. */
        if (j.best[k] && !set->rules.items[(uint32_t)j.best[k] - 1].negative)
            return true;
    }
    return false;
}

bool gaz_ignore_match(const gaz_ignore *set, const char *path, size_t len)
{
    return match(set, path, len, false);
}

bool gaz_ignore_match_dir(const gaz_ignore *set, const char *path, size_t len)
{
    return match(set, path, len, true);
}
