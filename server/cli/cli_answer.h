/* Answers of operations as they come, in any of the three media, cut into JSON values. */
#ifndef GAZ_CLI_ANSWER_H
#define GAZ_CLI_ANSWER_H

#include "gaz/json/json.h"
#include "gaz/net/sse.h"
#include "gaz/ops/op.h"

/** Takes one value. @param event  the event's name; "" for JSON and NDJSON */
typedef gaz_status (*gaz_cli_take)(void *ctx, const char *event, const gaz_json *value,
                                   gaz_error *err);

/** One answer. One thread at a time. */
typedef struct gaz_cli_answer {
    gaz_media media;
    gaz_cli_take take;
    void *ctx;
    gaz_strbuf text; /**< JSON: all of it; NDJSON: a line so far */
    gaz_sse sse;
    bool ended; /**< the last value was seen */
} gaz_cli_answer;

void gaz_cli_answer_init(gaz_cli_answer *answer, gaz_media media, gaz_cli_take take, void *ctx);
void gaz_cli_answer_release(gaz_cli_answer *answer);
/** Takes the next bytes and hands on every value they complete. A value that is an error is
 * returned as that failure. */
GAZ_CHECKED gaz_status gaz_cli_answer_feed(gaz_cli_answer *answer, const char *data, size_t len,
                                           gaz_error *err);
/** The answer is over. GAZ_E_REMOTE when it was cut short. */
GAZ_CHECKED gaz_status gaz_cli_answer_end(gaz_cli_answer *answer, gaz_error *err);

/** {"error":{…}} as a failure: its status. @param what  nullable; otherwise said before a body that
 * is no such object */
gaz_status gaz_cli_error_take(const gaz_json *value, gaz_error *err);

/**
 * Watches a JSON answer go by and keeps one number of it, found by up to two names:
 * {"stats":{"files":N}} or {"ok":true} (1 or 0). What is inside strings or deeper is skipped, so
 * nothing needs to be kept in memory.
 */
typedef struct gaz_cli_peek {
    const char *outer, *inner; /**< inner NULL: the member `outer` itself */
    unsigned depth;
    bool in_string, escaped, in_outer, named;
    char name[32], key[32];
    size_t name_len;
    char value[32];
    size_t value_len;
    bool found;
    double number;
} gaz_cli_peek;
void gaz_cli_peek_init(gaz_cli_peek *peek, const char *outer, const char *inner);
void gaz_cli_peek_feed(gaz_cli_peek *peek, const char *data, size_t len);

#endif
