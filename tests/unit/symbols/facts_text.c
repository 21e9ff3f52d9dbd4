/* One line per fact:
 *   definitions  LINES  KIND NAME [of CONTAINER] [: TYPE] [VISIBILITY and flags]  | SIGNATURE  //
 * DOC references   LINE  ROLE [QUALIFIER .] NAME [/ARITY] [<RECEIVER TYPE>] [flags]  in ENCLOSING
 *   imports      LINE  KIND [level N] PATH [: NAME] [as ALIAS] [flags] */
#include "facts_text.h"

static void add_slice(gaz_strbuf *out, gaz_slice slice)
{
    /* Line ends inside a fact are shown, so that a fact stays one line. */
    for (uint32_t i = 0; i < slice.len; i++) {
        if (slice.data[i] == '\n')
            gaz_strbuf_puts(out, "\\n");
        else
            gaz_strbuf_putc(out, slice.data[i]);
    }
}

static void add_flags(gaz_strbuf *out, unsigned flags, const char *const *names)
{
    for (unsigned bit = 0; names[bit]; bit++)
        if (flags >> bit & 1)
            gaz_strbuf_printf(out, " %s", names[bit]);
}

static void add_definition(gaz_strbuf *out, const gaz_definition *d)
{
    static const char *const flags[] = {"declaration", "abstract", "test",    "static", "anonymous",
                                        "local",       "override", "default", NULL};
    gaz_strbuf_printf(out, "%u-%u%*s", d->span.start_line, d->span.end_line, 2 + 2 * d->depth, "");
    gaz_strbuf_printf(out, "%s ", gaz_symbol_kind_name(d->kind));
    add_slice(out, d->name);
    if (d->container_name.len > 0) {
        gaz_strbuf_puts(out, " of ");
        add_slice(out, d->container_name);
    }
    if (d->type.len > 0) {
        gaz_strbuf_puts(out, " : ");
        add_slice(out, d->type.len > 60 ? (gaz_slice){d->type.data, 60} : d->type);
    }
    gaz_strbuf_printf(out, " [%s", gaz_visibility_name(d->visibility));
    add_flags(out, d->flags, flags);
    gaz_strbuf_puts(out, "] | ");
    add_slice(out, d->signature);
    if (d->doc.len > 0) {
        gaz_strbuf_puts(out, " // ");
        add_slice(out, d->doc);
    }
    gaz_strbuf_putc(out, '\n');
}

static void add_reference(gaz_strbuf *out, const gaz_facts *facts, const gaz_reference *r)
{
    static const char *const flags[] = {"local", "member", "self", "new", "qualified", NULL};
    gaz_strbuf_printf(out, "%u  %s ", r->line, gaz_reference_role_name(r->role));
    if (r->qualifier.len > 0) {
        add_slice(out, r->qualifier);
        gaz_strbuf_puts(out, " . ");
    }
    add_slice(out, r->name);
    if (r->arity != GAZ_ARITY_UNKNOWN)
        gaz_strbuf_printf(out, "/%u", r->arity);
    if (r->receiver_type.len > 0) {
        gaz_strbuf_puts(out, " <");
        add_slice(out, r->receiver_type);
        gaz_strbuf_putc(out, '>');
    }
    if (r->flags) {
        gaz_strbuf_puts(out, " [");
        add_flags(out, r->flags, flags);
        gaz_strbuf_puts(out, " ]");
    }
    if (r->enclosing != GAZ_NO_DEFINITION) {
        gaz_strbuf_puts(out, "  in ");
        add_slice(out, facts->definitions[r->enclosing].name);
    }
    gaz_strbuf_putc(out, '\n');
}

static void add_import(gaz_strbuf *out, const gaz_import *import)
{
    static const char *const flags[] = {"wildcard", "dynamic",  "type", "static",
                                        "computed", "optional", NULL};
    gaz_strbuf_printf(out, "%u  %s ", import->line, gaz_import_kind_name(import->kind));
    if (import->level > 0)
        gaz_strbuf_printf(out, "level %u ", import->level);
    add_slice(out, import->path);
    if (import->name.len > 0) {
        gaz_strbuf_puts(out, " : ");
        add_slice(out, import->name);
    }
    if (import->alias.len > 0) {
        gaz_strbuf_puts(out, " as ");
        add_slice(out, import->alias);
    }
    if (import->flags) {
        gaz_strbuf_puts(out, " [");
        add_flags(out, import->flags, flags);
        gaz_strbuf_puts(out, " ]");
    }
    gaz_strbuf_putc(out, '\n');
}

void facts_text(gaz_strbuf *out, const gaz_facts *facts)
{
    gaz_strbuf_puts(out, "definitions\n");
    for (uint32_t i = 0; i < facts->definition_count; i++)
        add_definition(out, &facts->definitions[i]);
    gaz_strbuf_puts(out, "\nreferences\n");
    for (uint32_t i = 0; i < facts->reference_count; i++)
        add_reference(out, facts, &facts->references[i]);
    gaz_strbuf_puts(out, "\nimports\n");
    for (uint32_t i = 0; i < facts->import_count; i++)
        add_import(out, &facts->imports[i]);
    gaz_strbuf_printf(out, "\n%s%s\n", gaz_extract_outcome_name(facts->outcome),
                      facts->has_errors ? ", with errors" : "");
}
