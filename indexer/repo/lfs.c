/* Git LFS pointers: small text files that stand for content kept elsewhere.
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "gaz/repo/git.h"

/* Reads "key value\n"; false when the line is not of that form. */
static bool take_line(const char **at, const char *end, const char **key, size_t *key_len,
                      const char **value, size_t *value_len)
{
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    const char *blank = stop ? memchr(*at, ' ', (size_t)(stop - *at)) : NULL;
    if (!blank || blank == *at || blank + 1 == stop)
        return false;
    *key = *at;
    *key_len = (size_t)(blank - *at);
    *value = blank + 1;
    *value_len = (size_t)(stop - *value);
    if (*value_len && (*value)[*value_len - 1] == '\r')
        --*value_len;
    *at = stop + 1;
    return true;
}

static bool is(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(text, word, len) == 0;
}

static bool take_oid(const char *value, size_t len, char sha256[65])
{
    if (len != 7 + 64 || memcmp(value, "sha256:", 7) != 0)
        return false;
    for (size_t i = 0; i < 64; i++) {
        if (!isxdigit((unsigned char)value[7 + i]))
            return false;
        sha256[i] = (char)tolower((unsigned char)value[7 + i]);
    }
    sha256[64] = '\0';
    return true;
}

static bool take_size(const char *value, size_t len, uint64_t *size)
{
    uint64_t n = 0;
    if (!len || len > 19)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)value[i]))
            return false;
        n = n * 10 + (uint64_t)(value[i] - '0');
    }
    *size = n;
    return true;
}

bool gaz_lfs_pointer(const void *data, size_t len, char sha256[65], uint64_t *size)
{
    static const char *const versions[] = {"https://git-lfs.github.com/spec/v1",
                                           "https://hawser.github.com/spec/v1",
                                           "http://git-media.io/v/2"};
    const char *at = data, *end = at + len, *key, *value;
    size_t key_len, value_len;
    bool known = false, has_oid = false, has_size = false;
    char hash[65];
    uint64_t bytes = 0;
    if (len >= GAZ_LFS_POINTER_MAX || !take_line(&at, end, &key, &key_len, &value, &value_len) ||
        !is(key, key_len, "version"))
        return false;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        known = known || is(value, value_len, versions[i]);
    while (known && at < end) {
        if (!take_line(&at, end, &key, &key_len, &value, &value_len))
            return false;
        if (is(key, key_len, "oid"))
            has_oid = take_oid(value, value_len, hash);
        else if (is(key, key_len, "size"))
            has_size = take_size(value, value_len, &bytes);
    }
    if (!known || !has_oid || !has_size)
        return false;
    memcpy(sha256, hash, sizeof hash);
    *size = bytes;
    return true;
}
