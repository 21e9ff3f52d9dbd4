/* gaz-worker with a blob reader that misbehaves on request, linked with --wrap=gaz_repo_blob:
 * GAZ_FAULT_CRASH=<oid>[,<oid>…] aborts when it reads one of these, GAZ_FAULT_HANG=<oid> never
 * comes back from that one, GAZ_FAULT_START=1 aborts before anything is read. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/repo/git.h"

gaz_status __real_gaz_repo_blob(gaz_repo *repo, const gaz_oid *oid, uint64_t max, bool verify,
                                gaz_strbuf *out, gaz_error *err);
gaz_status __wrap_gaz_repo_blob(gaz_repo *repo, const gaz_oid *oid, uint64_t max, bool verify,
                                gaz_strbuf *out, gaz_error *err);
gaz_status __real_gaz_repo_open(const char *path, gaz_repo **out, gaz_error *err);
gaz_status __wrap_gaz_repo_open(const char *path, gaz_repo **out, gaz_error *err);

static bool wanted(const char *variable, const gaz_oid *oid)
{
    char hex[GAZ_OID_HEX];
    const char *list = getenv(variable);
    gaz_oid_format(oid, hex);
    return list && strstr(list, hex);
}

static void die(int sig)
{
    signal(sig, SIG_DFL); /* before a sanitizer's handler, which would exit instead */
    raise(sig);
}

gaz_status __wrap_gaz_repo_blob(gaz_repo *repo, const gaz_oid *oid, uint64_t max, bool verify,
                                gaz_strbuf *out, gaz_error *err)
{
    if (wanted("GAZ_FAULT_CRASH", oid))
        die(SIGSEGV);
    while (wanted("GAZ_FAULT_HANG", oid))
        pause();
    return __real_gaz_repo_blob(repo, oid, max, verify, out, err);
}

gaz_status __wrap_gaz_repo_open(const char *path, gaz_repo **out, gaz_error *err)
{
    if (getenv("GAZ_FAULT_START"))
        die(SIGABRT);
    return __real_gaz_repo_open(path, out, err);
}
