/* From JSON values to what people read: one renderer per operation, the same for answers of this
 * process and of a server. */
#ifndef GAZ_CLI_RENDER_H
#define GAZ_CLI_RENDER_H

#include "cli.h"
#include "cli_answer.h"
#include "cli_args.h"
#include "cli_output.h"
#include "cli_progress.h"

/** What a renderer works with and leaves behind. One per run of an operation. */
typedef struct gaz_cli_view {
    gaz_cli_output *out;   /**< the answer */
    gaz_cli_output *notes; /**< what is about the answer: stderr */
    const gaz_cli_options *options;
    const gaz_op *op;
    int64_t now_us;  /**< wall clock: what ages are counted from */
    bool silent;     /**< nothing goes to `out` */
    bool name_repos; /**< search: lines begin with the repository's name */
    gaz_cli_progress *progress;
    /* results */
    int exit;       /**< GAZ_EXIT_OK unless set */
    bool names;     /**< search: names of repositories were rendered, not files */
    uint64_t files; /**< search: rendered */
    bool separate;  /**< search: something was printed that `--` must follow */
} gaz_cli_view;

typedef struct gaz_cli_renderer {
    const char *op;
    gaz_media media;   /**< what to ask for; JSON when the operation does not offer it */
    gaz_cli_take take; /**< ctx is the view */
    const char *peek_outer,
        *peek_inner; /**< --json: the number that decides between exit 0 and 1; NULL: none */
} gaz_cli_renderer;

/** The renderer of an operation; for one without, pretty-printed JSON. */
const gaz_cli_renderer *gaz_cli_renderer_of(const char *op);

/** Search: a file, or the end of the answer, or all of it. */
gaz_status gaz_cli_render_search(void *view, const char *event, const gaz_json *value,
                                 gaz_error *err);
gaz_status gaz_cli_render_highlight(void *view, const char *event, const gaz_json *value,
                                    gaz_error *err);
/** Definitions, uses and the like: a place a line. */
gaz_status gaz_cli_render_places(void *view, const char *event, const gaz_json *value,
                                 gaz_error *err);
gaz_status gaz_cli_render_outline(void *view, const char *event, const gaz_json *value,
                                  gaz_error *err);
/** Files with their distance. */
gaz_status gaz_cli_render_files(void *view, const char *event, const gaz_json *value,
                                gaz_error *err);
/** Entry points. */
gaz_status gaz_cli_render_entries(void *view, const char *event, const gaz_json *value,
                                  gaz_error *err);
/** Of history: a commit, a file or a person a line. */
gaz_status gaz_cli_render_history(void *view, const char *event, const gaz_json *value,
                                  gaz_error *err);
gaz_status gaz_cli_render_blame(void *view, const char *event, const gaz_json *value,
                                gaz_error *err);
gaz_status gaz_cli_render_recent(void *view, const char *event, const gaz_json *value,
                                 gaz_error *err);
gaz_status gaz_cli_render_cochange(void *view, const char *event, const gaz_json *value,
                                   gaz_error *err);
gaz_status gaz_cli_render_owners(void *view, const char *event, const gaz_json *value,
                                 gaz_error *err);
/** Precise data. */
gaz_status gaz_cli_render_scip_import(void *view, const char *event, const gaz_json *value,
                                      gaz_error *err);
gaz_status gaz_cli_render_scip_list(void *view, const char *event, const gaz_json *value,
                                    gaz_error *err);
gaz_status gaz_cli_render_scip_remove(void *view, const char *event, const gaz_json *value,
                                      gaz_error *err);
/** Which repositories have any; nothing when none has. */
GAZ_CHECKED gaz_status gaz_cli_print_scip(gaz_cli_view *view, const gaz_json *repos,
                                          gaz_error *err);
/** Any value, indented. */
gaz_status gaz_cli_render_json(void *view, const char *event, const gaz_json *value,
                               gaz_error *err);

/* ---- helpers of renderers ---- */

/** A text member as it is to be printed: its original bytes in a pipe where the answer has them,
 * else as it is. Borrowed. */
typedef struct gaz_cli_bytes_text {
    const char *text;
    size_t len;
    gaz_strbuf decoded; /**< the original bytes; empty when `text` is the member itself */
} gaz_cli_bytes_text;
/** @param bytes_key  the member with the base64 of the bytes @return false when there is no such
 * text */
bool gaz_cli_text_get(const gaz_cli_output *out, const gaz_json *object, const char *key,
                      const char *bytes_key, gaz_cli_bytes_text *text);
void gaz_cli_text_release(gaz_cli_bytes_text *text);
/** Where in the original bytes the place `at` of their U+FFFD-replaced form is. */
size_t gaz_cli_bytes_offset(const char *bytes, size_t len, size_t at);
/** Appends the bytes of a base64 text; false when it is none. */
bool gaz_cli_base64(const char *text, size_t len, gaz_strbuf *out);

/** Rows of cells, aligned when printed. */
typedef struct gaz_cli_table {
    gaz_strbuf cells; /**< NUL-terminated one after the other */
    size_t columns, rows;
    unsigned right; /**< bits: columns aligned right */
} gaz_cli_table;
void gaz_cli_table_init(gaz_cli_table *table, size_t columns, unsigned right);
/** Adds `table->columns` cells; NULL is an empty one. */
void gaz_cli_table_row(gaz_cli_table *table, const char *const *cells);
/** Prints and releases. */
GAZ_CHECKED gaz_status gaz_cli_table_print(gaz_cli_table *table, gaz_cli_output *out,
                                           gaz_error *err);

#endif
