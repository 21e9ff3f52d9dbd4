/* Facts of one blob in one language: what it defines, refers to and imports.
 *
 * Facts depend on the blob's bytes and its language alone, never on a path, a branch or another
 * file: they are found once per blob and stored. What a name means elsewhere is the graph's work.
 *
 * A language is its linguist id, as everywhere in Gazetteer. An extractor holds the parser and its
 * scratch memory: one per thread. Facts own nothing but an arena; their slices point into the text,
 * which the caller keeps, or into that arena. */
#ifndef GAZ_SYMBOLS_SYMBOLS_H
#define GAZ_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/arena.h"

/** Raised whenever the same text may give other facts though grammar and queries are unchanged. */
#define GAZ_SYMBOLS_VERSION 2u
/** No definition: the file's top level. */
#define GAZ_NO_DEFINITION UINT32_MAX
/** The arity of something that is no call, or whose arguments cannot be counted (`f(*args)`). */
#define GAZ_ARITY_UNKNOWN UINT8_MAX

/** What is known of a language. */
typedef enum gaz_symbols_support {
    GAZ_SYMBOLS_NONE,    /**< no grammar */
    GAZ_SYMBOLS_OUTLINE, /**< definitions and highlighting */
    GAZ_SYMBOLS_FULL     /**< definitions, references, imports, scopes and highlighting */
} gaz_symbols_support;

gaz_symbols_support gaz_symbols_supports(uint32_t language);
/** How many languages have a grammar; gaz_symbols_language_at() takes indexes below it and gives
 * linguist ids in the order of languages.def. */
size_t gaz_symbols_language_count(void);
uint32_t gaz_symbols_language_at(size_t index);
/** Changes with the grammar, its queries and GAZ_SYMBOLS_VERSION; stored facts of another
 * fingerprint are out of date. 0 for a language without grammar. */
uint64_t gaz_symbols_fingerprint(uint32_t language);

/** What a definition is. Numbers are stored: never change or reuse one, add at the end. */
typedef enum gaz_symbol_kind {
    GAZ_SYMBOL_FUNCTION = 1,
    GAZ_SYMBOL_METHOD = 2,
    GAZ_SYMBOL_CONSTRUCTOR = 3,
    GAZ_SYMBOL_CLASS = 4,
    GAZ_SYMBOL_STRUCT = 5,
    GAZ_SYMBOL_UNION = 6,
    GAZ_SYMBOL_ENUM = 7,
    GAZ_SYMBOL_ENUM_MEMBER = 8,
    GAZ_SYMBOL_INTERFACE = 9, /**< also a protocol, a C++ concept */
    GAZ_SYMBOL_TRAIT = 10,    /**< also a mixin, a type class */
    GAZ_SYMBOL_TYPE = 11,     /**< another name for a type: typedef, using, type alias */
    GAZ_SYMBOL_NAMESPACE = 12,
    GAZ_SYMBOL_MODULE = 13,
    GAZ_SYMBOL_PACKAGE = 14, /**< the package a file says it belongs to */
    GAZ_SYMBOL_MACRO = 15,
    GAZ_SYMBOL_VARIABLE = 16,
    GAZ_SYMBOL_CONSTANT = 17,
    GAZ_SYMBOL_FIELD = 18,
    GAZ_SYMBOL_PROPERTY = 19,
    GAZ_SYMBOL_OBJECT = 20,    /**< a singleton: Kotlin and Scala objects */
    GAZ_SYMBOL_EXTENSION = 21, /**< members added to a type elsewhere: Rust impl, Swift extension */
    GAZ_SYMBOL_SECTION = 22,   /**< a heading and what follows it */
    GAZ_SYMBOL_RULE = 23,      /**< a make target, a CSS rule */
    GAZ_SYMBOL_KEY = 24,       /**< a key of JSON, YAML, TOML */
    GAZ_SYMBOL_ELEMENT = 25,   /**< an HTML element with an id */
    GAZ_SYMBOL_TABLE = 26,     /**< SQL */
    GAZ_SYMBOL_VIEW = 27,      /**< SQL */
    GAZ_SYMBOL_INDEX = 28,     /**< SQL */
    GAZ_SYMBOL_COLUMN = 29,    /**< SQL */
    GAZ_SYMBOL_BLOCK = 30,     /**< an HCL block: resource, variable, … */
    GAZ_SYMBOL_EVENT = 31,     /**< C#, Solidity */
    GAZ_SYMBOL_ANNOTATION = 32 /**< Java @interface */
} gaz_symbol_kind;

#define GAZ_SYMBOL_KIND_COUNT 33u
/** "function", "enum member", … Static; NULL for numbers that mean nothing. */
const char *gaz_symbol_kind_name(unsigned kind);
/** The kind with a name, a space or '_' or '-' between its words; 0 when there is none. */
unsigned gaz_symbol_kind_find(const char *name, size_t len);

/** Who may use a definition, as the language or its custom says. Numbers are stored. */
typedef enum gaz_visibility {
    GAZ_VISIBILITY_PUBLIC = 0,
    GAZ_VISIBILITY_PROTECTED = 1,
    GAZ_VISIBILITY_PRIVATE = 2,
    GAZ_VISIBILITY_PACKAGE = 3, /**< its package, module, crate or assembly */
    GAZ_VISIBILITY_FILE = 4     /**< its file: C `static`, names a module does not export */
} gaz_visibility;

/** "public", "protected", "private", "package" or "file". Static. */
const char *gaz_visibility_name(unsigned visibility);

/* Flags of a definition. Numbers are stored. */
#define GAZ_DEFINITION_DECLARATION 0x01u /**< no body: a prototype, extern, forward declaration */
#define GAZ_DEFINITION_ABSTRACT 0x02u    /**< to be implemented: abstract and interface members */
#define GAZ_DEFINITION_TEST 0x04u        /**< a test, as its language's frameworks write them */
#define GAZ_DEFINITION_STATIC 0x08u      /**< belongs to its class, not to instances */
#define GAZ_DEFINITION_ANONYMOUS 0x10u   /**< name is made up: "(anonymous struct)" */
#define GAZ_DEFINITION_LOCAL 0x20u       /**< inside a function: nobody outside can name it */
#define GAZ_DEFINITION_OVERRIDE 0x40u    /**< says that it overrides another */
#define GAZ_DEFINITION_DEFAULT 0x80u     /**< the default export of a JavaScript module */

/** Bytes that something else owns: the text or the facts' arena. Not NUL-terminated. */
typedef struct gaz_slice {
    const char *data; /**< "" when empty, never NULL */
    uint32_t len;
} gaz_slice;

/** A part of the text. Offsets are bytes, 0-based, `end` beyond the last; lines are 1-based. */
typedef struct gaz_span {
    uint32_t start, end;
    uint32_t start_line, end_line;
} gaz_span;

/** One definition or declaration. */
typedef struct gaz_definition {
    uint8_t kind;       /**< gaz_symbol_kind */
    uint8_t visibility; /**< gaz_visibility */
    uint8_t flags;      /**< GAZ_DEFINITION_… */
    uint8_t depth;      /**< containers above it; 0 at top level */
    uint32_t container; /**< index of the enclosing definition, below its own; or none */
    gaz_slice name;
    gaz_slice container_name; /**< what it belongs to when that is said elsewhere than by nesting:
                                 "A::B" of `void A::B::f()`, a Go receiver's type; else empty */
    gaz_slice signature; /**< one line, blanks folded, without the body; ≤ GAZ_SIGNATURE_MAX */
    gaz_slice type;      /**< declared type of a variable or field, result of a function, as
                            written; empty when the text does not say */
    gaz_slice doc;       /**< its comment or docstring as written, marks included; or empty */
    gaz_span span;       /**< all of it: from decorators to the end of the body */
    gaz_span name_span;
    uint32_t body_start, body_end; /**< bytes of the body; equal when there is none */
} gaz_definition;

#define GAZ_SIGNATURE_MAX 400u /**< bytes; longer ones end in "…" */

/** What a reference does with what it names. Numbers are stored. */
typedef enum gaz_reference_role {
    GAZ_REFERENCE_CALL = 1,
    GAZ_REFERENCE_TYPE = 2,
    GAZ_REFERENCE_READ = 3, /**< also taking an address: `.open = my_open` */
    GAZ_REFERENCE_WRITE = 4,
    GAZ_REFERENCE_IMPORT = 5,  /**< a name an import statement brings in */
    GAZ_REFERENCE_INHERIT = 6, /**< a base class, interface or trait; `enclosing` is the heir */
    GAZ_REFERENCE_MACRO = 7    /**< use of a macro where the syntax tells: `foo!()`, #ifdef FOO */
} gaz_reference_role;

#define GAZ_REFERENCE_ROLE_COUNT 8u
/** "call", "type", … Static; NULL for numbers that mean nothing. */
const char *gaz_reference_role_name(unsigned role);

/* Flags of a reference. */
#define GAZ_REFERENCE_LOCAL 0x01u  /**< binds to a parameter or local variable of this file */
#define GAZ_REFERENCE_MEMBER 0x02u /**< a member of something: `x.f`, `p->f`, `A::f`, `.f = ` */
#define GAZ_REFERENCE_SELF 0x04u   /**< a member of self, this, cls or super */
#define GAZ_REFERENCE_NEW 0x08u    /**< makes an object: `new Foo()` */
/** What stands before the name is a path of names, not a value: `A::f`, `pkg.f` in Go and Python
 * where the name is imported. */
#define GAZ_REFERENCE_QUALIFIED 0x10u

/** One use of a name. */
typedef struct gaz_reference {
    uint8_t role;  /**< gaz_reference_role */
    uint8_t flags; /**< GAZ_REFERENCE_… */
    uint8_t arity; /**< arguments of a call, or GAZ_ARITY_UNKNOWN */
    uint32_t start;
    uint32_t line;
    uint32_t enclosing; /**< innermost definition around it, or none */
    gaz_slice name;
    gaz_slice qualifier; /**< what stands before the last '.', '->' or '::', as written */
    gaz_slice
        receiver_type; /**< type of the qualifier's value when this file says it, else empty */
} gaz_reference;

/** How a file asks for another. Numbers are stored. */
typedef enum gaz_import_kind {
    GAZ_IMPORT_MODULE = 1,   /**< `import a.b`, `use a::b`, `require "a"` */
    GAZ_IMPORT_FROM = 2,     /**< one name out of a module: `from a import b` */
    GAZ_IMPORT_QUOTED = 3,   /**< C #include "a.h" */
    GAZ_IMPORT_ANGLED = 4,   /**< C #include <a.h> */
    GAZ_IMPORT_REEXPORT = 5, /**< `export … from "a"`, `pub use a::b` */
    GAZ_IMPORT_PACKAGE = 6,  /**< all of a package: Go `import "a/b"`, Java `import a.*` */
    GAZ_IMPORT_SOURCE = 7    /**< runs or inserts another file: shell `source`, PHP include, make
                                include, Rust `mod a;` */
} gaz_import_kind;

#define GAZ_IMPORT_KIND_COUNT 8u
const char *gaz_import_kind_name(unsigned kind);

/* Flags of an import. Numbers are stored. */
#define GAZ_IMPORT_WILDCARD 0x01u /**< all names: `*`, Go's `.` */
#define GAZ_IMPORT_DYNAMIC                                                                         \
    0x02u                         /**< happens when the code runs: import(), require(), __import__ \
                                   */
#define GAZ_IMPORT_TYPE 0x04u     /**< for types only: `import type` */
#define GAZ_IMPORT_STATIC 0x08u   /**< Java `import static`, C# `using static` */
#define GAZ_IMPORT_COMPUTED 0x10u /**< the path is an expression: `path` holds it as written */
#define GAZ_IMPORT_OPTIONAL 0x20u /**< may be missing: inside try or #ifdef, `-include` */

/** One imported thing: `from a import b, c` gives two. */
typedef struct gaz_import {
    uint8_t kind;  /**< gaz_import_kind */
    uint8_t flags; /**< GAZ_IMPORT_… */
    uint8_t level; /**< leading dots of a relative Python import, `super` of Rust; else 0 */
    uint32_t start;
    uint32_t line;
    uint32_t enclosing; /**< the definition it stands in, or none */
    gaz_slice path;     /**< as written, without quotes and leading dots of `level` */
    gaz_slice name;     /**< the name taken out of it; empty for all of it */
    gaz_slice alias;    /**< what it is called here, when said */
} gaz_import;

/** How extraction ended. Numbers are stored. All but COMPLETE keep what was found before. */
typedef enum gaz_extract_outcome {
    GAZ_EXTRACT_COMPLETE = 0,
    GAZ_EXTRACT_TOO_LARGE = 1, /**< text beyond limits.bytes: nothing was parsed */
    GAZ_EXTRACT_TOO_DEEP = 2,  /**< nested beyond limits.depth */
    GAZ_EXTRACT_TIMED_OUT = 3, /**< parsing or matching took longer than limits.time_us */
    GAZ_EXTRACT_TOO_MANY = 4,  /**< more facts, syntax nodes or memory than the limits allow */
    GAZ_EXTRACT_MINIFIED = 5,  /**< lines as only programs write them: nothing was parsed */
    GAZ_EXTRACT_NO_GRAMMAR = 6 /**< the language has none */
} gaz_extract_outcome;

#define GAZ_EXTRACT_OUTCOME_COUNT 7u
/** "complete", "too large", … Static; NULL for numbers that mean nothing. */
const char *gaz_extract_outcome_name(unsigned outcome);

/** All facts of one text. */
typedef struct gaz_facts {
    gaz_arena arena;                   /**< private; holds everything below */
    uint8_t outcome;                   /**< gaz_extract_outcome */
    bool has_errors;                   /**< the text does not fit the grammar everywhere */
    const gaz_definition *definitions; /**< by span.start, containers before their contents */
    const gaz_reference *references;   /**< by start */
    const gaz_import *imports;         /**< by start */
    uint32_t definition_count, reference_count, import_count;
} gaz_facts;

/** Makes empty facts that can be filled again and again. */
void gaz_facts_init(gaz_facts *facts);
void gaz_facts_release(gaz_facts *facts);

/** What one extraction may take. Zero members mean the default. */
typedef struct gaz_extract_limits {
    uint32_t bytes;   /**< of text; default 32 MiB */
    uint32_t depth;   /**< of the syntax tree; default 4,096 */
    uint32_t nodes;   /**< of the syntax tree; default 16 M */
    uint32_t facts;   /**< definitions, references and imports together; default 4 M */
    uint64_t memory;  /**< bytes the syntax tree and the parser may take; default 1 GiB */
    int64_t time_us;  /**< of parsing and matching together; default 20 s */
    int64_t deadline; /**< monotonic instant, 0 for none: a request's own */
} gaz_extract_limits;

/* What is wanted; less is faster. */
#define GAZ_FACTS_DEFINITIONS 0x1u /**< enough for an outline */
#define GAZ_FACTS_REFERENCES 0x2u  /**< with definitions */
#define GAZ_FACTS_IMPORTS 0x4u
#define GAZ_FACTS_ALL 0x7u

/** A parser with its scratch memory. Not shared between threads. */
typedef struct gaz_extractor gaz_extractor;

/** @param limits  nullable; copied */
GAZ_CHECKED gaz_status gaz_extractor_new(const gaz_extract_limits *limits, gaz_extractor **out,
                                         gaz_error *err);
void gaz_extractor_free(gaz_extractor *extractor);
/** Sets the limits of what follows. @param limits  nullable; copied */
void gaz_extractor_limit(gaz_extractor *extractor, const gaz_extract_limits *limits);

/**
 * Finds the facts of a text. A text that is too much for the limits, broken or in a language
 * without grammar is no failure: facts->outcome and facts->has_errors tell.
 *
 * @param language  linguist id
 * @param text      any bytes, kept by the caller as long as the facts
 * @param wanted    GAZ_FACTS_…
 * @param facts     from gaz_facts_init(); what it held before is forgotten
 * @return GAZ_E_NOMEM, GAZ_E_CANCELLED when limits.deadline has passed; `facts` is empty then
 */
GAZ_CHECKED gaz_status gaz_extract(gaz_extractor *extractor, uint32_t language, const char *text,
                                   size_t len, unsigned wanted, gaz_facts *facts, gaz_error *err);

#endif
