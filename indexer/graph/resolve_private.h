/* Resolving references: what one request has decoded, and the parts that work on it. */
#ifndef GAZ_RESOLVE_PRIVATE_H
#define GAZ_RESOLVE_PRIVATE_H

#include <string.h>
#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "gaz/graph/resolve.h"

/* The numbers of gaz/symbols/symbols.h that matter here; that module is a neighbour. */
enum {
    KIND_FUNCTION = 1,
    KIND_METHOD = 2,
    KIND_CONSTRUCTOR = 3,
    KIND_CLASS = 4,
    KIND_STRUCT = 5,
    KIND_UNION = 6,
    KIND_ENUM = 7,
    KIND_ENUM_MEMBER = 8,
    KIND_INTERFACE = 9,
    KIND_TRAIT = 10,
    KIND_TYPE = 11,
    KIND_NAMESPACE = 12,
    KIND_MODULE = 13,
    KIND_PACKAGE = 14,
    KIND_MACRO = 15,
    KIND_VARIABLE = 16,
    KIND_CONSTANT = 17,
    KIND_FIELD = 18,
    KIND_PROPERTY = 19,
    KIND_OBJECT = 20,
    KIND_EXTENSION = 21,
    KIND_EVENT = 31,
    KIND_ANNOTATION = 32
};
enum { VIS_PUBLIC, VIS_PROTECTED, VIS_PRIVATE, VIS_PACKAGE, VIS_FILE };
enum { /* flags of definitions */
       DEF_IS_DECLARATION = 0x01,
       DEF_IS_ABSTRACT = 0x02,
       DEF_IS_TEST = 0x04,
       DEF_IS_STATIC = 0x08,
       DEF_IS_ANONYMOUS = 0x10,
       DEF_IS_LOCAL = 0x20,
       DEF_IS_OVERRIDE = 0x40,
       DEF_IS_DEFAULT = 0x80
};
enum { ROLE_CALL = 1, ROLE_TYPE, ROLE_READ, ROLE_WRITE, ROLE_IMPORT, ROLE_INHERIT, ROLE_MACRO };
enum { /* flags of references */
       REF_IS_LOCAL = 0x01,
       REF_IS_MEMBER = 0x02,
       REF_IS_SELF = 0x04,
       REF_IS_NEW = 0x08,
       REF_IS_QUALIFIED = 0x10
};
enum { /* kinds of imports */
       IMPORT_MODULE = 1,
       IMPORT_FROM,
       IMPORT_QUOTED,
       IMPORT_ANGLED,
       IMPORT_REEXPORT,
       IMPORT_PACKAGE,
       IMPORT_SOURCE
};
enum { IMPORT_IS_WILDCARD = 0x01, IMPORT_IS_STATIC = 0x08 };

#define KIND_BIT(kind) (UINT64_C(1) << (kind))
#define KINDS_CLASS                                                                                \
    (KIND_BIT(KIND_CLASS) | KIND_BIT(KIND_STRUCT) | KIND_BIT(KIND_UNION) | KIND_BIT(KIND_ENUM) |   \
     KIND_BIT(KIND_INTERFACE) | KIND_BIT(KIND_TRAIT) | KIND_BIT(KIND_OBJECT) |                     \
     KIND_BIT(KIND_ANNOTATION))
#define KINDS_TYPE (KINDS_CLASS | KIND_BIT(KIND_TYPE))
#define KINDS_FUNCTION                                                                             \
    (KIND_BIT(KIND_FUNCTION) | KIND_BIT(KIND_METHOD) | KIND_BIT(KIND_CONSTRUCTOR))
#define KINDS_VALUE                                                                                \
    (KIND_BIT(KIND_VARIABLE) | KIND_BIT(KIND_CONSTANT) | KIND_BIT(KIND_FIELD) |                    \
     KIND_BIT(KIND_PROPERTY) | KIND_BIT(KIND_ENUM_MEMBER) | KIND_BIT(KIND_EVENT))
/* What a name may mean: not what adds to a type elsewhere. */
#define KINDS_ANY (UINT64_MAX & ~(KIND_BIT(KIND_EXTENSION) | KIND_BIT(KIND_PACKAGE)))
#define KINDS_SPACE (KIND_BIT(KIND_NAMESPACE) | KIND_BIT(KIND_MODULE) | KIND_BIT(KIND_PACKAGE))

#define RESOLVE_NAMES_MAX                                                                          \
    65536u /* definitions of one name that are held; more are looked up by file */
#define RESOLVE_LINKS_MAX 16u    /* imports followed from one to the next */
#define RESOLVE_NESTED_MAX 24u   /* references resolved for the sake of another */
#define RESOLVE_OWNERS_MAX 4096u /* definitions of a name whose class is looked at */

/* ---- languages ---- */

typedef enum resolve_family {
    FAMILY_NONE,
    FAMILY_C,
    FAMILY_PYTHON,
    FAMILY_SCRIPT,
    FAMILY_GO,
    FAMILY_RUST,
    FAMILY_JVM,
    FAMILY_CSHARP,
    FAMILY_RUBY,
    FAMILY_PHP,
    FAMILY_SHELL,
    FAMILY_SWIFT,
    FAMILY_LUA
} resolve_family;

/* How names are found in a language. */
enum {
    TRAIT_INCLUDES = 0x001,  /* files are put together as text; declarations are linked by name */
    TRAIT_THIS = 0x002,      /* members are seen without `this.` */
    TRAIT_PACKAGE = 0x004,   /* names of the same package are seen without an import */
    TRAIT_OVERLOADS = 0x008, /* several functions of one name differ by their parameters */
    TRAIT_TAGS = 0x010,      /* struct tags are no names of values */
    TRAIT_GLOBAL = 0x020,    /* functions and types are seen everywhere once they are loaded */
    TRAIT_ENUM_OPEN = 0x040, /* members of enums are seen where the enum is */
    TRAIT_DYNAMIC = 0x080    /* names are also found while the program runs */
};

#define LANGUAGE_JAVA 181u

typedef struct resolve_language {
    uint32_t id; /* linguist */
    uint8_t family;
    uint16_t traits;
} resolve_language;

/** The row of a language; never NULL: an unknown one has FAMILY_NONE. */
const resolve_language *resolve_language_find(uint32_t id);
/** Kinds a reference of this role may mean, as bits. */
uint64_t resolve_kinds(const resolve_language *language, const gaz_symbol_reference *ref);

/* ---- what has been decoded ---- */

/** A definition that could be meant. */
typedef struct candidate {
    uint32_t file, index;
    uint8_t kind, flags;
    const gaz_symbol_definition *def; /* NULL until resolve_detail() */
} candidate;

/** The definitions of a name. */
typedef struct name_set {
    gaz_symbol_name name;
    candidate *items; /* by file, then index */
    uint32_t count;
    uint64_t total;
    bool complete;
} name_set;

/** A name an import brings into a file. */
typedef struct binding {
    gaz_symbol_name local;  /* what the file calls it */
    gaz_symbol_name wanted; /* what is taken out of the module; empty: the module itself */
    const gaz_symbol_import *fact;
    uint32_t scope;  /* the definition it is bound in, or GAZ_SYMBOL_NONE */
    uint32_t import; /* of the graph */
    uint32_t next;   /* of the same local name, + 1 */
} binding;

/** A file that has been looked into. */
typedef struct file_entry {
    uint32_t file;
    const resolve_language *language;
    unsigned loaded; /* GAZ_SYMBOL_… */
    bool absent;     /* it has no facts */
    bool text_tried, bound;
    gaz_symbol_facts facts;
    const char *text;
    size_t text_len;
    binding *bindings;
    uint32_t binding_count;
    uint32_t *wildcards; /* imports of the graph that bring in all names */
    uint32_t wildcard_count;
    gaz_map by_local;   /* local name → binding + 1 */
    uint32_t *inherits; /* references of role inherit */
    uint32_t inherit_count;
    bool inherits_known;
} file_entry;

typedef GAZ_VEC(candidate) candidate_list;
typedef GAZ_VEC(uint32_t) file_list;

struct gaz_resolver {
    gaz_resolve_source source;
    gaz_arena arena;
    uint32_t file_count;
    gaz_map files;                 /* file → file_entry */
    gaz_map names;                 /* name → name_set */
    gaz_map details;               /* file, index → definition */
    gaz_map closures;              /* file, direction → bitset */
    gaz_map types;                 /* file, name → candidate list */
    GAZ_VEC(file_entry *) entries; /* those whose maps are to be released */
    uint32_t nested, ticks;
    bool many_files; /* a few names are looked for in many files, not the other way round */
};

gaz_status resolve_no_memory(gaz_error *err);
/** Counts a step of work; GAZ_E_TIMEOUT beyond the deadline. */
gaz_status resolve_tick(gaz_resolver *r, gaz_error *err);
/** Memory of the request; NULL beyond its limit. */
void *resolve_alloc(gaz_resolver *r, size_t count, size_t size);

/** The entry of a file with at least these facts. A file without facts has none. */
gaz_status resolve_file(gaz_resolver *r, uint32_t file, unsigned wanted, file_entry **out,
                        gaz_error *err);
/** The language of a file. */
const resolve_language *resolve_language_of(gaz_resolver *r, uint32_t file);
/** The text of a part of a file's facts; *len 0 when it cannot be had. */
gaz_status resolve_text(gaz_resolver *r, uint32_t file, const gaz_symbol_text *part,
                        const char **data, uint32_t *len, gaz_error *err);
gaz_status resolve_names(gaz_resolver *r, gaz_symbol_name name, name_set **out, gaz_error *err);
/** The definitions of a name in one file: a part of the set, or looked up. */
gaz_status resolve_names_in(gaz_resolver *r, const name_set *set, uint32_t file, candidate **out,
                            uint32_t *count, gaz_error *err);
/** One definition. */
gaz_status resolve_definition(gaz_resolver *r, uint32_t file, uint32_t index,
                              const gaz_symbol_definition **out, gaz_error *err);
/** Fills c->def. */
gaz_status resolve_detail(gaz_resolver *r, candidate *c, gaz_error *err);
/** The candidate of a definition. */
gaz_status resolve_candidate(gaz_resolver *r, uint32_t file, uint32_t index, candidate *out,
                             gaz_error *err);
/** References of a file that inherit: indexes into its references. */
gaz_status resolve_inherits(gaz_resolver *r, file_entry *e, gaz_error *err);

/** Kinds that have members in a language: in Lua tables, which variables and fields hold. */
static inline uint64_t kinds_with_members(const resolve_language *l)
{
    return l->family == FAMILY_LUA
               ? KIND_BIT(KIND_VARIABLE) | KIND_BIT(KIND_CONSTANT) | KIND_BIT(KIND_FIELD)
               : KINDS_TYPE;
}
static inline bool same_name(gaz_symbol_name a, gaz_symbol_name b)
{
    return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}
static inline bool name_is(gaz_symbol_name a, const char *text)
{
    return a.len == strlen(text) && memcmp(a.data, text, a.len) == 0;
}
static inline bool kind_in(uint64_t kinds, uint8_t kind)
{
    return kind < 64 && kinds >> kind & 1;
}

/* ---- names as text ---- */

/** The last name of a path: `a.b::c` gives c. */
gaz_symbol_name resolve_last_name(gaz_symbol_name path);
/** Cuts the first name off a path; false when it is empty or no path of names. */
bool resolve_next_name(gaz_symbol_name *path, gaz_symbol_name *first);
/** The name of a type without what stands around it; empty when it is not one name. */
gaz_symbol_name resolve_bare_type(const char *text, uint32_t len);
/** The least and the most arguments a signature takes; false when it does not tell. */
bool resolve_arity(const char *signature, uint32_t len, uint32_t *least, uint32_t *most);

/* ---- files ---- */

static inline bool has_bit(const uint8_t *bits, uint32_t at)
{
    return bits && bits[at / 8] >> at % 8 & 1;
}
/** Whether the text of `file` includes `other`, directly or not. */
gaz_status resolve_sees(gaz_resolver *r, uint32_t file, uint32_t other, bool *sees, gaz_error *err);
/** Whether two files belong to one package. */
gaz_status resolve_same_package(gaz_resolver *r, uint32_t a, uint32_t b, bool *same,
                                gaz_error *err);
typedef struct resolve_files {
    uint32_t *files; /* ascending */
    uint32_t count;
} resolve_files;
/** The files of a file's package, itself among them; none where it is a unit of its own. */
gaz_status resolve_package(gaz_resolver *r, uint32_t file, const resolve_files **out,
                           gaz_error *err);
/** Files an import leads to. @param certain  nullable; whether they are no mere candidates */
gaz_status resolve_import_files(gaz_resolver *r, uint32_t file, uint32_t import, file_list *out,
                                bool *certain, gaz_error *err);
/** Whether a file is the module of that name: `a/b.py`, `a/b/__init__.py`, `b/mod.rs`. */
bool resolve_is_module(gaz_resolver *r, uint32_t file, gaz_symbol_name name);
/** The file `crate`, `self` or `super` means in a file of Rust, or GAZ_GRAPH_NO_FILE. */
uint32_t resolve_rust_module(const gaz_resolver *r, uint32_t file, gaz_symbol_name word);
/** Fills e->bindings. */
gaz_status resolve_bind(gaz_resolver *r, file_entry *e, gaz_error *err);

/* ---- scopes ---- */

/** Whether a definition is seen in its file without naming what it is in. */
gaz_status resolve_is_open(gaz_resolver *r, candidate *c, bool *open, gaz_error *err);
/** Keeps of the definitions of a file those that are open and of these kinds. */
gaz_status resolve_open_in(gaz_resolver *r, const name_set *set, uint32_t file, uint64_t kinds,
                           candidate_list *out, gaz_error *err);
/** The name of what a member belongs to; empty for none. */
gaz_status resolve_owner(gaz_resolver *r, candidate *c, gaz_symbol_name *out, uint32_t *index,
                         gaz_error *err);
/** Names of a file that others can import: its own, and what it hands on. A module is a candidate
 * with index GAZ_SYMBOL_NONE. */
gaz_status resolve_exported(gaz_resolver *r, uint32_t file, gaz_symbol_name name, uint64_t kinds,
                            candidate_list *out, gaz_error *err);
/** What a name of a file's imports means, if it is one. @param enclosing  where it is used */
gaz_status resolve_imported(gaz_resolver *r, uint32_t file, gaz_symbol_name local,
                            uint32_t enclosing, uint64_t kinds, candidate_list *out, bool *bound,
                            gaz_error *err);
/** Names that imports of all names bring in. @param open  set when one of them is unknown */
gaz_status resolve_wildcards(gaz_resolver *r, uint32_t file, gaz_symbol_name name, uint64_t kinds,
                             candidate_list *out, bool *open, gaz_error *err);
/** Whether `index` is `around`, or inside of it. */
gaz_status resolve_is_inside(gaz_resolver *r, uint32_t file, uint32_t index, uint32_t around,
                             bool *inside, gaz_error *err);

/** A name without anything before it. */
typedef struct plain_name {
    uint32_t file;
    uint32_t enclosing; /* where it is used */
    gaz_symbol_name name;
    uint64_t kinds;
    uint8_t arity;
} plain_name;
gaz_status resolve_plain(gaz_resolver *r, const plain_name *name, gaz_resolution *out,
                         gaz_error *err);

/* ---- full names: PHP, Ruby ---- */

/** Parts with dots between them. Empty when it is too long. */
typedef struct full_name {
    uint32_t len;
    char text[1024];
} full_name;
/** The namespace of a place in PHP, the modules and classes around one in Ruby. */
gaz_status resolve_nesting(gaz_resolver *r, uint32_t file, uint32_t enclosing, full_name *out,
                           gaz_error *err);
gaz_status resolve_full_name(gaz_resolver *r, candidate *c, full_name *out, gaz_error *err);
/** Adds a name or a path of names; false when it gets too long. */
bool resolve_full_join(full_name *out, gaz_symbol_name part);
gaz_status resolve_same_full(gaz_resolver *r, candidate *a, candidate *b, bool *same,
                             gaz_error *err);
gaz_status resolve_by_full_name(gaz_resolver *r, uint8_t family, const full_name *wanted,
                                uint64_t kinds, candidate_list *out, gaz_error *err);
/** Whether a definition is called as a member of a class or module of Ruby is. */
gaz_status resolve_is_of(gaz_resolver *r, const candidate *space, candidate *member, bool *out,
                         gaz_error *err);
/** All places where a class or module of Ruby is opened. */
gaz_status resolve_openings(gaz_resolver *r, candidate *type, candidate_list *out, gaz_error *err);
/** A constant of Ruby, or a name of PHP that is no variable. @param decided  whether it is one */
gaz_status resolve_plain_ruby(gaz_resolver *r, const plain_name *name, gaz_resolution *out,
                              bool *decided, gaz_error *err);
gaz_status resolve_plain_php(gaz_resolver *r, const plain_name *name, gaz_resolution *out,
                             bool *decided, gaz_error *err);
/** A path of PHP with backslashes. */
gaz_status resolve_php_path(gaz_resolver *r, uint32_t file, uint32_t enclosing,
                            gaz_symbol_name path, uint64_t kinds, candidate_list *out,
                            gaz_error *err);

/* ---- types ---- */

/** The types a path of names means in a file. Kept by the resolver. */
gaz_status resolve_type(gaz_resolver *r, uint32_t file, uint32_t enclosing, gaz_symbol_name path,
                        const candidate **out, uint32_t *count, gaz_error *err);
/** The class around a definition. *found false when there is none. */
gaz_status resolve_class_around(gaz_resolver *r, uint32_t file, uint32_t index, candidate *out,
                                bool *found, gaz_error *err);
/** The members of that name a type has, by itself or by what it inherits: the nearest ones. */
typedef struct member_query {
    candidate type;
    gaz_symbol_name name;
    uint64_t kinds;
    bool above; /* only what it inherits */
} member_query;
gaz_status resolve_members(gaz_resolver *r, const member_query *query, candidate_list *out,
                           gaz_error *err);
/** The members of that name a type has by itself. */
gaz_status resolve_own_members(gaz_resolver *r, const member_query *q, candidate_list *out,
                               gaz_error *err);
/** What a type is declared to inherit from. */
gaz_status resolve_bases(gaz_resolver *r, const candidate *type, candidate_list *out,
                         gaz_error *err);
/** What a reference to a member means. */
gaz_status resolve_member(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                          gaz_resolution *out, gaz_error *err);
/** What a path of names before a member means: types and modules. */
gaz_status resolve_path(gaz_resolver *r, uint32_t file, uint32_t enclosing, gaz_symbol_name path,
                        candidate_list *out, gaz_error *err);

/** The first name of a path: a module, a type, a value. */
gaz_status resolve_path_head(gaz_resolver *r, uint32_t file, uint32_t enclosing,
                             gaz_symbol_name first, bool path_goes_on, candidate_list *out,
                             gaz_error *err);
/** The names `name` inside of what `c` is. */
gaz_status resolve_step_into(gaz_resolver *r, candidate *c, gaz_symbol_name name, uint64_t kinds,
                             candidate_list *out, gaz_error *err);
/** The declared type of a value, or of the result of a function. @param opened  the type of what is
 * in it, where it is a Result, an Option or a Promise */
gaz_status resolve_type_of(gaz_resolver *r, candidate *c, bool opened, candidate_list *out,
                           gaz_error *err);
/** The definition around one: the enum of its member. */
gaz_status resolve_container_of(gaz_resolver *r, candidate *c, candidate_list *out, gaz_error *err);
/** What a value is whose expression is written as a path: `store.open()?.rows`. */
gaz_status resolve_value(gaz_resolver *r, uint32_t file, uint32_t enclosing, gaz_symbol_name path,
                         candidate_list *out, gaz_error *err);

/* ---- answers ---- */

/** What candidates that were found by a rule come to. */
typedef struct settling {
    uint32_t file;
    uint8_t method, arity;
    const name_set *set; /* nullable: for definitions of declarations */
    bool ordered;        /* they are in order, the best first */
} settling;
gaz_status resolve_settle(gaz_resolver *r, const settling *s, candidate_list *found,
                          gaz_resolution *out, gaz_error *err);
/** A plain name of C: what includes make visible, and what linkage makes of it. */
gaz_status resolve_plain_c(gaz_resolver *r, const plain_name *name, const name_set *set,
                           gaz_resolution *out, gaz_error *err);
/** C's linkage: the definitions that declarations a file sees stand for. */
gaz_status resolve_link(gaz_resolver *r, const name_set *set, const candidate *declarations,
                        size_t count, candidate_list *out, gaz_error *err);
/** Adds variants to what an edge leads to, or to what is ambiguous. */
gaz_status resolve_append(gaz_resolver *r, const candidate_list *more, gaz_resolution *out,
                          gaz_error *err);
gaz_status resolve_ambiguous(gaz_resolver *r, const candidate *items, uint32_t count,
                             gaz_resolution *out, gaz_error *err);
uint8_t resolve_confidence(uint8_t method, const gaz_resolution *res);
gaz_status resolve_add(candidate_list *list, const candidate *c, gaz_error *err);
/** The reference that begins at a byte of the file; NULL set when there is none. */
gaz_status resolve_reference_at(gaz_resolver *r, uint32_t file, uint32_t at,
                                const gaz_symbol_reference **out, gaz_error *err);

/* ---- uses ---- */

/** What uses are looked for: definitions that are one thing, and the names it goes by. */
typedef struct use_search {
    candidate_list entity;
    gaz_symbol_name name;
    uint32_t roles;  /* bits */
    bool makes;      /* a constructor: uses of its class that make objects */
    uint32_t symbol; /* of the SCIP index, or UINT32_MAX */
    gaz_symbol_use *files;
    uint32_t file_count;
    uint8_t *listed; /* nullable: bits of those in `files`, and to be in it */
    uint64_t by_name;
    gaz_status (*see)(void *ctx, const gaz_symbol_reference *ref, const gaz_resolution *res,
                      bool sure, gaz_error *err); /* GAZ_DONE: enough */
    void *ctx;
} use_search;
gaz_status use_search_begin(gaz_resolver *r, gaz_resolve_target target, uint32_t roles,
                            use_search *out, gaz_error *err);
/** Shows the uses in one file from a byte on, in order of place. GAZ_DONE when `see` had enough. */
gaz_status use_search_file(gaz_resolver *r, use_search *search, uint32_t file, uint32_t from,
                           gaz_error *err);
void use_search_end(use_search *search);
#define GAZ_CALL_ROLES (1u << ROLE_CALL | 1u << ROLE_MACRO)

/** What a SCIP index says of a place. */
typedef enum compiled_word {
    COMPILED_SILENT,  /* nothing, though it has the file, or because it does not */
    COMPILED_LOST,    /* something of a file that has changed since */
    COMPILED_FOREIGN, /* it is of another index, or of no tree at all */
    COMPILED_KNOWN
} compiled_word;
/** @param out  set where it is known */
gaz_status resolve_scip(gaz_resolver *r, uint32_t file, uint32_t at, gaz_resolution *out,
                        compiled_word *word, gaz_error *err);
/** Takes back what our rules found where a compiler that had the file found nothing: what it calls
 * foreign is none of its own definitions, and what it passed over is not guessed at. */
void resolve_doubt(const gaz_resolver *r, uint32_t file, compiled_word word, gaz_resolution *res);

#endif
