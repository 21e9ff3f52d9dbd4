/* A list, the newest first: it is short, and looked through a few times a second. */
#include "job_list.h"

#include <stdlib.h>

#define KEPT 256

struct job_entry {
    job_entry *next;
    int64_t id;
    job_view view;
};

void job_list_init(job_list *list)
{
    *list = (job_list){.newest = NULL};
    pthread_mutex_init(&list->lock, NULL);
}

void job_list_release(job_list *list)
{
    for (job_entry *e = list->newest, *next; e; e = next) {
        next = e->next;
        free(e);
    }
    list->newest = NULL;
    pthread_mutex_destroy(&list->lock);
}

/* Under the lock. */
static job_entry *find(const job_list *list, int64_t id)
{
    job_entry *e = list->newest;
    while (e && e->id != id)
        e = e->next;
    return e;
}

/* Under the lock. */
static void forget_old(job_list *list)
{
    unsigned n = 0;
    for (job_entry **at = &list->newest; *at;) {
        job_entry *e = *at;
        if (++n > KEPT && e->view.ended) {
            *at = e->next;
            free(e);
        } else {
            at = &e->next;
        }
    }
}

void job_list_begin(job_list *list, int64_t id)
{
    pthread_mutex_lock(&list->lock);
    job_entry *e = find(list, id);
    if (!e && (e = calloc(1, sizeof *e)) != NULL) {
        e->next = list->newest;
        list->newest = e;
    }
    if (e) {
        e->id = id;
        e->view = (job_view){.progress = {.seconds_left = -1}};
    }
    forget_old(list);
    pthread_mutex_unlock(&list->lock);
}

void job_list_progress(job_list *list, int64_t id, const gaz_progress *progress)
{
    pthread_mutex_lock(&list->lock);
    job_entry *e = find(list, id);
    if (e)
        e->view.progress = *progress;
    pthread_mutex_unlock(&list->lock);
}

void job_list_end(job_list *list, int64_t id, gaz_status status, const gaz_error *error,
                  const gaz_run_result *result)
{
    pthread_mutex_lock(&list->lock);
    job_entry *e = find(list, id);
    if (e) {
        e->view.status = status;
        e->view.error = *error;
        e->view.result = *result;
        e->view.progress.phase = GAZ_PHASE_ENDED;
        e->view.ended = true;
    }
    pthread_mutex_unlock(&list->lock);
}

bool job_list_get(job_list *list, int64_t id, job_view *out)
{
    pthread_mutex_lock(&list->lock);
    const job_entry *e = find(list, id);
    if (e)
        *out = e->view;
    pthread_mutex_unlock(&list->lock);
    return e;
}
