/* linguist-generated, linguist-vendored and linguist-documentation of .gitattributes: each file of
 * that name rules the files below its directory, deeper ones and later lines over earlier ones.
 * Patterns are those of gitignore without '!' (gitattributes(5)); a quoted pattern is unquoted. */
#include <string.h>

#include "generated_attributes.h"

#define STEPS_MAX 20000u /* of one match: hostile patterns end as no match */

typedef struct matcher {
    uint32_t steps;
} matcher;

static bool match_class(const char **pattern, const char *end, char c, bool *matched)
{
    const char *p = *pattern + 1;
    bool negate = p < end && (*p == '!' || *p == '^'), hit = false;
    p += negate;
    const char *first = p;
    for (; p < end && (*p != ']' || p == first); p++) {
        char low = *p;
        if (low == '\\' && p + 1 < end)
            low = *++p;
        char high = low;
        if (p + 2 < end && p[1] == '-' && p[2] != ']') {
            high = p[2];
            p += 2;
        }
        hit |= (unsigned char)c >= (unsigned char)low && (unsigned char)c <= (unsigned char)high;
    }
    if (p >= end)
        return false;
    *pattern = p + 1;
    *matched = hit != negate;
    return true;
}

/* One part of a path against one part of a pattern: '*' stops at no character here. */
static bool match_part(matcher *m, const char *p, const char *p_end, const char *t,
                       const char *t_end)
{
    const char *star = NULL, *retry = NULL;
    while (t < t_end) {
        if (++m->steps > STEPS_MAX)
            return false;
        bool matched = false;
        const char *next = p;
        if (p < p_end && *p == '*') {
            star = ++p;
            retry = t;
            continue;
        }
        if (p < p_end && *p == '[' && match_class(&next, p_end, *t, &matched)) {
        } else if (p < p_end) {
            bool escaped = *p == '\\' && p + 1 < p_end;
            matched = (*p == '?' && !escaped) || (escaped ? p[1] : *p) == *t;
            next = p + 1 + escaped;
        }
        if (matched) {
            p = next;
            t++;
        } else if (star) {
            p = star;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (p < p_end && *p == '*')
        p++;
    return p == p_end;
}

static const char *part_end(const char *p, const char *end)
{
    const char *slash = memchr(p, '/', (size_t)(end - p));
    return slash ? slash : end;
}

/* Parts of a pattern against parts of a path; "**" stands for any number of parts. */
static bool match_parts(matcher *m, const char *p, const char *p_end, const char *t,
                        const char *t_end)
{
    const char *after = NULL, *retry = NULL;
    for (;;) {
        if (++m->steps > STEPS_MAX)
            return false;
        bool pattern_done = p >= p_end, text_done = t >= t_end;
        if (pattern_done && text_done)
            return true;
        const char *pe = pattern_done ? p : part_end(p, p_end);
        if (!pattern_done && pe - p == 2 && p[0] == '*' && p[1] == '*') {
            if (pe == p_end)
                return !text_done;
            after = pe + 1;
            retry = t;
            p = after;
            continue;
        }
        const char *te = text_done ? t : part_end(t, t_end);
        if (!pattern_done && !text_done && match_part(m, p, pe, t, te)) {
            p = pe == p_end ? p_end : pe + 1;
            t = te == t_end ? t_end : te + 1;
            continue;
        }
        if (!after || retry >= t_end)
            return false;
        retry = part_end(retry, t_end);
        retry += retry < t_end;
        t = retry;
        p = after;
    }
}

typedef struct attribute_rule {
    const char *pattern;
    size_t len;
    bool by_base; /* without a slash: any directory's base name */
    uint8_t set, clear;
} attribute_rule;

static bool word_is(const char *word, size_t len, const char *text)
{
    return strlen(text) == len && memcmp(word, text, len) == 0;
}

static uint8_t attribute_bit(const char *word, size_t len)
{
    static const struct {
        const char *name;
        uint8_t bit;
    } rows[] = {{"linguist-generated", GAZ_GRAPH_GENERATED},
                {"linguist-vendored", GAZ_GRAPH_VENDORED},
                {"linguist-documentation", GAZ_GRAPH_DOCS}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (word_is(word, len, rows[i].name))
            return rows[i].bit;
    return 0;
}

static void read_word(attribute_rule *rule, const char *word, size_t len)
{
    bool off = len > 0 && (*word == '-' || *word == '!');
    const char *equals = memchr(word, '=', len);
    size_t name = equals ? (size_t)(equals - word) : len;
    uint8_t bit = attribute_bit(word + off, name - off);
    if (equals)
        off = word_is(equals + 1, len - name - 1, "false");
    rule->set = off ? (uint8_t)(rule->set & ~bit) : (uint8_t)(rule->set | bit);
    rule->clear = off ? (uint8_t)(rule->clear | bit) : (uint8_t)(rule->clear & ~bit);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool read_rule(const char *line, size_t len, attribute_rule *rule)
{
    size_t at = 0;
    while (at < len && is_blank(line[at]))
        at++;
    if (at == len || line[at] == '#' || line[at] == '!')
        return false;
    bool quoted = line[at] == '"';
    size_t start = at += quoted;
    while (at < len && (quoted ? line[at] != '"' : !is_blank(line[at])))
        at++;
    *rule = (attribute_rule){.pattern = line + start, .len = at - start};
    if (rule->len == 0)
        return false;
    if (*rule->pattern == '/') {
        rule->pattern++;
        rule->len--;
    } else {
        rule->by_base = !memchr(rule->pattern, '/', rule->len);
    }
    at += quoted;
    while (at < len) {
        while (at < len && is_blank(line[at]))
            at++;
        size_t word = at;
        while (at < len && !is_blank(line[at]))
            at++;
        if (at > word)
            read_word(rule, line + word, at - word);
    }
    return rule->set | rule->clear;
}

static void apply_rule(const attribute_rule *rule, const graph_tree *tree, uint32_t dir,
                       graph_meta *meta)
{
    const graph_dir *d = &tree->dir[dir];
    uint32_t skip = d->len ? d->len + 1 : 0;
    for (uint32_t f = d->first; f < d->first + d->count; f++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(tree, f, &len);
        matcher m = {0};
        const char *end = rule->pattern + rule->len;
        uint32_t base = tree->base_at[f];
        if (rule->by_base ? match_part(&m, rule->pattern, end, path + base, path + len)
                          : match_parts(&m, rule->pattern, end, path + skip, path + len))
            meta[f].final = (uint8_t)((meta[f].final | rule->set) & ~rule->clear);
    }
}

static gaz_status apply_file(const gaz_graph_source *source, const graph_tree *tree, uint32_t file,
                             graph_meta *meta, gaz_error *err)
{
    gaz_strbuf text;
    gaz_strbuf_init(&text, GAZ_GRAPH_MANIFEST_MAX + 4096u);
    gaz_status st = source->text(source->ctx, file, GAZ_GRAPH_MANIFEST_MAX, &text, err);
    if (st == GAZ_E_NOT_FOUND)
        st = GAZ_OK;
    uint32_t rules = 0;
    for (size_t at = 0; st == GAZ_OK && at < text.len && rules < 4096;) {
        const char *line = text.data + at, *end = memchr(line, '\n', text.len - at);
        size_t len = end ? (size_t)(end - line) : text.len - at;
        attribute_rule rule;
        if (read_rule(line, len, &rule)) {
            apply_rule(&rule, tree, tree->dir_of[file], meta);
            rules++;
        }
        at += len + 1;
    }
    gaz_strbuf_release(&text);
    return st;
}

/* Deeper files come later in the order of paths than the directories above them, but for names
 * that sort below ".gitattributes": so directories are taken by their depth. */
gaz_status graph_attributes_apply(const gaz_graph_source *source, const graph_tree *tree,
                                  graph_meta *meta, gaz_error *err)
{
    static const char name[] = ".gitattributes";
    uint32_t first = graph_tree_base(tree, name, sizeof name - 1), deepest = 0;
    if (first == GRAPH_NONE || !source->text)
        return GAZ_OK;
    gaz_status st = GAZ_OK;
    for (uint32_t depth = 0; st == GAZ_OK && depth <= deepest && depth < 256; depth++)
        for (uint32_t f = first; st == GAZ_OK && f != GRAPH_NONE; f = tree->same[f]) {
            uint32_t level = 0;
            for (uint32_t d = tree->dir_of[f]; tree->dir[d].parent != GRAPH_NONE;
                 d = tree->dir[d].parent)
                level++;
            deepest = level > deepest ? level : deepest;
            if (level == depth)
                st = apply_file(source, tree, f, meta, err);
        }
    return st;
}
