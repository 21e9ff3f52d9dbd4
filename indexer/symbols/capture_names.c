/* The vocabulary of our queries: names of captures and keys of #set!. docs/grammars.md explains
 * each to whoever writes a query; this table is what the program makes of them. */
#include <string.h>
#include "capture_names.h"
#include "gaz/symbols/highlight.h"

typedef struct fixed_name {
    const char *name;
    uint8_t job, kind;
} fixed_name;

static const fixed_name fixed_names[] = {
    {"name", JOB_NAME, 0},
    {"body", JOB_BODY, 0},
    {"type", JOB_TYPE, 0},
    {"container", JOB_CONTAINER, 0},
    {"span", JOB_SPAN, 0},
    {"signature", JOB_SIGNATURE, 0},
    {"receiver", JOB_RECEIVER, 0},
    {"receiver.type", JOB_RECEIVER_TYPE, 0},
    {"arguments", JOB_ARGUMENTS, 0},
    {"import.path", JOB_IMPORT_PATH, 0},
    {"import.name", JOB_IMPORT_NAME, 0},
    {"import.alias", JOB_IMPORT_ALIAS, 0},
    {"import.wildcard", JOB_IMPORT_WILDCARD, 0},
    {"import.level", JOB_IMPORT_LEVEL, 0},
    {"import.module", JOB_IMPORT, GAZ_IMPORT_MODULE},
    {"import.from", JOB_IMPORT, GAZ_IMPORT_FROM},
    {"import.reexport", JOB_IMPORT, GAZ_IMPORT_REEXPORT},
    {"import.package", JOB_IMPORT, GAZ_IMPORT_PACKAGE},
    {"import.source", JOB_IMPORT, GAZ_IMPORT_SOURCE},
    {"import.include", JOB_IMPORT, IMPORT_INCLUDE},
    {"import.tree", JOB_IMPORT, IMPORT_TREE},
    {"import.tree.reexport", JOB_IMPORT, IMPORT_TREE_REEXPORT},
    {"local.definition", JOB_LOCAL, LOCAL_HERE},
    {"local.hoisted", JOB_LOCAL, LOCAL_HOISTED},
    {"local.foreign", JOB_LOCAL, LOCAL_FOREIGN},
    {"local.type_parameter", JOB_LOCAL, LOCAL_TYPE_NAME},
    {"ignored", JOB_LOCAL, LOCAL_NOTHING},
    {"local.type", JOB_LOCAL_TYPE, 0},
    {"local.valued", JOB_LOCAL, LOCAL_VALUED},
    {"local.value", JOB_LOCAL_VALUE, 0},
    {"local.scope", JOB_SCOPE, SCOPE_BLOCK},
    {"local.function", JOB_SCOPE, SCOPE_FUNCTION},
    {"local.closed", JOB_SCOPE, SCOPE_CLOSED},
    {"comment", JOB_COMMENT, 0},
    {"attribute", JOB_ATTRIBUTE, 0},
    {"doc", JOB_DOC, 0},
    {"visibility", JOB_VISIBILITY_LABEL, 0},
    {"export", JOB_EXPORT, 0},
    {"tokens", JOB_TOKENS, 0},
    {"definition.declarator", JOB_DEFINITION, KIND_DECLARATOR},
};

static bool starts_with(const char *name, size_t len, const char *prefix, size_t *prefix_len)
{
    *prefix_len = strlen(prefix);
    return len > *prefix_len && memcmp(name, prefix, *prefix_len) == 0;
}

static unsigned role_find(const char *name, size_t len)
{
    for (unsigned role = 1; role < GAZ_REFERENCE_ROLE_COUNT; role++) {
        const char *known = gaz_reference_role_name(role);
        if (strlen(known) == len && memcmp(known, name, len) == 0)
            return role;
    }
    return 0;
}

static bool fact_meaning(const char *name, size_t len, capture_meaning *out)
{
    size_t n;
    for (size_t i = 0; i < sizeof fixed_names / sizeof *fixed_names; i++) {
        const fixed_name *fixed = &fixed_names[i];
        if (strlen(fixed->name) == len && memcmp(fixed->name, name, len) == 0) {
            *out = (capture_meaning){fixed->job, fixed->kind, false};
            return true;
        }
    }
    bool declares = starts_with(name, len, "declaration.", &n);
    if (declares || starts_with(name, len, "definition.", &n)) {
        unsigned kind = gaz_symbol_kind_find(name + n, len - n);
        *out = (capture_meaning){JOB_DEFINITION, (uint8_t)kind, declares};
        return kind != 0;
    }
    if (starts_with(name, len, "reference.", &n)) {
        unsigned role = role_find(name + n, len - n);
        *out = (capture_meaning){JOB_REFERENCE, (uint8_t)role, false};
        return role != 0;
    }
    return false;
}

static bool highlight_meaning(const char *name, size_t len, capture_meaning *out)
{
    for (unsigned i = 0; i < GAZ_HIGHLIGHT_COUNT; i++) {
        const char *known = gaz_highlight_class_name(i);
        if (strlen(known) == len && memcmp(known, name, len) == 0) {
            *out = (capture_meaning){JOB_HIGHLIGHT, (uint8_t)i, false};
            return true;
        }
    }
    return false;
}

bool gaz_capture_meaning(const char *name, size_t len, vocabulary words, capture_meaning *out)
{
    *out = (capture_meaning){JOB_NONE, 0, false};
    if (len > 0 && name[0] == '_')
        return true;
    return words == VOCABULARY_HIGHLIGHTS ? highlight_meaning(name, len, out)
                                          : fact_meaning(name, len, out);
}

typedef struct flag_key {
    const char *key;
    size_t offset;
    uint8_t flag;
} flag_key;

static const flag_key flag_keys[] = {
    {"declaration", offsetof(pattern_info, definition_flags), GAZ_DEFINITION_DECLARATION},
    {"abstract", offsetof(pattern_info, definition_flags), GAZ_DEFINITION_ABSTRACT},
    {"test", offsetof(pattern_info, definition_flags), GAZ_DEFINITION_TEST},
    {"static", offsetof(pattern_info, definition_flags), GAZ_DEFINITION_STATIC},
    {"anonymous", offsetof(pattern_info, definition_flags), GAZ_DEFINITION_ANONYMOUS},
    {"override", offsetof(pattern_info, definition_flags), GAZ_DEFINITION_OVERRIDE},
    {"default", offsetof(pattern_info, definition_flags), GAZ_DEFINITION_DEFAULT},
    {"headline", offsetof(pattern_info, headline), 1},
    {"member", offsetof(pattern_info, reference_flags), GAZ_REFERENCE_MEMBER},
    {"self", offsetof(pattern_info, reference_flags), GAZ_REFERENCE_MEMBER | GAZ_REFERENCE_SELF},
    {"new", offsetof(pattern_info, reference_flags), GAZ_REFERENCE_NEW},
    {"called", offsetof(pattern_info, called), 1},
    {"import.wildcard", offsetof(pattern_info, import_flags), GAZ_IMPORT_WILDCARD},
    {"import.dynamic", offsetof(pattern_info, import_flags), GAZ_IMPORT_DYNAMIC},
    {"import.type", offsetof(pattern_info, import_flags), GAZ_IMPORT_TYPE},
    {"import.static", offsetof(pattern_info, import_flags), GAZ_IMPORT_STATIC},
    {"import.computed", offsetof(pattern_info, import_flags), GAZ_IMPORT_COMPUTED},
    {"import.optional", offsetof(pattern_info, import_flags), GAZ_IMPORT_OPTIONAL},
};

static bool same(const char *known, const char *text, size_t len)
{
    return strlen(known) == len && memcmp(known, text, len) == 0;
}

bool gaz_pattern_property(const char *key, size_t key_len, const char *value, size_t value_len,
                          pattern_info *info)
{
    for (size_t i = 0; i < sizeof flag_keys / sizeof *flag_keys; i++) {
        if (same(flag_keys[i].key, key, key_len)) {
            *((uint8_t *)info + flag_keys[i].offset) |= flag_keys[i].flag;
            return true;
        }
    }
    if (same("level", key, key_len) && value_len == 1 && value[0] >= '1' && value[0] <= '9') {
        info->level = (uint8_t)(value[0] - '0');
        return true;
    }
    for (uint8_t i = 0; same("visibility", key, key_len) && i <= GAZ_VISIBILITY_FILE; i++) {
        if (same(gaz_visibility_name(i), value, value_len)) {
            info->visibility = i;
            return true;
        }
    }
    return false;
}
