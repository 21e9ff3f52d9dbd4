/* Writing for people and for pipes: colours, terminal safety, widths, numbers. */
#ifndef GAZ_CLI_OUTPUT_H
#define GAZ_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "cli_args.h"
#include "gaz/base/strbuf.h"

typedef enum gaz_paint {
    GAZ_PAINT_NONE,
    GAZ_PAINT_PATH,
    GAZ_PAINT_LINE,
    GAZ_PAINT_SEPARATOR,
    GAZ_PAINT_MATCH,
    GAZ_PAINT_STRONG,
    GAZ_PAINT_ERROR,
    /* of code */
    GAZ_PAINT_KEYWORD,
    GAZ_PAINT_STRING,
    GAZ_PAINT_FAINT,
    GAZ_PAINT_NUMBER,
    GAZ_PAINT_NAME,
    GAZ_PAINT_TYPE,
    GAZ_PAINT_MACRO
} gaz_paint;

/** One stream. Not shared between threads. */
typedef struct gaz_cli_output {
    FILE *file;    /**< borrowed */
    bool terminal; /**< control characters are escaped */
    bool color;
    unsigned width; /**< columns of the terminal; 80 when unknown */
    bool failed;    /**< a write failed; later ones are dropped */
    bool gone;      /**< … because the reader went away (EPIPE) */
} gaz_cli_output;

void gaz_cli_output_init(gaz_cli_output *out, FILE *file, gaz_cli_color color);
/** Looks at the terminal's width again. */
void gaz_cli_output_resize(gaz_cli_output *out);
/** Bytes as they are. */
void gaz_cli_write(gaz_cli_output *out, const char *text, size_t len);
void gaz_cli_puts(gaz_cli_output *out, const char *text);
void gaz_cli_printf(gaz_cli_output *out, const char *format, ...) GAZ_PRINTF(2, 3);
/** Foreign text: on a terminal what could steer it is shown as \x1b or <U+202E>; elsewhere bytes as
 * they are. */
void gaz_cli_text(gaz_cli_output *out, const char *text, size_t len);
void gaz_cli_paint(gaz_cli_output *out, gaz_paint paint);
/** Foreign text in a colour. */
void gaz_cli_painted(gaz_cli_output *out, gaz_paint paint, const char *text, size_t len);
/** Flushes; GAZ_E_IO when something could not be written, GAZ_E_CANCELLED when the reader went
 * away. */
GAZ_CHECKED gaz_status gaz_cli_flush(gaz_cli_output *out, gaz_error *err);

/** Appends foreign text with control characters, bidirectional overrides and bad UTF-8 made
 * visible. */
void gaz_cli_escape(gaz_strbuf *out, const char *text, size_t len);
/** Columns that text takes on a terminal; wide characters count two, combining ones none. */
size_t gaz_cli_columns(const char *text, size_t len);
/** "945.0 MB". */
void gaz_cli_bytes(double bytes, char out[32]);
/** "78,490". */
void gaz_cli_number(uint64_t number, char out[32]);
/** "950 ms", "12 s", "3 min 5 s", "2 h 10 min". */
void gaz_cli_duration(double seconds, char out[32]);

/** Writes `gaz: message`, the query with a caret when there is one, and the hint. @param query
 * nullable */
void gaz_cli_print_error(gaz_cli_output *out, const gaz_error *error, const char *query);

#endif
