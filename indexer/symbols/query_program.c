/* Compiling queries. The files of a folder are laid end to end, most particular first, since the
 * first pattern that gives a name a meaning wins. A file whose first line is "; inherits: folder"
 * is followed by that folder's file of the same name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "capture_names.h"
#include "gaz/base/strbuf.h"
#include "query_program.h"
#include "query_table.h"

/* Our own switch in the copy of tree-sitter's runtime (cmake/GazGrammars.cmake). */
extern _Thread_local int gaz_tree_sitter_trusts;

enum { INHERIT_MAX = 4, SOURCE_MAX = 24 };

static const char *const part_files[QUERY_PART_COUNT][4] = {
    {"symbols", NULL},
    {"symbols", "imports", "references", NULL},
    {"highlights", NULL},
};

/* Which file a byte of the joined text comes from. */
typedef struct source {
    const query_file *file;
    size_t start;
} source;

typedef struct sources {
    source items[SOURCE_MAX];
    size_t count;
    gaz_strbuf text;
} sources;

static const query_file *find_file(const char *folder, size_t folder_len, const char *name)
{
    size_t name_len = strlen(name);
    for (size_t i = 0; i < gaz_query_file_count; i++) {
        const char *known = gaz_query_files[i].name;
        if (strlen(known) == folder_len + 1 + name_len && known[folder_len] == '/' &&
            memcmp(known, folder, folder_len) == 0 && strcmp(known + folder_len + 1, name) == 0)
            return &gaz_query_files[i];
    }
    return NULL;
}

static gaz_status add_file(sources *all, const char *folder, const char *name, gaz_error *err)
{
    static const char marker[] = "; inherits: ";
    size_t folder_len = strlen(folder);
    for (int i = 0; i < INHERIT_MAX; i++) {
        const query_file *file = find_file(folder, folder_len, name);
        if (!file && i == 0)
            return GAZ_OK;
        if (!file || all->count == SOURCE_MAX)
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "queries: there is no file %.*s/%s.scm to inherit from",
                                 (int)folder_len, folder, name);
        all->items[all->count++] = (source){file, all->text.len};
        gaz_strbuf_add(&all->text, file->text, file->len);
        gaz_strbuf_putc(&all->text, '\n');
        if (strncmp(file->text, marker, sizeof marker - 1) != 0)
            return GAZ_OK;
        folder = file->text + sizeof marker - 1;
        folder_len = strcspn(folder, "\r\n");
    }
    return gaz_error_set(err, GAZ_E_INVALID, "queries: %s.scm inherits more than %d times", name,
                         INHERIT_MAX);
}

/* Rewrites a compiler's message so that it names the file and line. */
static void name_place(const sources *all, gaz_error *err)
{
    if (err->column == 0 || all->count == 0)
        return;
    size_t at = err->column - 1, line = 1, i = all->count;
    while (i > 1 && all->items[i - 1].start > at)
        i--;
    const source *from = &all->items[i - 1];
    for (size_t k = from->start; k < at; k++)
        line += all->text.data[k] == '\n';
    gaz_error named = {0};
    gaz_status status = gaz_error_set(&named, err->status, "grammars/queries/%s.scm:%zu: %.300s",
                                      from->file->name, line, err->message);
    named.status = status;
    named.column = 0;
    *err = named;
}

gaz_status gaz_query_program_new(const TSLanguage *grammar, const char *folder, query_part part,
                                 bool trusted, query_program **out, gaz_error *err)
{
    sources all = {.text = GAZ_STRBUF_INIT};
    gaz_error own = {0};
    gaz_status st = GAZ_OK;
    for (const char *const *name = part_files[part]; *name && st == GAZ_OK; name++)
        st = add_file(&all, folder, *name, &own);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&all.text, &own);
    if (st == GAZ_OK)
        st = gaz_query_program_compile(grammar, all.text.data, all.text.len,
                                       part == QUERY_HIGHLIGHTS ? VOCABULARY_HIGHLIGHTS
                                                                : VOCABULARY_FACTS,
                                       trusted, out, &own);
    if (st != GAZ_OK) {
        name_place(&all, &own);
        (void)gaz_error_set(err, st, "%s", own.message);
    }
    gaz_strbuf_release(&all.text);
    return st;
}

static const char *query_fault(TSQueryError error)
{
    switch (error) {
    case TSQueryErrorNodeType:
        return "the grammar has no such node";
    case TSQueryErrorField:
        return "the grammar has no such field";
    case TSQueryErrorCapture:
        return "the pattern has no such capture";
    case TSQueryErrorStructure:
        return "the grammar never nests nodes like this";
    case TSQueryErrorLanguage:
        return "the grammar does not fit the runtime";
    default:
        return "this is no tree-sitter pattern";
    }
}

/* The text need not end with a NUL. */
static size_t word_length(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && text[n] != '\0' && !strchr(" \r\n()[]", text[n]))
        n++;
    return n;
}

/* Sets err->column to a byte of the query. */
static gaz_status fault_at(gaz_error *err, size_t at, const char *what, const char *word,
                           size_t len)
{
    gaz_status st =
        gaz_error_set(err, GAZ_E_INVALID, "%s: %.*s", what, (int)(len > 60 ? 60 : len), word);
    if (err && err->column == 0)
        err->column = at + 1;
    return st;
}

static gaz_status compile_captures(query_program *program, vocabulary words, gaz_error *err)
{
    program->capture_count = ts_query_capture_count(program->query);
    program->captures = calloc(program->capture_count + 1, sizeof *program->captures);
    if (!program->captures)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot compile a query: out of memory");
    for (uint32_t i = 0; i < program->capture_count && words != VOCABULARY_ANY; i++) {
        uint32_t len;
        const char *name = ts_query_capture_name_for_id(program->query, i, &len);
        if (!gaz_capture_meaning(name, len, words, &program->captures[i]))
            return gaz_error_set(err, GAZ_E_INVALID, "a capture has no meaning: @%.*s", (int)len,
                                 name);
    }
    return GAZ_OK;
}

static const struct {
    const char *name;
    predicate_op op;
    bool negated;
} predicate_names[] = {
    {"eq?", PREDICATE_EQ, false},         {"not-eq?", PREDICATE_EQ, true},
    {"match?", PREDICATE_MATCH, false},   {"not-match?", PREDICATE_MATCH, true},
    {"any-of?", PREDICATE_ANY_OF, false}, {"not-any-of?", PREDICATE_ANY_OF, true},
};

typedef struct steps {
    const TSQuery *query;
    const TSQueryPredicateStep *items;
    uint32_t count;
} steps;

static const char *step_text(const steps *s, uint32_t i, uint32_t *len)
{
    if (s->items[i].type == TSQueryPredicateStepTypeCapture)
        return ts_query_capture_name_for_id(s->query, s->items[i].value_id, len);
    return ts_query_string_value_for_id(s->query, s->items[i].value_id, len);
}

static gaz_status compile_words(const steps *s, predicate *p, gaz_error *err)
{
    p->words = calloc(s->count, sizeof *p->words);
    p->word_lens = calloc(s->count, sizeof *p->word_lens);
    if (!p->words || !p->word_lens)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot compile a query: out of memory");
    for (uint32_t i = 2; i < s->count; i++) {
        if (s->items[i].type != TSQueryPredicateStepTypeString)
            return gaz_error_set(err, GAZ_E_INVALID, "a predicate takes one capture, then strings");
        p->words[p->word_count] = step_text(s, i, &p->word_lens[p->word_count]);
        p->word_count++;
    }
    return GAZ_OK;
}

static gaz_status compile_regex(predicate *p, gaz_error *err)
{
    p->regex = calloc(1, sizeof *p->regex);
    if (!p->regex)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot compile a query: out of memory");
    if (p->word_count != 1 || !gaz_small_regex_compile(p->regex, p->words[0], p->word_lens[0]))
        return gaz_error_set(err, GAZ_E_INVALID,
                             "#match? takes one simple regular expression, not: %.100s",
                             p->word_count ? p->words[0] : "");
    return GAZ_OK;
}

static gaz_status compile_predicate(const steps *s, pattern_info *info, gaz_error *err)
{
    uint32_t len;
    const char *name = step_text(s, 0, &len);
    if (len == 4 && memcmp(name, "set!", 4) == 0 && s->count >= 2) {
        uint32_t key_len, value_len = 0;
        const char *key = step_text(s, 1, &key_len);
        const char *value = s->count > 2 ? step_text(s, 2, &value_len) : "";
        if (!gaz_pattern_property(key, key_len, value, value_len, info))
            return gaz_error_set(err, GAZ_E_INVALID, "#set! knows no %.*s", (int)key_len, key);
        return GAZ_OK;
    }
    predicate *p = &info->predicates[info->predicate_count];
    for (size_t i = 0; i < sizeof predicate_names / sizeof *predicate_names; i++) {
        if (strlen(predicate_names[i].name) != len ||
            memcmp(predicate_names[i].name, name, len) != 0)
            continue;
        if (s->count < 3 || s->items[1].type != TSQueryPredicateStepTypeCapture)
            return gaz_error_set(err, GAZ_E_INVALID, "#%.*s takes a capture first", (int)len, name);
        info->predicate_count++;
        p->op = (uint8_t)predicate_names[i].op;
        p->negated = predicate_names[i].negated;
        p->capture = (uint16_t)s->items[1].value_id;
        p->with_capture =
            p->op == PREDICATE_EQ && s->items[2].type == TSQueryPredicateStepTypeCapture;
        p->other = (uint16_t)s->items[2].value_id;
        if (p->with_capture)
            return GAZ_OK;
        gaz_status st = compile_words(s, p, err);
        return st == GAZ_OK && p->op == PREDICATE_MATCH ? compile_regex(p, err) : st;
    }
    return gaz_error_set(err, GAZ_E_INVALID, "there is no predicate #%.*s", (int)len, name);
}

static gaz_status compile_pattern(query_program *program, uint32_t index, gaz_error *err)
{
    pattern_info *info = &program->patterns[index];
    info->visibility = VISIBILITY_UNSET;
    uint32_t count = 0, from = 0, predicates = 0;
    const TSQueryPredicateStep *all =
        ts_query_predicates_for_pattern(program->query, index, &count);
    for (uint32_t i = 0; i < count; i++)
        predicates += all[i].type == TSQueryPredicateStepTypeDone;
    info->predicates = calloc(predicates + 1, sizeof *info->predicates);
    if (!info->predicates)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot compile a query: out of memory");
    for (uint32_t i = 0; i < count; i++) {
        if (all[i].type != TSQueryPredicateStepTypeDone)
            continue;
        steps s = {program->query, all + from, i - from};
        gaz_status st = s.count ? compile_predicate(&s, info, err) : GAZ_OK;
        if (st != GAZ_OK) {
            if (err && err->column == 0)
                err->column = ts_query_start_byte_for_pattern(program->query, index) + 1;
            return st;
        }
        from = i + 1;
    }
    return GAZ_OK;
}

gaz_status gaz_query_program_compile(const TSLanguage *grammar, const char *text, size_t len,
                                     vocabulary words, bool trusted, query_program **out,
                                     gaz_error *err)
{
    query_program *program = calloc(1, sizeof *program);
    if (!program)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot compile a query: out of memory");
    uint32_t at = 0;
    TSQueryError error = TSQueryErrorNone;
    gaz_status st;
    gaz_tree_sitter_trusts = trusted;
    program->query = ts_query_new(grammar, text, (uint32_t)len, &at, &error);
    gaz_tree_sitter_trusts = 0;
    if (!program->query) {
        st = fault_at(err, at, query_fault(error), text + at, word_length(text + at, len - at));
        goto failed;
    }
    st = compile_captures(program, words, err);
    program->pattern_count = ts_query_pattern_count(program->query);
    program->patterns = calloc(program->pattern_count + 1, sizeof *program->patterns);
    if (!program->patterns && st == GAZ_OK)
        st = gaz_error_set(err, GAZ_E_NOMEM, "cannot compile a query: out of memory");
    for (uint32_t i = 0; i < program->pattern_count && st == GAZ_OK; i++)
        st = compile_pattern(program, i, err);
    if (st != GAZ_OK)
        goto failed;
    *out = program;
    return GAZ_OK;
failed:
    gaz_query_program_free(program);
    return st;
}

void gaz_query_program_free(query_program *program)
{
    if (!program)
        return;
    for (uint32_t i = 0; program->patterns && i < program->pattern_count; i++) {
        pattern_info *info = &program->patterns[i];
        for (uint32_t k = 0; k < info->predicate_count; k++) {
            free(info->predicates[k].words);
            free(info->predicates[k].word_lens);
            free(info->predicates[k].regex);
        }
        free(info->predicates);
    }
    if (program->query)
        ts_query_delete(program->query);
    free(program->patterns);
    free(program->captures);
    free(program);
}

static bool find_capture(const TSQueryMatch *match, uint16_t capture, TSNode *out)
{
    for (uint16_t i = 0; i < match->capture_count; i++) {
        if (match->captures[i].index == capture) {
            *out = match->captures[i].node;
            return true;
        }
    }
    return false;
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool predicate_holds(const predicate *p, const TSQueryMatch *match, const char *text)
{
    TSNode node, other;
    if (!find_capture(match, p->capture, &node))
        return true; /* an optional node that is not there */
    const char *word = text + ts_node_start_byte(node);
    size_t len = ts_node_end_byte(node) - ts_node_start_byte(node);
    bool found = false;
    if (p->with_capture) {
        if (!find_capture(match, p->other, &other))
            return true;
        found = same_text(word, len, text + ts_node_start_byte(other),
                          ts_node_end_byte(other) - ts_node_start_byte(other));
    } else if (p->op == PREDICATE_MATCH) {
        found = gaz_small_regex_search(p->regex, word, len);
    } else {
        for (uint32_t i = 0; i < p->word_count && !found; i++)
            found = same_text(word, len, p->words[i], p->word_lens[i]);
    }
    return found != p->negated;
}

bool gaz_predicates_hold(const query_program *program, const TSQueryMatch *match, const char *text)
{
    const pattern_info *info = &program->patterns[match->pattern_index];
    for (uint32_t i = 0; i < info->predicate_count; i++)
        if (!predicate_holds(&info->predicates[i], match, text))
            return false;
    return true;
}
