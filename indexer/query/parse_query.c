/* The grammar of the query language, by recursive descent over the text:
 *
 *   query := or                    or   := and ("or" and)*
 *   and   := not ("and"? not)*     not  := ("-" | "not") not | "(" or ")" | atom | setting
 *
 * The tree is built in normal form: AND and OR hold no kid of their own kind and at least two kids,
 * NOT holds no NOT, everything (GAZ_NODE_ALL) is only ever the root. So the canonical text of a
 * tree parses to the same tree. Settings (case:, count:, …) are no part of the tree; they stand on
 * the top level only. */
#include "parse_internal.h"

#include <string.h>

typedef enum keyword { NO_KEYWORD, KEYWORD_OR, KEYWORD_AND, KEYWORD_NOT } keyword;

/** The operands of one AND or OR. Every operand holds an atom, so their number is bounded. */
typedef struct operands {
    const gaz_node *items[GAZ_QUERY_ATOMS_MAX];
    size_t count;
} operands;

static gaz_status parse_or(gaz_query_parser *p, const gaz_node **out);

static gaz_status fail_memory(gaz_query_parser *p)
{
    return gaz_error_set(p->err, GAZ_E_NOMEM, "parsing a query: out of memory");
}

/* ---- nodes ---- */

static gaz_status new_node(gaz_query_parser *p, gaz_node_kind kind, const gaz_atom *atom,
                           const gaz_node *const *kids, size_t count, const gaz_node **out)
{
    gaz_node *node = gaz_arena_alloc(p->arena, sizeof *node);
    const gaz_node **copies = count ? gaz_arena_array(p->arena, count, sizeof *copies) : NULL;
    if (!node || (count && !copies))
        return fail_memory(p);
    if (count)
        memcpy(copies, kids, count * sizeof *copies);
    *node = (gaz_node){.kind = kind, .atom = atom, .kids = copies, .count = count};
    *out = node;
    return GAZ_OK;
}

/* Kids of the same kind are taken apart, so that a (b c) is a b c. */
static void add_operand(operands *list, gaz_node_kind kind, const gaz_node *node)
{
    if (node->kind != kind) {
        list->items[list->count++] = node;
        return;
    }
    memcpy(list->items + list->count, node->kids, node->count * sizeof *node->kids);
    list->count += node->count;
}

static gaz_status join(gaz_query_parser *p, gaz_node_kind kind, const operands *list,
                       const gaz_node **out)
{
    if (list->count == 1) {
        *out = list->items[0];
        return GAZ_OK;
    }
    return new_node(p, kind, NULL, list->items, list->count, out);
}

static gaz_status negate(gaz_query_parser *p, const gaz_node *node, const gaz_node **out)
{
    if (node->kind == GAZ_NODE_NOT) {
        *out = node->kids[0];
        return GAZ_OK;
    }
    return new_node(p, GAZ_NODE_NOT, NULL, &node, 1, out);
}

/* ---- words that are operators ---- */

static keyword keyword_at(const gaz_query_parser *p, size_t *len)
{
    static const struct {
        const char *lower, *upper;
        keyword word;
    } words[] = {
        {"or", "OR", KEYWORD_OR}, {"and", "AND", KEYWORD_AND}, {"not", "NOT", KEYWORD_NOT}};
    const char *at = p->text + p->at;
    size_t left = p->len - p->at;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        *len = strlen(words[i].lower);
        if (left < *len ||
            (memcmp(at, words[i].lower, *len) != 0 && memcmp(at, words[i].upper, *len) != 0))
            continue;
        if (left == *len || gaz_query_space(at[*len]) || at[*len] == '(' || at[*len] == ')')
            return words[i].word;
    }
    return NO_KEYWORD;
}

/* A minus sign negates what stands right behind it; "->", "--" and "-=" begin a word. */
static bool minus_at(const gaz_query_parser *p)
{
    if (p->text[p->at] != '-')
        return false;
    char next = p->at + 1 < p->len ? p->text[p->at + 1] : ' ';
    return next != '>' && next != '-' && next != '=';
}

static gaz_status operand_missing(gaz_query_parser *p, size_t column, const char *before)
{
    gaz_status st = gaz_query_fail(p, GAZ_E_INVALID, column, "'%s' joins nothing here", before);
    gaz_error_hint(p->err, "quote it to look for the word: \"%s\"", before);
    return st;
}

static gaz_status negation_missing(gaz_query_parser *p, size_t column, const char *word)
{
    gaz_status st =
        gaz_query_fail(p, GAZ_E_INVALID, column, "'%s' has nothing behind it to negate", word);
    gaz_error_hint(p->err, "quote it to look for the text: \"%s\"", word);
    return st;
}

static gaz_status enter(gaz_query_parser *p, size_t column)
{
    if (p->depth == GAZ_QUERY_DEPTH_MAX)
        return gaz_query_fail(p, GAZ_E_INVALID, column,
                              "parentheses and negations are nested over %d deep",
                              GAZ_QUERY_DEPTH_MAX);
    p->depth++;
    return GAZ_OK;
}

/* ---- the grammar ---- */

static gaz_status parse_group(gaz_query_parser *p, const gaz_node **out)
{
    size_t open = p->at + 1;
    gaz_status st = enter(p, open);
    if (st != GAZ_OK)
        return st;
    p->at++;
    st = parse_or(p, out);
    if (st != GAZ_OK)
        return st;
    if (p->at == p->len) {
        st =
            gaz_query_fail(p, GAZ_E_INVALID, open, "a parenthesis is opened here and never closed");
        gaz_error_hint(p->err, "quote text that begins with a parenthesis: \"(\"");
        return st;
    }
    if (!*out) {
        st = gaz_query_fail(p, GAZ_E_INVALID, open, "nothing stands between the parentheses");
        gaz_error_hint(p->err, "quote it to look for the text: \"()\"");
        return st;
    }
    p->at++;
    p->depth--;
    char next = p->at < p->len ? p->text[p->at] : ' ';
    if (gaz_query_space(next) || next == ')' || next == '(')
        return GAZ_OK;
    st = gaz_query_fail(p, GAZ_E_INVALID, p->at + 1,
                        "a space is missing behind the closing parenthesis");
    gaz_error_hint(
        p->err, "quote text that begins with a parenthesis, or write /…/ for a regular expression");
    return st;
}

/* A group, an atom or a setting (*out NULL). */
static gaz_status parse_primary(gaz_query_parser *p, bool negated, const gaz_node **out)
{
    const gaz_query_field *field = NULL;
    gaz_atom *atom = NULL;
    if (p->text[p->at] == '(')
        return parse_group(p, out);
    gaz_status st = gaz_query_field_at(p, &field);
    if (st == GAZ_OK)
        st = field ? gaz_query_field_parse(p, field, negated, &atom)
                   : gaz_query_text_parse(p, &atom);
    if (st != GAZ_OK)
        return st;
    *out = NULL;
    return atom ? new_node(p, GAZ_NODE_ATOM, atom, NULL, 0, out) : GAZ_OK;
}

static gaz_status parse_not(gaz_query_parser *p, bool negated, const gaz_node **out)
{
    size_t len = 0, column = p->at + 1;
    keyword word = keyword_at(p, &len);
    bool minus = minus_at(p);
    if (word == KEYWORD_OR || word == KEYWORD_AND)
        return operand_missing(p, column, word == KEYWORD_OR ? "or" : "and");
    if (word != KEYWORD_NOT && !minus)
        return parse_primary(p, negated, out);
    gaz_status st = enter(p, column);
    if (st != GAZ_OK)
        return st;
    p->at += minus ? 1 : len;
    if (!minus)
        gaz_query_skip(p);
    if (p->at == p->len || gaz_query_space(p->text[p->at]) || p->text[p->at] == ')')
        return negation_missing(p, column, minus ? "-" : "not");
    const gaz_node *kid = NULL;
    st = parse_not(p, true, &kid);
    if (st != GAZ_OK)
        return st;
    p->depth--;
    return negate(p, kid, out);
}

/* Operands up to the end, ")" or "or"; *out NULL when there are none (only settings, or nothing).
 */
static gaz_status parse_and(gaz_query_parser *p, bool *any, const gaz_node **out)
{
    operands list = {.count = 0};
    size_t pending = 0; /* column of an "and" that waits for its right side */
    *any = false;
    for (;;) {
        size_t len = 0, column;
        gaz_query_skip(p);
        column = p->at + 1;
        if (p->at == p->len || p->text[p->at] == ')')
            break;
        keyword word = keyword_at(p, &len);
        if (word == KEYWORD_OR)
            break;
        if (word == KEYWORD_AND) {
            if (!*any || pending)
                return operand_missing(p, column, "and");
            pending = column;
            p->at += len;
            continue;
        }
        const gaz_node *node = NULL;
        gaz_status st = parse_not(p, false, &node);
        if (st != GAZ_OK)
            return st;
        if (node)
            add_operand(&list, GAZ_NODE_AND, node);
        *any = true;
        pending = 0;
    }
    if (pending)
        return operand_missing(p, pending, "and");
    *out = NULL;
    return list.count ? join(p, GAZ_NODE_AND, &list, out) : GAZ_OK;
}

static gaz_status parse_or(gaz_query_parser *p, const gaz_node **out)
{
    operands list = {.count = 0};
    size_t pending = 0; /* column of an "or" that waits for its right side */
    for (;;) {
        const gaz_node *node = NULL;
        bool any;
        gaz_status st = parse_and(p, &any, &node);
        if (st != GAZ_OK)
            return st;
        bool more = p->at < p->len && p->text[p->at] != ')';
        if (!any && (more || pending))
            return operand_missing(p, pending ? pending : p->at + 1, "or");
        if (node)
            add_operand(&list, GAZ_NODE_OR, node);
        if (!more)
            break;
        if (p->depth == 0)
            p->alternatives = true;
        if (p->depth == 0 && p->first_setting)
            return gaz_query_setting_misplaced(p, p->first_setting_name, p->first_setting,
                                               "stand beside 'or'");
        pending = p->at + 1;
        p->at += 2;
    }
    *out = NULL;
    return list.count ? join(p, GAZ_NODE_OR, &list, out) : GAZ_OK;
}

/* ---- the whole ---- */

/* ---- what does not go together ---- */

static gaz_status select_misplaced(gaz_query_parser *p)
{
    const char *name = gaz_query_type_name(p->query->select);
    gaz_status st = gaz_query_fail(p, GAZ_E_INVALID, p->select_column,
                                   "select:%s goes with type:%s only", name, name);
    gaz_error_hint(p->err, "write type:%s to find them", name);
    return st;
}

/* What a field asks of: 0 files, 1 commits, 2 both. */
static int asks_of(gaz_field field)
{
    switch (field) {
    case GAZ_FIELD_AUTHOR:
    case GAZ_FIELD_MESSAGE:
    case GAZ_FIELD_BEFORE:
    case GAZ_FIELD_AFTER:
        return 1;
    case GAZ_FIELD_TEXT:
    case GAZ_FIELD_CONTENT:
    case GAZ_FIELD_REPO:
        return 2;
    default:
        return 0;
    }
}

static gaz_status field_misplaced(gaz_query_parser *p, const gaz_atom *atom)
{
    const char *name = gaz_query_field_name(atom->field);
    if (asks_of(atom->field) == 1) {
        gaz_status st = gaz_query_fail(p, GAZ_E_INVALID, atom->column,
                                       "%s: goes with type:commit or type:diff", name);
        gaz_error_hint(p->err, "quote it to look for the text: \"%s:…\"", name);
        return st;
    }
    gaz_status st = gaz_query_fail(p, GAZ_E_INVALID, atom->column, "%s: does not go with type:%s",
                                   name, gaz_query_type_name(p->query->type));
    gaz_error_hint(p->err, "commits are chosen by repo:, rev:, author:, before:, after: and "
                           "message:; type:diff takes one file: as well");
    return st;
}

/* One operand of a query for commits. */
static gaz_status check_commit_atom(gaz_query_parser *p, const gaz_node *node, unsigned *files)
{
    bool negated = node->kind == GAZ_NODE_NOT;
    const gaz_node *leaf = negated ? node->kids[0] : node;
    const char *type = gaz_query_type_name(p->query->type);
    if (leaf->kind == GAZ_NODE_ALL)
        return GAZ_OK;
    while (leaf->kind != GAZ_NODE_ATOM && leaf->count)
        leaf = leaf->kids[0];
    const gaz_atom *atom = leaf->atom;
    bool simple = leaf == node || (negated && leaf == node->kids[0]);
    if (!simple)
        return gaz_query_fail(p, GAZ_E_INVALID, atom->column,
                              "type:%s takes parts that must all hold: 'or' and groups do not go "
                              "with it",
                              type);
    bool file = atom->field == GAZ_FIELD_FILE && p->query->type == GAZ_TYPE_DIFF && !negated;
    if ((!asks_of(atom->field) && !file) || (file && ++*files > 1))
        return field_misplaced(p, atom);
    if (negated && atom->field != GAZ_FIELD_REPO && atom->field != GAZ_FIELD_AUTHOR)
        return gaz_query_fail(p, GAZ_E_INVALID, atom->column,
                              "with type:%s only repo: and author: can be negated", type);
    return GAZ_OK;
}

static gaz_status check_fields(gaz_query_parser *p, const gaz_node *root)
{
    gaz_status st = GAZ_OK;
    unsigned files = 0;
    for (unsigned i = 0; p->query->type < GAZ_TYPE_COMMIT && i < p->query->atom_count; i++)
        if (asks_of(p->atoms[i]->field) == 1)
            return field_misplaced(p, p->atoms[i]);
    if (p->query->type < GAZ_TYPE_COMMIT || !root)
        return GAZ_OK;
    if (root->kind != GAZ_NODE_AND)
        return check_commit_atom(p, root, &files);
    for (size_t i = 0; st == GAZ_OK && i < root->count; i++)
        st = check_commit_atom(p, root->kids[i], &files);
    return st;
}

/* What can only be said once everything is read. */
static gaz_status settle(gaz_query_parser *p)
{
    gaz_query *q = p->query;
    if (!p->select_column)
        q->select = q->type;
    else if (q->select < q->type)
        return gaz_query_fail(p, GAZ_E_INVALID, p->select_column,
                              "select:%s asks for more than type:%s finds",
                              gaz_query_type_name(q->select), gaz_query_type_name(q->type));
    else if (q->select != q->type && (q->select == GAZ_TYPE_SYMBOL || q->select >= GAZ_TYPE_COMMIT))
        return select_misplaced(p);
    gaz_status good = check_fields(p, q->root);
    if (good != GAZ_OK)
        return good;
    for (unsigned i = 0; p->bare_regex && i < q->atom_count; i++) {
        if (!p->bare[i])
            continue;
        p->atoms[i]->literal = false;
        gaz_status st = gaz_query_tidy_regex(p, p->atoms[i]);
        if (st != GAZ_OK)
            return st;
    }
    if (q->atom_count) {
        q->atoms = gaz_arena_array(p->arena, q->atom_count, sizeof(gaz_atom *));
        if (!q->atoms)
            return fail_memory(p);
        for (unsigned i = 0; i < q->atom_count; i++)
            q->atoms[i] = p->atoms[i];
    }
    return q->root ? GAZ_OK : new_node(p, GAZ_NODE_ALL, NULL, NULL, 0, &q->root);
}

static gaz_status parse_all(gaz_query_parser *p)
{
    gaz_status st = parse_or(p, &p->query->root);
    if (st == GAZ_OK && p->at < p->len) {
        st = gaz_query_fail(p, GAZ_E_INVALID, p->at + 1, "this parenthesis closes nothing");
        gaz_error_hint(p->err, "quote text that holds parentheses: \"f(a, b)\"");
    }
    return st == GAZ_OK ? settle(p) : st;
}

gaz_status gaz_query_parse(const char *text, size_t len, gaz_arena *arena, const gaz_query **out,
                           gaz_error *err)
{
    if (len > GAZ_QUERY_MAX) {
        if (err && err->status == GAZ_OK)
            err->column = GAZ_QUERY_MAX + 1;
        return gaz_error_set(err, GAZ_E_INVALID, "a query of %zu bytes: at most %d are taken", len,
                             GAZ_QUERY_MAX);
    }
    gaz_query *query = gaz_arena_alloc(arena, sizeof *query);
    char *copy = gaz_arena_strndup(arena, text, len);
    if (!query || !copy)
        return gaz_error_set(err, GAZ_E_NOMEM, "parsing a query: out of memory");
    *query = (gaz_query){.text = copy, .len = len, .fold = GAZ_CASE_AUTO};
    gaz_query_parser p = {.text = copy, .len = len, .arena = arena, .query = query, .err = err};
    gaz_status st = parse_all(&p);
    if (st == GAZ_OK)
        *out = query;
    return st;
}
