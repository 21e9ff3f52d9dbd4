/* The jobs this process runs or ran, with how far they are and how they ended: what waits for a job
 * here has its outcome without the catalogue. Private to the pipeline. */
#ifndef GAZ_PIPELINE_JOB_LIST_H
#define GAZ_PIPELINE_JOB_LIST_H

#include <pthread.h>

#include "gaz/pipeline/runner.h"

/* One job. */
typedef struct job_view {
    bool ended;
    gaz_status status; /* ended, as are the next two */
    gaz_error error;
    gaz_run_result result;
    gaz_progress progress;
} job_view;

typedef struct job_entry job_entry;
/* Threading: any thread. The oldest that have ended are forgotten beyond 256. */
typedef struct job_list {
    pthread_mutex_t lock;
    job_entry *newest;
} job_list;

void job_list_init(job_list *list);
void job_list_release(job_list *list);
/* A job begins, perhaps again. Without memory it is not known here, and the catalogue tells. */
void job_list_begin(job_list *list, int64_t id);
void job_list_progress(job_list *list, int64_t id, const gaz_progress *progress);
void job_list_end(job_list *list, int64_t id, gaz_status status, const gaz_error *error,
                  const gaz_run_result *result);
/* False when it is not known here. */
bool job_list_get(job_list *list, int64_t id, job_view *out);

#endif
