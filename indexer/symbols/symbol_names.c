/* The words for what is stored as numbers: kinds, roles, visibilities, outcomes. */
#include <string.h>
#include "gaz/symbols/symbols.h"

static const char *const kind_names[GAZ_SYMBOL_KIND_COUNT] = {
    NULL,        "function",    "method",    "constructor", "class",     "struct",    "union",
    "enum",      "enum member", "interface", "trait",       "type",      "namespace", "module",
    "package",   "macro",       "variable",  "constant",    "field",     "property",  "object",
    "extension", "section",     "rule",      "key",         "element",   "table",     "view",
    "index",     "column",      "block",     "event",       "annotation"};

static const char *const role_names[GAZ_REFERENCE_ROLE_COUNT] = {
    NULL, "call", "type", "read", "write", "import", "inherit", "macro"};

static const char *const visibility_names[] = {"public", "protected", "private", "package", "file"};

static const char *const import_names[GAZ_IMPORT_KIND_COUNT] = {
    NULL, "module", "from", "quoted", "angled", "reexport", "package", "source"};

static const char *const outcome_names[GAZ_EXTRACT_OUTCOME_COUNT] = {
    "complete", "too large", "too deep", "timed out", "too many", "minified", "no grammar"};

static const char *name_at(const char *const *names, size_t count, unsigned number)
{
    return number < count ? names[number] : NULL;
}

const char *gaz_symbol_kind_name(unsigned kind)
{
    return name_at(kind_names, GAZ_SYMBOL_KIND_COUNT, kind);
}

static bool same_words(const char *name, const char *text, size_t len)
{
    if (strlen(name) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] != text[i] && !(name[i] == ' ' && (text[i] == '_' || text[i] == '-')))
            return false;
    return true;
}

unsigned gaz_symbol_kind_find(const char *name, size_t len)
{
    for (unsigned kind = 1; kind < GAZ_SYMBOL_KIND_COUNT; kind++)
        if (same_words(kind_names[kind], name, len))
            return kind;
    return 0;
}

const char *gaz_reference_role_name(unsigned role)
{
    return name_at(role_names, GAZ_REFERENCE_ROLE_COUNT, role);
}

const char *gaz_visibility_name(unsigned visibility)
{
    return name_at(visibility_names, sizeof visibility_names / sizeof *visibility_names,
                   visibility);
}

const char *gaz_import_kind_name(unsigned kind)
{
    return name_at(import_names, GAZ_IMPORT_KIND_COUNT, kind);
}

const char *gaz_extract_outcome_name(unsigned outcome)
{
    return name_at(outcome_names, GAZ_EXTRACT_OUTCOME_COUNT, outcome);
}
