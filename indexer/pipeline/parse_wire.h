/* What a parsing process and its owner say to each other over a socket: a request's head, the
 * pattern, the text; an answer's head and its payload. Both are of one build: records go as they
 * lie in memory. Private to the pipeline module. */
#ifndef GAZ_PIPELINE_PARSE_WIRE_H
#define GAZ_PIPELINE_PARSE_WIRE_H

#include <stdint.h>

#define PARSE_MAGIC UINT32_C(0x50A52E01)
#define PARSE_PAYLOAD_MAX ((uint64_t)256 << 20)

enum { PARSE_HIGHLIGHT = 1, PARSE_MATCH = 2 };

typedef struct parse_request {
    uint32_t magic, what;
    uint32_t language;
    uint32_t text_len, pattern_len;
    uint32_t start, end; /* HIGHLIGHT */
    uint32_t max;        /* MATCH */
    int64_t time_us;     /* it may take */
} parse_request;

/* Payload: the message of a failure; or of HIGHLIGHT `count` spans; of MATCH `count` matches, then
 * `captures` wire_captures, then `names` bytes. */
typedef struct parse_answer {
    uint32_t magic;
    int32_t status;
    uint32_t outcome;
    uint32_t count, captures, names;
    uint64_t column;
    uint64_t payload;
} parse_answer;

typedef struct wire_capture {
    uint32_t name, name_len; /* within the names */
    uint32_t start, end, start_line, end_line;
} wire_capture;

/* The other end: answers requests from `fd` until it is closed. @return an exit code */
int parse_serve(int fd);

#endif
