/* Owners of jobs. A process is named by its id together with the moment it started, in clock ticks
 * since boot, and a part of the boot's random id: no other process ever has the same name, so a job
 * whose owner cannot be found belongs to nobody. */
#include "gaz/jobs/queue.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"

#define START_FIELD 22 /* of /proc/<pid>/stat, 1-based: proc(5) */

static gaz_status read_proc(const char *path, gaz_strbuf *out, gaz_error *err)
{
    gaz_strbuf_init(out, 1 << 20);
    return gaz_file_read(path, 65536, out, err);
}

/* The second field is the program's name in parentheses and may hold anything, so fields count from
 * the last ')'. */
static bool parse_start(const char *stat, char state[2], char ticks[24])
{
    const char *p = strrchr(stat, ')');
    if (!p || p[1] != ' ')
        return false;
    p += 2;
    state[0] = *p;
    state[1] = '\0';
    for (int field = 3; field < START_FIELD; field++) {
        p = strchr(p, ' ');
        if (!p)
            return false;
        p++;
    }
    size_t len = strspn(p, "0123456789");
    if (len == 0 || len >= 24)
        return false;
    memcpy(ticks, p, len);
    ticks[len] = '\0';
    return true;
}

static gaz_status process_name(long pid, char out[GAZ_QUEUE_OWNER], gaz_error *err)
{
    char path[64], state[2], ticks[24];
    gaz_strbuf stat, boot;
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    gaz_status st = read_proc(path, &stat, err);
    gaz_strbuf_init(&boot, 4096);
    if (st == GAZ_OK)
        st = read_proc("/proc/sys/kernel/random/boot_id", &boot, err);
    if (st == GAZ_OK && !parse_start(stat.data, state, ticks))
        st = gaz_error_set(err, GAZ_E_IO, "%s is not as proc(5) says", path);
    if (st == GAZ_OK && (state[0] == 'Z' || state[0] == 'X'))
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "process %ld has ended", pid);
    if (st == GAZ_OK)
        snprintf(out, GAZ_QUEUE_OWNER, "%ld-%s-%.8s", pid, ticks, boot.data);
    gaz_strbuf_release(&stat);
    gaz_strbuf_release(&boot);
    return st;
}

gaz_status gaz_queue_owner(char out[GAZ_QUEUE_OWNER], gaz_error *err)
{
    return process_name((long)getpid(), out, err);
}

bool gaz_queue_alive(const char *owner)
{
    char *end = NULL, now[GAZ_QUEUE_OWNER];
    if (!isdigit((unsigned char)owner[0]))
        return false;
    long pid = strtol(owner, &end, 10);
    if (pid <= 0 || *end != '-')
        return false;
    gaz_status st = process_name(pid, now, NULL);
    return st == GAZ_OK ? strcmp(now, owner) == 0
                        : st != GAZ_E_NOT_FOUND; /* when in doubt it lives */
}

static bool alive(void *ctx, const char *owner)
{
    (void)ctx;
    return gaz_queue_alive(owner);
}

gaz_status gaz_queue_recover(gaz_store *store, size_t *requeued, gaz_error *err)
{
    return gaz_store_job_requeue(store, alive, NULL, GAZ_QUEUE_ATTEMPTS_MAX, requeued, err);
}

gaz_status gaz_queue_take(gaz_store *store, gaz_job_row *out, gaz_error *err)
{
    char owner[GAZ_QUEUE_OWNER];
    gaz_status st = gaz_queue_owner(owner, err);
    if (st == GAZ_OK)
        st = gaz_queue_recover(store, NULL, err);
    return st == GAZ_OK ? gaz_store_job_claim(store, owner, out, err) : st;
}
