/* What answers of searches share: those that show files and those that show commits. Private to the
 * ops module. */
#ifndef GAZ_OPS_SEARCH_ANSWER_H
#define GAZ_OPS_SEARCH_ANSWER_H

#include "handlers.h"

/* An answer on its way: one JSON document, or one object a line. */
typedef struct search_answer {
    gaz_call *call;
    gaz_strbuf out;
    gaz_json_writer json;
    bool lines; /* NDJSON */
} search_answer;

/* Hands out what is there. */
GAZ_CHECKED gaz_status search_flush(search_answer *a, gaz_error *err);
/* One more hit was put: handed out when it is enough. */
GAZ_CHECKED gaz_status search_next(search_answer *a, gaz_error *err);
/* [start, end) of matches in a text, as bytes of what is shown of it. @param valid  the text is
 * UTF-8 */
void search_put_ranges(gaz_json_writer *w, const char *text, size_t len, const gaz_range *ranges,
                       size_t count, bool valid);
/* complete, reason, generation, took_us, stats, notes, cursor. */
void search_put_summary(gaz_json_writer *w, const gaz_search_result *r, int64_t started);
/* A search with type:commit or type:diff. */
GAZ_CHECKED gaz_status search_history(search_answer *a, const gaz_search_request *request,
                                      gaz_search_result *result, gaz_error *err);

#endif
