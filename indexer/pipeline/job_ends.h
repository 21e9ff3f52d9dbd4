/* Telling the catalogue how jobs ended. Private to the pipeline. */
#ifndef GAZ_PIPELINE_JOB_ENDS_H
#define GAZ_PIPELINE_JOB_ENDS_H

#include <pthread.h>

#include "gaz/base/log.h"
#include "gaz/base/vec.h"
#include "gaz/pipeline/runner.h"

typedef struct job_end job_end;
/* Threading: any thread. */
typedef struct job_ends {
    gaz_store *store;
    const gaz_log *log;
    pthread_mutex_t lock;
    GAZ_VEC(job_end *) owed; /* ends the catalogue could not be told of yet */
} job_ends;

void job_ends_init(job_ends *ends, gaz_store *store, const gaz_log *log);
/* What is owed still is told by the next process, which takes such jobs up again. */
void job_ends_release(job_ends *ends);
/* Tells the catalogue; or, when it cannot be written (the disk is full), job_ends_settle() does
 * later. @param why  of the failure */
void job_ends_record(job_ends *ends, const gaz_job_row *job, gaz_status status,
                     const gaz_error *why, const gaz_run_result *result);
/* Tries again: until the catalogue knows of a job's end, no other of its repository begins. */
void job_ends_settle(job_ends *ends);

#endif
