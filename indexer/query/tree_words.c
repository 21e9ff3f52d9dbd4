/* The words that a text must hold for a tree-sitter pattern to match, read off the pattern's text:
 * what #eq? compares captures with. That holds for one pattern alone in which nothing is optional,
 * repeated without need or one of several; of others nothing is said. The pattern itself is
 * compiled where texts are parsed, not here. */
#include <string.h>

#include "gaz/base/utf8.h"
#include "plan.h"

#define WORDS_MAX 16

typedef struct tree_words {
    gaz_strbuf words[WORDS_MAX];
    size_t count;
    bool certain;
    unsigned patterns; /* on the top level */
} tree_words;

/* A string at `at`; one with escapes says nothing. @return behind it */
static size_t read_string(const char *text, size_t at, size_t len, gaz_strbuf *out, bool *plain)
{
    for (at++; at < len && text[at] != '"'; at++) {
        *plain &= text[at] != '\\';
        at += text[at] == '\\' && at + 1 < len;
        gaz_strbuf_putc(out, text[at]);
    }
    return at < len ? at + 1 : len;
}

/* `(#name …)` at its #. @return behind its parenthesis */
static size_t read_predicate(tree_words *t, const char *text, size_t at, size_t len)
{
    bool plain = len - at > 4 && memcmp(text + at, "#eq?", 4) == 0;
    gaz_strbuf word = GAZ_STRBUF_INIT;
    unsigned strings = 0;
    while (at < len && text[at] != ')') {
        if (text[at] == '"') {
            at = read_string(text, at, len, &word, &plain);
            strings++;
        } else {
            at++;
        }
    }
    bool usable = plain && strings == 1 && word.len && t->count < WORDS_MAX &&
                  !memchr(word.data, '\n', word.len);
    if (usable)
        t->words[t->count++] = word;
    else
        gaz_strbuf_release(&word);
    return at < len ? at + 1 : len;
}

static void read_pattern(tree_words *t, const char *text, size_t len)
{
    unsigned depth = 0;
    bool ignored = true;
    for (size_t at = 0; at < len;) {
        char c = text[at];
        if (c == ';') {
            while (at < len && text[at] != '\n')
                at++;
        } else if (c == '"') {
            gaz_strbuf token = GAZ_STRBUF_INIT;
            at = read_string(text, at, len, &token, &ignored);
            gaz_strbuf_release(&token);
            t->patterns += depth == 0;
        } else if (c == '#') {
            at = read_predicate(t, text, at, len);
            depth -= depth > 0;
        } else {
            t->certain &= c && !strchr("?*[!", c);
            t->patterns += c == '(' && depth == 0;
            depth += c == '(';
            depth -= c == ')' && depth > 0;
            at++;
        }
    }
}

/* All of them, folded as the index has them. */
static gaz_status join(plan *p, const tree_words *t, gaz_gram *all, gaz_error *err)
{
    const gaz_gram **kids = gaz_arena_array(p->arena, t->count + 1, sizeof *kids);
    gaz_strbuf folded = GAZ_STRBUF_INIT;
    gaz_status st = kids ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory to plan a query");
    for (size_t i = 0; st == GAZ_OK && i < t->count; i++) {
        gaz_gram *g = gaz_arena_alloc(p->arena, sizeof *g);
        gaz_strbuf_reset(&folded);
        gaz_fold_text(&folded, t->words[i].data, t->words[i].len);
        char *text = g ? gaz_arena_strndup(p->arena, folded.data, folded.len) : NULL;
        if (!text)
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to plan a query");
        else
            *g = (gaz_gram){.kind = GAZ_GRAM_LITERAL, .text = text, .len = folded.len};
        kids[i] = g;
    }
    gaz_strbuf_release(&folded);
    if (st == GAZ_OK)
        *all = (gaz_gram){.kind = GAZ_GRAM_AND, .kids = kids, .count = t->count};
    return st;
}

gaz_status plan_tree_grams(plan *p, const gaz_atom *atom, const gaz_gram **out, gaz_error *err)
{
    tree_words t = {.certain = true};
    gaz_gram *all = gaz_arena_alloc(p->arena, sizeof *all);
    if (!all)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to plan a query");
    *all = (gaz_gram){.kind = GAZ_GRAM_ANY};
    read_pattern(&t, atom->text, atom->len);
    gaz_status st = GAZ_OK;
    if (t.certain && t.patterns == 1 && t.count)
        st = join(p, &t, all, err);
    for (size_t i = 0; i < t.count; i++)
        gaz_strbuf_release(&t.words[i]);
    *out = all;
    return st;
}
