/* What a process that reads repositories and its owner say to each other: a head, texts; a head and
 * a payload of numbers and texts. Both are of one build. Private to the pipeline module. */
#ifndef GAZ_PIPELINE_REPO_WIRE_H
#define GAZ_PIPELINE_REPO_WIRE_H

#include <stdint.h>
#include "gaz/base/strbuf.h"
#include "gaz/repo/history.h"

#define REPO_MAGIC UINT32_C(0x50A52E02)
#define REPO_PAYLOAD_MAX ((uint64_t)256 << 20)
#define REPO_TEXT_MAX 8192 /* bytes of each text of a request */

enum { REPO_BLAME = 1, REPO_TRACE, REPO_RANGE };

typedef struct repo_request {
    uint32_t magic, what;
    gaz_oid commit;
    uint32_t first, last;
    uint64_t skip, limit;
    int64_t time_us; /* it may take */
    uint32_t merge_base;
    uint32_t git_dir, path, before; /* bytes of each text; they follow in this order */
} repo_request;

/* Payload: the message and the hint of a failure; else what repo_serve.c writes. */
typedef struct repo_answer {
    uint32_t magic;
    int32_t status;
    uint64_t column;
    uint64_t payload;
} repo_answer;

/* ---- payloads ---- */

static inline void wire_put(gaz_strbuf *out, const void *data, size_t len)
{
    gaz_strbuf_add(out, data, len);
}
static inline void wire_put_number(gaz_strbuf *out, uint64_t number)
{
    gaz_strbuf_add(out, &number, sizeof number);
}
/* NULL is told from "". */
void wire_put_text(gaz_strbuf *out, const char *text, size_t len);

typedef struct wire_reader {
    const char *at, *end;
    bool bad; /* it ended too early */
} wire_reader;
uint64_t wire_number(wire_reader *r, uint64_t max); /* more is bad */
void wire_take(wire_reader *r, void *out, size_t len);
/* Points into the payload, which has a NUL behind each text. */
const char *wire_text(wire_reader *r);

/* The other end: answers requests from `fd` until it is closed. @return an exit code */
int repo_serve(int fd);

#endif
