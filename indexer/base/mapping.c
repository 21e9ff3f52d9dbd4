/* Read-only maps of write-once files. Cutting such a file short makes the kernel raise SIGBUS on
 * the lost pages. The handler puts a page of zeros in place of the page that failed and marks the
 * map as damaged: the reader goes on, meets a checksum or a bound that does not hold, and reports
 * corruption like any other.
 *
 * Maps are registered in a fixed table of atomics, since a signal handler may neither lock nor
 * allocate. This is the one piece of process-wide state in the program: signal dispositions are
 * process-wide too. */
#include "gaz/base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS 65536 /* maps open at once */

struct gaz_mapping {
    uint8_t *data;
    size_t len;
    unsigned slot;
    atomic_bool damaged;
};

static _Atomic(gaz_mapping *) slots[SLOTS];
static atomic_uint slots_used; /* no slot at or above it was ever taken */
static pthread_mutex_t installing = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
    int saved = errno;
    uintptr_t at = (uintptr_t)info->si_addr;
    unsigned used = atomic_load(&slots_used);
    for (unsigned i = 0; i < used; i++) {
        gaz_mapping *m = atomic_load(&slots[i]);
        if (!m || at < (uintptr_t)m->data || at - (uintptr_t)m->data >= m->len)
            continue;
        atomic_store(&m->damaged, true);
        long page = sysconf(_SC_PAGESIZE);
        void *base = (void *)(at & ~((uintptr_t)page - 1));
        // cppcheck-suppress leakReturnValNotUsed ; the page stays, in place of the lost one
        if (mmap(base, (size_t)page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
            base) {
            errno = saved;
            return;
        }
    }
    sigaction(sig, &previous,
              NULL); /* not ours: let it happen again with the disposition that stood before */
    (void)context;
    errno = saved;
}

/* Looked at again at each open: a host program (a test runner) may have put its own handler over
 * ours. */
static void install(void)
{
    pthread_mutex_lock(&installing);
    struct sigaction now, ours = {.sa_flags = SA_SIGINFO | SA_NODEFER};
    ours.sa_sigaction = on_sigbus;
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction != on_sigbus) {
        previous = now;
        sigaction(SIGBUS, &ours, NULL);
    }
    pthread_mutex_unlock(&installing);
}

static bool take_slot(gaz_mapping *map)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        gaz_mapping *none = NULL;
        if (!atomic_compare_exchange_strong(&slots[i], &none, map))
            continue;
        map->slot = i;
        unsigned used = atomic_load(&slots_used);
        while (used <= i && !atomic_compare_exchange_weak(&slots_used, &used, i + 1))
            ;
        return true;
    }
    return false;
}

gaz_status gaz_mapping_open(const char *path, gaz_mapping **out, gaz_error *err)
{
    install();
    gaz_status st = GAZ_OK;
    struct stat info;
    gaz_mapping *map = calloc(1, sizeof *map);
    int fd = map ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (!map)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to map %s", path);
    if (fd < 0 || fstat(fd, &info) != 0) {
        st = gaz_error_errno(err, "cannot open %s", path);
        goto fail;
    }
    if (!S_ISREG(info.st_mode)) {
        st = gaz_error_set(err, GAZ_E_IO, "cannot map %s: it is not a regular file", path);
        goto fail;
    }
    map->len = (size_t)info.st_size;
    if (map->len) {
        map->data = mmap(NULL, map->len, PROT_READ, MAP_SHARED, fd, 0);
        if (map->data == MAP_FAILED) {
            map->data = NULL;
            st = gaz_error_errno(err, "cannot map %s", path);
            goto fail;
        }
    }
    if (!take_slot(map)) {
        st = gaz_error_set(err, GAZ_E_LIMIT, "over %d files are mapped at once", SLOTS);
        goto fail;
    }
    close(fd);
    *out = map;
    return GAZ_OK;
fail:
    if (fd >= 0)
        close(fd);
    if (map->data)
        munmap(map->data, map->len);
    free(map);
    return st;
}

void gaz_mapping_close(gaz_mapping *map)
{
    if (!map)
        return;
    atomic_store(&slots[map->slot], NULL);
    if (map->data)
        munmap(map->data, map->len);
    free(map);
}

const uint8_t *gaz_mapping_data(const gaz_mapping *map)
{
    return map->data;
}

size_t gaz_mapping_len(const gaz_mapping *map)
{
    return map->len;
}

bool gaz_mapping_damaged(const gaz_mapping *map)
{
    return atomic_load(&map->damaged);
}
