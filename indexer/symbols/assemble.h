/* From raw facts to facts: definitions into their containers, references to their scopes. */
#ifndef GAZ_SYMBOLS_ASSEMBLE_H
#define GAZ_SYMBOLS_ASSEMBLE_H

#include "language_style.h"
#include "lookup.h"
#include "raw_facts.h"

/** A local name and where it can be seen. */
typedef struct binding {
    uint32_t name;       /**< index into the table of names */
    uint32_t start, end; /**< where it is seen */
    uint32_t at;         /**< where it is written */
    uint32_t below;      /**< the binding it hides */
    raw_range type;
    raw_range value; /**< what it is made by; it is not known inside of it */
    gaz_slice made;  /**< that value as a path, see gaz_value_path(); or empty */
    raw_range type_before;
    gaz_slice made_before;
    uint8_t kind; /**< LOCAL_HERE, … */
} binding;

/** Everything one text needs on the way; memory is kept. */
typedef struct assembly {
    raw_facts raw;
    const language_style *style;
    gaz_facts *facts;
    position_map claims; /**< positions of names that are no references */
    name_table names;
    GAZ_VEC(binding) bindings;
    GAZ_VEC(uint32_t) stack;
    GAZ_VEC(uint32_t) order;
    GAZ_VEC(uint32_t) spare;
    uint32_t closed_from;         /**< local names written before it are not seen */
    GAZ_VEC(uint32_t) next_field; /**< per definition: the next field of the same name */
} assembly;

/**
 * Gives definitions their containers, kinds, visibility and documentation, and drops those that are
 * local variables; these join raw.locals. Fills facts->definitions.
 */
GAZ_CHECKED gaz_status gaz_assemble_definitions(assembly *a, gaz_error *err);
/** Fills facts->references. After definitions. */
GAZ_CHECKED gaz_status gaz_assemble_references(assembly *a, gaz_error *err);
/** Fills facts->imports. After definitions. */
GAZ_CHECKED gaz_status gaz_assemble_imports(assembly *a, gaz_error *err);

/**
 * Drops levels of keys that are too many for an outline.
 * @return false when some of the highest level had to be left out too
 */
bool gaz_drop_deep_keys(raw_facts *raw);
/** Stretches headings, sorted by where they begin, to the next of their level or a higher one.
 * @return whether there were any, so that definitions must be sorted again */
bool gaz_stretch_sections(raw_facts *raw);

/** Widens definitions by the attributes before them. Before they are sorted. */
void gaz_attach_attributes(assembly *a);
/** Sorts comments and documentation strings and gives them to definitions. */
void gaz_attach_docs(assembly *a);
/** Makes one line of a name of several. @return false when out of memory */
bool gaz_fold_name(assembly *a, gaz_slice *name);
/** One line that shows a definition without its body. */
GAZ_CHECKED gaz_status gaz_signature(assembly *a, const raw_definition *d, gaz_slice *out,
                                     gaz_error *err);
/** The bare name of a type as written: "const struct foo *" is "foo". Empty when it is no name. */
raw_range gaz_bare_type(const char *text, raw_range type);
/**
 * Writes an expression as the path its type is found by: `a.b(c)?.d` after what its first name is.
 * Steps are `.name`, `()` for a call and `?` for taking a value out of a Result, Promise or the
 * like.
 *
 * @param rest  the expression behind its first name
 * @param out   the bytes of the path are appended
 * @return false when it is no such path, or too long
 */
bool gaz_value_path(const char *text, raw_range rest, char *out, uint32_t *len, uint32_t max);
/** Whether a kind holds members: classes and their like. */
bool gaz_kind_is_class(unsigned kind);
bool gaz_kind_is_function(unsigned kind);

/** A part of the text. */
gaz_slice gaz_text_slice(const raw_facts *raw, raw_range range);

/** Steps through definitions by position, to tell the innermost around each. */
typedef struct enclosing_walk {
    uint32_t next;  /**< first definition that has not begun */
    uint32_t depth; /**< of assembly.stack */
} enclosing_walk;

/** The innermost definition around a position; positions must ascend. Room for the stack is made
 * by gaz_enclosing_begin(). */
GAZ_CHECKED gaz_status gaz_enclosing_begin(assembly *a, enclosing_walk *walk, gaz_error *err);
uint32_t gaz_enclosing_at(assembly *a, enclosing_walk *walk, uint32_t at);

#endif
