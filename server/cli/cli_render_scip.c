/* Renderers of what was imported from compilers. */
#include <inttypes.h>
#include <string.h>

#include "cli_render.h"

static const char *text_of(const gaz_json *object, const char *key)
{
    const char *text = gaz_json_text(gaz_json_get(object, key), NULL);
    return text ? text : "";
}

static uint64_t number_of(const gaz_json *object, const char *key)
{
    int64_t n = gaz_json_integer(gaz_json_get(object, key), 0);
    return n > 0 ? (uint64_t)n : 0;
}

gaz_status gaz_cli_render_scip_import(void *ctx, const char *event, const gaz_json *value,
                                      gaz_error *err)
{
    gaz_cli_view *view = ctx;
    char documents[32], occurrences[32];
    (void)event, (void)err;
    gaz_cli_number(number_of(value, "documents"), documents);
    gaz_cli_number(number_of(value, "occurrences"), occurrences);
    gaz_cli_printf(view->out, "imported %s occurrences of %s files of ", occurrences, documents);
    gaz_cli_text(view->out, text_of(value, "repo"), strlen(text_of(value, "repo")));
    gaz_cli_printf(view->out, "@%.10s by ", text_of(value, "commit"));
    gaz_cli_text(view->out, text_of(value, "tool"), strlen(text_of(value, "tool")));
    gaz_cli_puts(view->out, "\n");
    if (number_of(value, "without_text"))
        gaz_cli_printf(view->notes,
                       "gaz: %" PRIu64
                       " files of it were passed over: they are not searched here\n",
                       number_of(value, "without_text"));
    if (number_of(value, "dropped"))
        gaz_cli_printf(view->notes,
                       "gaz: %" PRIu64
                       " older indexes were dropped; scip.kept says how many stay\n",
                       number_of(value, "dropped"));
    return GAZ_OK;
}

gaz_status gaz_cli_render_scip_list(void *ctx, const char *event, const gaz_json *value,
                                    gaz_error *err)
{
    static const char *const head[] = {"REPOSITORY", "COMMIT",      "BELOW", "TOOL",
                                       "FILES",      "OCCURRENCES", "SIZE",  "IMPORTED"};
    gaz_cli_view *view = ctx;
    const gaz_json *indexes = gaz_json_get(value, "indexes");
    gaz_cli_table table;
    (void)event;
    if (gaz_json_size(indexes) == 0) {
        gaz_cli_puts(view->notes, "gaz: none yet; gaz scip import FILE imports one\n");
        return GAZ_OK;
    }
    gaz_cli_table_init(&table, 8, 0x70);
    gaz_cli_table_row(&table, head);
    for (size_t i = 0; i < gaz_json_size(indexes); i++) {
        const gaz_json *x = gaz_json_at(indexes, i);
        char commit[16], files[32], occurrences[32], bytes[32], tool[160];
        snprintf(commit, sizeof commit, "%.10s", text_of(x, "commit"));
        snprintf(tool, sizeof tool, "%s %s", text_of(x, "tool"), text_of(x, "version"));
        gaz_cli_number(number_of(x, "documents"), files);
        gaz_cli_number(number_of(x, "occurrences"), occurrences);
        gaz_cli_bytes((double)number_of(x, "bytes"), bytes);
        gaz_cli_table_row(
            &table, (const char *const[]){text_of(x, "repo"), commit, text_of(x, "below"), tool,
                                          files, occurrences, bytes, text_of(x, "imported")});
    }
    return gaz_cli_table_print(&table, view->out, err);
}

gaz_status gaz_cli_render_scip_remove(void *ctx, const char *event, const gaz_json *value,
                                      gaz_error *err)
{
    gaz_cli_view *view = ctx;
    uint64_t removed = number_of(value, "removed");
    (void)event, (void)err;
    gaz_cli_printf(view->out, "removed %" PRIu64 " SCIP %s of %s\n", removed,
                   removed == 1 ? "index" : "indexes", text_of(value, "repo"));
    return GAZ_OK;
}

gaz_status gaz_cli_print_scip(gaz_cli_view *view, const gaz_json *repos, gaz_error *err)
{
    static const char *const head[] = {"PRECISE DATA", "INDEXES", "SIZE", "IMPORTED"};
    gaz_cli_table table;
    gaz_cli_table_init(&table, 4, 0x06);
    gaz_cli_table_row(&table, head);
    for (size_t i = 0; i < gaz_json_size(repos); i++) {
        const gaz_json *r = gaz_json_at(repos, i), *scip = gaz_json_get(r, "scip");
        char indexes[32], bytes[32];
        if (!number_of(scip, "indexes"))
            continue;
        gaz_cli_number(number_of(scip, "indexes"), indexes);
        gaz_cli_bytes((double)number_of(scip, "bytes"), bytes);
        gaz_cli_table_row(&table, (const char *const[]){text_of(r, "name"), indexes, bytes,
                                                        text_of(scip, "imported")});
    }
    if (table.rows > 1)
        gaz_cli_puts(view->out, "\n");
    if (table.rows > 1)
        return gaz_cli_table_print(&table, view->out, err);
    gaz_strbuf_release(&table.cells);
    return GAZ_OK;
}
