/* Processes that answer questions over a socket, kept by whoever asks: started when they are
 * needed, ended when they are late, dead or talk nonsense. Private to the pipeline module. */
#ifndef GAZ_PIPELINE_PROCESS_POOL_H
#define GAZ_PIPELINE_PROCESS_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gaz/base/status.h"

#define PROCESSES_MAX 64

/* What kind of process it is, and what is said when it fails. Static. */
typedef struct process_kind {
    const char *program;  /* beside ours */
    const char *argument; /* or NULL */
    const char *late, *died, *died_hint;
} process_kind;

/* Threading: any thread. */
typedef struct process_pool process_pool;
/* @param program  path; NULL: beside this program  @param max  processes, 1 to PROCESSES_MAX */
GAZ_CHECKED gaz_status process_pool_new(const process_kind *kind, const char *program, unsigned max,
                                        process_pool **out, gaz_error *err);
/* Ends its processes. No question may be under way. */
void process_pool_free(process_pool *pool);

typedef struct process_piece {
    const void *data;
    size_t len;
} process_piece;

/* A question and its answer. */
typedef struct process_talk {
    const process_piece *pieces; /* sent one after the other */
    size_t count;
    void *head; /* the answer begins with so many bytes */
    size_t head_len;
    /* Tells from the head how many bytes follow; false: it is nonsense. */
    bool (*follows)(const void *head, uint64_t *len);
    char *payload; /* gets them; the caller's to free(), on failure too */
    uint64_t payload_len;
} process_talk;
/* Asks one process and waits until a monotonic instant. GAZ_E_TIMEOUT, GAZ_E_REMOTE when it died,
 * GAZ_E_IO, GAZ_E_NOMEM. */
GAZ_CHECKED gaz_status process_pool_ask(process_pool *pool, process_talk *talk, int64_t until_us,
                                        gaz_error *err);
/* GAZ_E_REMOTE in the words of the kind: for answers that turn out to be nonsense. */
GAZ_CHECKED gaz_status process_died(const process_kind *kind, gaz_error *err);

#endif
