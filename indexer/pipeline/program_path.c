/* Programs are installed in one folder, wherever that is. */
#include "program_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *program_beside_us(const char *name)
{
    char path[4096], *out = NULL;
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        slash[1] = '\0';
    return asprintf(&out, "%s%s", slash ? path : "", name) < 0 ? NULL : out;
}
