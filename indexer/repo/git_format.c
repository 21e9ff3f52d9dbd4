/* The part of a repository's configuration that says how to read it: core.repositoryformatversion
 * and [extensions]. */
#include <stdlib.h>
#include <string.h>

#include "git_config.h"
#include "repo.h"

static void copy(char *out, size_t size, const char *text)
{
    size_t n = strnlen(text, size - 1);
    memcpy(out, text, n);
    out[n] = '\0';
}

static void take_extension(const char *key, const char *value, gaz_repo_format *out)
{
    /* Those that do not change how objects and references are read. */
    static const char *const harmless[] = {
        "noop",           "noop-v1",           "partialclone",      "preciousobjects",
        "worktreeconfig", "relativeworktrees", "compatobjectformat"};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (strcmp(key, harmless[i]) == 0)
            return;
    if (strcmp(key, "objectformat") == 0)
        copy(out->object_format, sizeof out->object_format, value);
    else if (strcmp(key, "refstorage") == 0)
        copy(out->ref_storage, sizeof out->ref_storage, value);
    else
        copy(out->unknown, sizeof out->unknown, key);
}

static gaz_status take(void *ctx, const char *section, const char *subsection, const char *key,
                       const char *value, gaz_error *err)
{
    gaz_repo_format *out = ctx;
    (void)err;
    if (subsection[0])
        return GAZ_OK;
    if (strcmp(section, "core") == 0 && strcmp(key, "repositoryformatversion") == 0)
        out->version = (int)strtol(value, NULL, 10);
    else if (strcmp(section, "extensions") == 0)
        take_extension(key, value, out);
    return GAZ_OK;
}

gaz_status gaz_repo_format_read(const char *common_dir, gaz_repo_format *out, gaz_error *err)
{
    gaz_repo_format format = {.object_format = "sha1", .ref_storage = "files"};
    gaz_status st = gaz_config_each(common_dir, take, &format, err);
    if (st != GAZ_OK)
        return st;
    /* In version 0 git passes over extensions it does not know. */
    if (format.version == 0)
        format.unknown[0] = '\0';
    *out = format;
    return GAZ_OK;
}
