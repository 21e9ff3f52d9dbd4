/* The durable queue: who runs a job, and what becomes of the jobs of processes that died. Rows and
 * their transactions are gaz_store_job_*(): add jobs with gaz_store_job_add(), end them with
 * gaz_store_job_finish(), look with _get() and _list(). */
#ifndef GAZ_JOBS_QUEUE_H
#define GAZ_JOBS_QUEUE_H

#include "gaz/store/store.h"

#define GAZ_QUEUE_OWNER 80 /**< bytes of an owner's name, with its NUL */
#define GAZ_QUEUE_ATTEMPTS_MAX                                                                     \
    3 /**< times a job is started; one whose processes all died is FAILED then */

/** The name of this process: its id, the moment it started (/proc/self/stat) and the boot it
 * belongs to. After fork() the child has its own. */
GAZ_CHECKED gaz_status gaz_queue_owner(char out[GAZ_QUEUE_OWNER], gaz_error *err);
/** Whether the process of that name still runs on this machine: the id alone would be mistaken for
 * another process that got it later. */
bool gaz_queue_alive(const char *owner);

/** Gives the jobs of dead processes back to the queue, or up after GAZ_QUEUE_ATTEMPTS_MAX attempts.
 * Cheap when no job is running. @param requeued nullable */
GAZ_CHECKED gaz_status gaz_queue_recover(gaz_store *store, size_t *requeued, gaz_error *err);
/** Recovers, then takes the oldest queued job whose subject has none running. @param out the
 * caller's to release @return GAZ_DONE when none waits */
GAZ_CHECKED gaz_status gaz_queue_take(gaz_store *store, gaz_job_row *out, gaz_error *err);

#endif
