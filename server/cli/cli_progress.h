/* How far an index run is: a bar on a terminal, lines in a pipe. */
#ifndef GAZ_CLI_PROGRESS_H
#define GAZ_CLI_PROGRESS_H

#include "cli_output.h"
#include "gaz/json/json.h"

/** The members of a progress event. */
typedef struct gaz_cli_progress_data {
    const char *phase; /**< borrowed */
    uint64_t files_done, files_total, bytes_done, bytes_total;
    double bytes_per_second;
    double seconds_left; /**< negative: unknown */
    int64_t elapsed_ms;
} gaz_cli_progress_data;

/** One run. */
typedef struct gaz_cli_progress {
    gaz_cli_output *out;
    char label[64];   /**< what is being indexed */
    char phase[24];   /**< last shown */
    int64_t shown_us; /**< monotonic; 0: never */
    bool drawn;       /**< a bar stands on the terminal's line */
} gaz_cli_progress;

void gaz_cli_progress_init(gaz_cli_progress *progress, gaz_cli_output *out, const char *label);
/** Shows an event: on a terminal at most ten times a second, else every two seconds and when the
 * phase changes. */
void gaz_cli_progress_show(gaz_cli_progress *progress, const gaz_json *event);
/** Takes the bar away. */
void gaz_cli_progress_end(gaz_cli_progress *progress);

void gaz_cli_progress_read(const gaz_json *event, gaz_cli_progress_data *out);
/** The bar, at most `width` columns: what does not fit is left out, least needed first. */
void gaz_cli_progress_bar(const gaz_cli_progress_data *data, const char *label, unsigned width,
                          gaz_strbuf *out);
/** The line for a pipe, without its end. */
void gaz_cli_progress_line(const gaz_cli_progress_data *data, const char *label, gaz_strbuf *out);

#endif
