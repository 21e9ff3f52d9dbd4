/* How names are found in each language, and which kinds of definitions a reference may mean. A row
 * per language; families are languages that use each other's definitions. */
#include "resolve_private.h"

static const resolve_language languages[] = {
    {41, FAMILY_C, TRAIT_INCLUDES | TRAIT_TAGS | TRAIT_ENUM_OPEN},
    {43, FAMILY_C, TRAIT_INCLUDES | TRAIT_THIS | TRAIT_OVERLOADS | TRAIT_ENUM_OPEN},
    {257, FAMILY_C, TRAIT_INCLUDES | TRAIT_ENUM_OPEN}, /* Objective-C */
    {303, FAMILY_PYTHON, TRAIT_DYNAMIC},
    {183, FAMILY_SCRIPT, TRAIT_DYNAMIC},
    {378, FAMILY_SCRIPT, TRAIT_OVERLOADS},
    {94901924, FAMILY_SCRIPT, TRAIT_OVERLOADS}, /* TSX */
    {132, FAMILY_GO, TRAIT_PACKAGE},
    {327, FAMILY_RUST, 0},
    {181, FAMILY_JVM, TRAIT_PACKAGE | TRAIT_THIS | TRAIT_OVERLOADS},
    {189, FAMILY_JVM, TRAIT_PACKAGE | TRAIT_THIS | TRAIT_OVERLOADS}, /* Kotlin */
    {341, FAMILY_JVM, TRAIT_PACKAGE | TRAIT_THIS | TRAIT_OVERLOADS}, /* Scala */
    {42, FAMILY_CSHARP, TRAIT_PACKAGE | TRAIT_THIS | TRAIT_OVERLOADS},
    {326, FAMILY_RUBY, TRAIT_GLOBAL | TRAIT_THIS | TRAIT_DYNAMIC},
    {272, FAMILY_PHP, TRAIT_GLOBAL | TRAIT_DYNAMIC},
    {346, FAMILY_SHELL, TRAIT_GLOBAL},
    {362, FAMILY_SWIFT, TRAIT_PACKAGE | TRAIT_THIS | TRAIT_OVERLOADS},
    {213, FAMILY_LUA, TRAIT_GLOBAL | TRAIT_DYNAMIC},
};

const resolve_language *resolve_language_find(uint32_t id)
{
    static const resolve_language none = {0, FAMILY_NONE, 0};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (languages[i].id == id)
            return &languages[i];
    return &none;
}

/* Java keeps types, methods and variables of one name apart: what is called is no variable, a type
 * no constructor. `A::f` may be a method. */
static uint64_t java_kinds(const gaz_symbol_reference *ref)
{
    const uint64_t types = KINDS_TYPE | KINDS_SPACE;
    if (ref->role == ROLE_CALL)
        return KINDS_FUNCTION | KINDS_TYPE;
    if (ref->role == ROLE_TYPE)
        return ref->flags & REF_IS_NEW ? types | KIND_BIT(KIND_CONSTRUCTOR) : types;
    bool named = ref->flags & REF_IS_MEMBER && ref->flags & REF_IS_QUALIFIED;
    return KINDS_VALUE | types | (named ? KINDS_FUNCTION : 0);
}

uint64_t resolve_kinds(const resolve_language *language, const gaz_symbol_reference *ref)
{
    const uint64_t types = KINDS_TYPE | KINDS_SPACE;
    bool tags = language->traits & TRAIT_TAGS;
    if (language->id == LANGUAGE_JAVA && ref->role <= ROLE_WRITE)
        return java_kinds(ref);
    switch (ref->role) {
    case ROLE_CALL:
        return KINDS_FUNCTION | KINDS_VALUE | KIND_BIT(KIND_MACRO) | (tags ? 0 : KINDS_TYPE);
    case ROLE_TYPE:
        /* A name beside a type: `typeof f` in TypeScript, a macro in C. */
        return types | KIND_BIT(KIND_MACRO) | (tags ? 0 : KINDS_VALUE | KINDS_FUNCTION);
    case ROLE_INHERIT:
        if (language->family == FAMILY_RUST) /* `#[derive(Debug)]` beside a struct called Debug */
            return KIND_BIT(KIND_TRAIT) | KIND_BIT(KIND_TYPE) | KIND_BIT(KIND_MACRO);
        return types | KIND_BIT(KIND_MACRO);
    case ROLE_MACRO:
        return KIND_BIT(KIND_MACRO);
    case ROLE_READ:
    case ROLE_WRITE:
        return KINDS_FUNCTION | KINDS_VALUE | KIND_BIT(KIND_MACRO) |
               (tags ? KIND_BIT(KIND_TYPE) : types);
    default:
        return UINT64_MAX & ~KIND_BIT(KIND_EXTENSION);
    }
}

const char *gaz_resolve_method_name(unsigned method)
{
    static const char *const names[GAZ_RESOLVE_METHOD_COUNT] = {
        "none", "scip", "receiver", "import", "file", "package", "unique", "ambiguous", "local"};
    return method < GAZ_RESOLVE_METHOD_COUNT ? names[method] : NULL;
}

bool gaz_resolve_is_edge(unsigned method)
{
    return method >= GAZ_RESOLVE_SCIP && method <= GAZ_RESOLVE_UNIQUE;
}
