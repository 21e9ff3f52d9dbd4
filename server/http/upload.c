/* A body in a file that has no name: nobody else can change it, and it goes with its descriptor.
 * The loops write to it. That is memory of the kernel's, and waits for the disk only where more
 * comes than it takes. */
#include "upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gaz/base/fs.h"

struct gaz_upload {
    int fd;
    size_t len;
    void *map;
};

/* Not all file systems make files without a name: there it has one for a moment. */
static int open_nameless(const char *dir, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        gaz_strbuf_printf(&path, "%s/upload-XXXXXX", dir);
        fd = gaz_strbuf_check(&path, err) == GAZ_OK ? mkostemp(path.data, O_CLOEXEC) : -1;
        if (fd >= 0)
            unlink(path.data);
    }
    gaz_strbuf_release(&path);
    return fd;
}

gaz_status gaz_upload_open(const char *dir, gaz_upload **out, gaz_error *err)
{
    gaz_upload *u = calloc(1, sizeof *u);
    if (!u)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the body of a request");
    u->fd = open_nameless(dir, err);
    if (u->fd < 0) {
        free(u);
        return gaz_error_errno(err, "cannot make a file for the body of a request in %s", dir);
    }
    *out = u;
    return GAZ_OK;
}

void gaz_upload_close(gaz_upload *u)
{
    if (!u)
        return;
    if (u->map)
        munmap(u->map, u->len);
    close(u->fd);
    free(u);
}

gaz_status gaz_upload_add(gaz_upload *u, const void *data, size_t len, gaz_error *err)
{
    gaz_status st = gaz_write_all(u->fd, data, len, err);
    if (st == GAZ_OK)
        u->len += len;
    return st;
}

gaz_status gaz_upload_map(gaz_upload *u, const void **data, size_t *len, gaz_error *err)
{
    if (u->len && !u->map) {
        void *map = mmap(NULL, u->len, PROT_READ, MAP_PRIVATE, u->fd, 0);
        if (map == MAP_FAILED)
            return gaz_error_errno(err, "cannot map the body of a request");
        u->map = map;
    }
    *data = u->map;
    *len = u->len;
    return GAZ_OK;
}
