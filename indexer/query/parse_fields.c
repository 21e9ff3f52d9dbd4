/* The fields of the query language, as one table: name, what its value may be, what it becomes. An
 * identifier, a colon and something that is no second colon, slash pair or equals sign make a
 * field; only then is an unknown name an error, so that std::vector, http://host and x:=1 are plain
 * words. */
#include "parse_internal.h"

#include <string.h>
#include "gaz/base/clock.h"
#include "gaz/base/date.h"
#include "gaz/base/near.h"
#include "gaz/store/store.h"
#include "gaz/text/language.h"

typedef gaz_status (*field_reader)(gaz_query_parser *p, const gaz_query_field *field,
                                   const gaz_query_value *value, gaz_atom *atom);

struct gaz_query_field {
    const char *name;
    field_reader read;
    bool setting;      /**< applies to the whole query; no atom */
    gaz_field kind;    /**< of the atom */
    const char *takes; /**< what its value may be, for errors */
};

static gaz_status bad_value(gaz_query_parser *p, const gaz_query_field *field,
                            const gaz_query_value *value)
{
    int shown = value->len > 40 ? 40 : (int)value->len;
    return gaz_query_fail(p, GAZ_E_INVALID, value->column, "%s: takes %s, not '%.*s'", field->name,
                          field->takes, shown, value->text);
}

static bool is(const gaz_query_value *value, const char *word)
{
    return value->form != GAZ_FORM_REGEX && value->len == strlen(word) &&
           memcmp(value->text, word, value->len) == 0;
}

/* ---- atoms ---- */

static gaz_status read_pattern(gaz_query_parser *p, const gaz_query_field *field,
                               const gaz_query_value *value, gaz_atom *atom)
{
    (void)field;
    atom->literal = value->form == GAZ_FORM_QUOTED;
    return value->form == GAZ_FORM_BARE ? gaz_query_tidy_regex(p, atom) : GAZ_OK;
}

/* A bare word is a literal unless patterntype: says otherwise, which may stand anywhere: decided at
 * the end. */
static gaz_status read_text(gaz_query_parser *p, const gaz_query_field *field,
                            const gaz_query_value *value, gaz_atom *atom)
{
    (void)field;
    atom->literal = value->form != GAZ_FORM_REGEX;
    p->bare[atom->index] = value->form == GAZ_FORM_BARE;
    return GAZ_OK;
}

static gaz_status read_language(gaz_query_parser *p, const gaz_query_field *field,
                                const gaz_query_value *value, gaz_atom *atom)
{
    if (value->form == GAZ_FORM_REGEX)
        return bad_value(p, field, value);
    atom->literal = true;
    atom->language = gaz_language_find(value->text, value->len);
    if (atom->language != GAZ_LANG_NONE)
        return GAZ_OK;
    gaz_status st = bad_value(p, field, value);
    gaz_near near;
    gaz_near_init(&near, value->text, value->len);
    for (size_t i = 0; i < gaz_language_count(); i++)
        gaz_near_offer(&near, gaz_language_at(i)->name);
    gaz_near_hint(&near, p->err, "", "");
    gaz_error_hint(p->err,
                   "languages are named as GitHub's linguist names them: C, C++, Python, Go, …");
    return st;
}

static gaz_status read_flag(gaz_query_parser *p, const gaz_query_field *field,
                            const gaz_query_value *value, gaz_atom *atom)
{
    atom->literal = true;
    atom->flag = is(value, "yes");
    return atom->flag || is(value, "no") ? GAZ_OK : bad_value(p, field, value);
}

static gaz_status read_exact(gaz_query_parser *p, const gaz_query_field *field,
                             const gaz_query_value *value, gaz_atom *atom)
{
    if (value->form == GAZ_FORM_REGEX || value->len > GAZ_REPO_NAME_MAX)
        return bad_value(p, field, value);
    atom->literal = atom->exact = true;
    return GAZ_OK;
}

#define DATES "a date such as 2026-01-31, 2026-01-31T12:00:00Z, yesterday or \"2 weeks ago\""

/* What it means now is worked out when it is asked. */
static gaz_status read_date(gaz_query_parser *p, const gaz_query_field *field,
                            const gaz_query_value *value, gaz_atom *atom)
{
    int64_t ignored;
    atom->literal = true;
    if (value->form == GAZ_FORM_REGEX || strlen(value->text) != value->len ||
        gaz_date_parse(value->text, gaz_wall_us() / 1000000, &ignored, NULL) != GAZ_OK)
        return bad_value(p, field, value);
    return GAZ_OK;
}

static gaz_status read_tree(gaz_query_parser *p, const gaz_query_field *field,
                            const gaz_query_value *value, gaz_atom *atom)
{
    atom->literal = true;
    return value->form == GAZ_FORM_REGEX ? bad_value(p, field, value) : GAZ_OK;
}

/* ---- settings ---- */

static gaz_status read_case(gaz_query_parser *p, const gaz_query_field *field,
                            const gaz_query_value *value, gaz_atom *atom)
{
    (void)atom;
    if (is(value, "yes"))
        p->query->fold = GAZ_CASE_SENSITIVE;
    else if (is(value, "no"))
        p->query->fold = GAZ_CASE_INSENSITIVE;
    else if (is(value, "auto"))
        p->query->fold = GAZ_CASE_AUTO;
    else
        return bad_value(p, field, value);
    return GAZ_OK;
}

static const char *const types[] = {
    [GAZ_TYPE_MATCH] = "match", [GAZ_TYPE_SYMBOL] = "symbol", [GAZ_TYPE_FILE] = "file",
    [GAZ_TYPE_REPO] = "repo",   [GAZ_TYPE_COMMIT] = "commit", [GAZ_TYPE_DIFF] = "diff"};

const char *gaz_query_type_name(gaz_result_type type)
{
    return types[type];
}

static gaz_status read_any_type(gaz_query_parser *p, const gaz_query_field *field,
                                const gaz_query_value *value, gaz_result_type *out)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (is(value, types[i])) {
            *out = (gaz_result_type)i;
            return GAZ_OK;
        }
    }
    gaz_status st = bad_value(p, field, value);
    gaz_near near;
    gaz_near_init(&near, value->text, value->len);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        gaz_near_offer(&near, types[i]);
    gaz_near_hint(&near, p->err, "", "");
    return st;
}

static gaz_status read_type(gaz_query_parser *p, const gaz_query_field *field,
                            const gaz_query_value *value, gaz_atom *atom)
{
    (void)atom;
    return read_any_type(p, field, value, &p->query->type);
}

static gaz_status read_select(gaz_query_parser *p, const gaz_query_field *field,
                              const gaz_query_value *value, gaz_atom *atom)
{
    (void)atom;
    p->select_column = value->column;
    return read_any_type(p, field, value, &p->query->select);
}

static gaz_status read_rev(gaz_query_parser *p, const gaz_query_field *field,
                           const gaz_query_value *value, gaz_atom *atom)
{
    (void)atom;
    if (value->form == GAZ_FORM_REGEX || value->len > GAZ_REF_NAME_MAX)
        return bad_value(p, field, value);
    for (size_t i = 0; i < value->len; i++)
        if ((unsigned char)value->text[i] < 0x20 || value->text[i] == 0x7f)
            return gaz_query_fail(p, GAZ_E_INVALID, value->columns[i], "rev: holds a control byte");
    p->query->rev = value->text;
    p->query->rev_column = value->column;
    return GAZ_OK;
}

/* Reads decimal digits below `max`; false when there are none or too many. */
static bool read_number(const gaz_query_value *value, int64_t max, int64_t *number, size_t *used)
{
    int64_t n = 0;
    size_t i = 0;
    for (; value->form != GAZ_FORM_REGEX && i < value->len && value->text[i] >= '0' &&
           value->text[i] <= '9';
         i++) {
        n = n * 10 + (value->text[i] - '0');
        if (n > max)
            return false;
    }
    *number = n;
    *used = i;
    return i > 0;
}

static gaz_status read_count(gaz_query_parser *p, const gaz_query_field *field,
                             const gaz_query_value *value, gaz_atom *atom)
{
    (void)atom;
    size_t used;
    int64_t n = 0;
    p->query->count_all = is(value, "all");
    if (!p->query->count_all &&
        (!read_number(value, GAZ_QUERY_COUNT_MAX, &n, &used) || used < value->len || n == 0))
        return bad_value(p, field, value);
    p->query->count = n;
    return GAZ_OK;
}

static gaz_status read_timeout(gaz_query_parser *p, const gaz_query_field *field,
                               const gaz_query_value *value, gaz_atom *atom)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    (void)atom;
    size_t used;
    int64_t n = 0;
    if (read_number(value, GAZ_QUERY_TIMEOUT_MAX_MS, &n, &used) && n > 0)
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
            if (strcmp(value->text + used, units[i].name) == 0 &&
                strlen(units[i].name) == value->len - used &&
                n <= GAZ_QUERY_TIMEOUT_MAX_MS / units[i].ms) {
                p->query->timeout_ms = n * units[i].ms;
                return GAZ_OK;
            }
    return bad_value(p, field, value);
}

static gaz_status read_patterntype(gaz_query_parser *p, const gaz_query_field *field,
                                   const gaz_query_value *value, gaz_atom *atom)
{
    (void)atom;
    p->bare_regex = is(value, "regexp");
    return p->bare_regex || is(value, "literal") || is(value, "keyword")
               ? GAZ_OK
               : bad_value(p, field, value);
}

/* ---- the table ---- */

static const gaz_query_field fields[] = {
    {"content", read_text, false, GAZ_FIELD_CONTENT, NULL},
    {"c", read_text, false, GAZ_FIELD_CONTENT, NULL},
    {"sym", read_text, false, GAZ_FIELD_SYM, NULL},
    {"file", read_pattern, false, GAZ_FIELD_FILE, NULL},
    {"path", read_pattern, false, GAZ_FIELD_FILE, NULL},
    {"f", read_pattern, false, GAZ_FIELD_FILE, NULL},
    {"repo", read_pattern, false, GAZ_FIELD_REPO, NULL},
    {"r", read_pattern, false, GAZ_FIELD_REPO, NULL},
    {"branch", read_pattern, false, GAZ_FIELD_BRANCH, NULL},
    {"b", read_pattern, false, GAZ_FIELD_BRANCH, NULL},
    {"lang", read_language, false, GAZ_FIELD_LANG, "the name of a language"},
    {"l", read_language, false, GAZ_FIELD_LANG, "the name of a language"},
    {"ts", read_tree, false, GAZ_FIELD_TS,
     "a tree-sitter pattern in quotes: ts:\"(call_expression)\""},
    {"author", read_text, false, GAZ_FIELD_AUTHOR, NULL},
    {"message", read_text, false, GAZ_FIELD_MESSAGE, NULL},
    {"before", read_date, false, GAZ_FIELD_BEFORE, DATES},
    {"after", read_date, false, GAZ_FIELD_AFTER, DATES},
    {"generated", read_flag, false, GAZ_FIELD_GENERATED, "yes or no"},
    {"test", read_flag, false, GAZ_FIELD_TEST, "yes or no"},
    {"case", read_case, true, GAZ_FIELD_TEXT, "yes, no or auto"},
    {"type", read_type, true, GAZ_FIELD_TEXT, "match, symbol, file, repo, commit or diff"},
    {"select", read_select, true, GAZ_FIELD_TEXT, "match, symbol, file or repo"},
    {"rev", read_rev, true, GAZ_FIELD_TEXT, "a branch, tag or commit of at most 1024 bytes"},
    {"count", read_count, true, GAZ_FIELD_TEXT, "a number from 1 to 100000, or all"},
    {"timeout", read_timeout, true, GAZ_FIELD_TEXT,
     "a time such as 500ms, 2s or 1m, of at most 60m"},
    {"patterntype", read_patterntype, true, GAZ_FIELD_TEXT, "literal, regexp or keyword"},
    {"archived", NULL, false, GAZ_FIELD_TEXT, NULL},
    {"fork", NULL, false, GAZ_FIELD_TEXT, NULL},
};
#define FIELDS (sizeof fields / sizeof fields[0])
static const gaz_query_field bare_text = {"text", read_text, false, GAZ_FIELD_TEXT, NULL};
static const gaz_query_field exact_repo = {"repo", read_exact, false, GAZ_FIELD_REPO,
                                           "the whole name of a repository behind ="};

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool identifier(char c)
{
    return letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static gaz_status unknown_field(gaz_query_parser *p, const char *name, size_t len)
{
    int shown = len > 40 ? 40 : (int)len;
    gaz_status st =
        gaz_query_fail(p, GAZ_E_INVALID, p->at + 1, "there is no field '%.*s:'", shown, name);
    gaz_near near;
    gaz_near_init(&near, name, len);
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].name[1])
            gaz_near_offer(&near, fields[i].name);
    gaz_near_hint(&near, p->err, "", ":");
    gaz_error_hint(p->err, "quote it to look for the text: \"%.*s:…\"", shown, name);
    return st;
}

gaz_status gaz_query_field_at(gaz_query_parser *p, const gaz_query_field **out)
{
    const char *at = p->text + p->at;
    size_t len = 0, left = p->len - p->at;
    *out = NULL;
    while (len < left && identifier(at[len]))
        len++;
    if (len == 0 || len == left || !letter(at[0]))
        return GAZ_OK;
    if (at[len] == '=' && len == 4 && memcmp(at, "repo", 4) == 0) {
        *out = &exact_repo;
        return GAZ_OK;
    }
    char next = left > len + 1 ? at[len + 1] : ' ';
    bool scheme = next == '/' && left > len + 2 && at[len + 2] == '/';
    if (at[len] != ':' || next == ':' || next == '=' || scheme)
        return GAZ_OK;
    for (size_t i = 0; i < FIELDS; i++) {
        if (strlen(fields[i].name) == len && memcmp(fields[i].name, at, len) == 0) {
            *out = &fields[i];
            return GAZ_OK;
        }
    }
    return unknown_field(p, at, len);
}

/* ---- reading one ---- */

static gaz_status new_atom(gaz_query_parser *p, const gaz_query_field *field,
                           const gaz_query_value *value, gaz_atom **out)
{
    unsigned index = p->query->atom_count;
    if (index == GAZ_QUERY_ATOMS_MAX)
        return gaz_query_fail(p, GAZ_E_INVALID, value->column, "a query has at most %d parts",
                              GAZ_QUERY_ATOMS_MAX);
    if (value->len > GAZ_PATTERN_MAX)
        return gaz_query_fail(p, GAZ_E_INVALID, value->column, "a pattern has at most %d bytes",
                              GAZ_PATTERN_MAX);
    gaz_atom *atom = gaz_arena_alloc(p->arena, sizeof *atom);
    if (!atom)
        return gaz_error_set(p->err, GAZ_E_NOMEM, "parsing a query: out of memory");
    *atom = (gaz_atom){.field = field->kind,
                       .text = value->text,
                       .len = value->len,
                       .column = value->column,
                       .columns = value->columns,
                       .index = index};
    gaz_status st = field->read(p, field, value, atom);
    if (st != GAZ_OK)
        return st;
    p->atoms[index] = atom;
    p->query->atom_count++;
    *out = atom;
    return GAZ_OK;
}

gaz_status gaz_query_setting_misplaced(gaz_query_parser *p, const char *name, size_t column,
                                       const char *where)
{
    gaz_status st = gaz_query_fail(p, GAZ_E_INVALID, column,
                                   "%s: applies to the whole query and cannot %s", name, where);
    gaz_error_hint(p->err, "put it first and the rest in parentheses: %s:… (a or b)", name);
    return st;
}

static gaz_status check_setting_place(gaz_query_parser *p, const gaz_query_field *field,
                                      size_t column, bool negated)
{
    if (negated)
        return gaz_query_setting_misplaced(p, field->name, column, "be negated");
    if (p->depth)
        return gaz_query_setting_misplaced(p, field->name, column, "stand inside parentheses");
    if (p->alternatives)
        return gaz_query_setting_misplaced(p, field->name, column, "stand beside 'or'");
    return GAZ_OK;
}

/** A setting as given, to tell a repetition from a contradiction. */
static bool same_setting(const gaz_query *a, bool a_regex, const gaz_query *b, bool b_regex)
{
    bool rev = a->rev == b->rev || (a->rev && b->rev && strcmp(a->rev, b->rev) == 0);
    return rev && a_regex == b_regex && a->fold == b->fold && a->type == b->type &&
           a->select == b->select && a->count_all == b->count_all && a->count == b->count &&
           a->timeout_ms == b->timeout_ms;
}

static gaz_status read_setting(gaz_query_parser *p, const gaz_query_field *field, size_t column,
                               const gaz_query_value *value)
{
    unsigned bit = 1u << (field - fields);
    gaz_query before = *p->query;
    bool before_regex = p->bare_regex;
    gaz_status st = field->read(p, field, value, NULL);
    if (st != GAZ_OK)
        return st;
    if ((p->settings_given & bit) && !same_setting(&before, before_regex, p->query, p->bare_regex))
        return gaz_query_fail(p, GAZ_E_INVALID, column, "%s: is given twice, with different values",
                              field->name);
    p->settings_given |= bit;
    if (!p->first_setting)
        p->first_setting = column, p->first_setting_name = field->name;
    return GAZ_OK;
}

gaz_status gaz_query_field_parse(gaz_query_parser *p, const gaz_query_field *field, bool negated,
                                 gaz_atom **out)
{
    size_t start = p->at, column = start + 1;
    if (!field->read) {
        gaz_status st =
            gaz_query_fail(p, GAZ_E_UNSUPPORTED, column, "%s: is not available yet", field->name);
        gaz_error_hint(p->err, "quote it to look for the text: \"%s:…\"", field->name);
        return st;
    }
    gaz_status st = field->setting ? check_setting_place(p, field, column, negated) : GAZ_OK;
    if (st != GAZ_OK)
        return st;
    while (p->text[p->at] != ':' && p->text[p->at] != '=')
        p->at++;
    p->at++;
    if (p->at == p->len || gaz_query_space(p->text[p->at]) || p->text[p->at] == ')') {
        st = gaz_query_fail(p, GAZ_E_INVALID, p->at + 1, "%.*s needs a value right behind it",
                            (int)(p->at - start), p->text + start);
        gaz_error_hint(p->err, "quote it to look for the text: \"%.*s\"", (int)(p->at - start),
                       p->text + start);
        return st;
    }
    gaz_query_value value;
    st = gaz_query_read(p, &value);
    if (st != GAZ_OK)
        return st;
    *out = NULL;
    return field->setting ? read_setting(p, field, column, &value)
                          : new_atom(p, field, &value, out);
}

const char *gaz_query_field_name(gaz_field kind)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (!fields[i].setting && fields[i].kind == kind && fields[i].read)
            return fields[i].name;
    return "";
}

gaz_status gaz_query_text_parse(gaz_query_parser *p, gaz_atom **out)
{
    gaz_query_value value;
    gaz_status st = gaz_query_read(p, &value);
    return st == GAZ_OK ? new_atom(p, &bare_text, &value, out) : st;
}
