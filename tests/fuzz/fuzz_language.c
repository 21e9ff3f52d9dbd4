/* Language detection: any content and any path are taken, what is answered is a language that
 * exists, and a hint survives being stored. The input is a path, a newline, and the content. Links:
 * text base. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/text/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
    size_t path_len = newline ? (size_t)(newline - data) : size;
    const char *path = (const char *)data, *content = newline ? (const char *)newline + 1 : path;
    gaz_lang_hint hint = gaz_language_hint(content, newline ? size - path_len - 1 : 0);
    uint8_t stored[GAZ_LANG_HINT_SIZE];
    gaz_lang_hint_encode(&hint, stored);
    gaz_lang_hint again = gaz_lang_hint_decode(stored);
    uint32_t lang = gaz_language_detect(path, path_len, &hint);
    if (memcmp(&hint, &again, sizeof hint) != 0 ||
        (lang != GAZ_LANG_NONE && !gaz_language_get(lang)))
        abort();
    gaz_language_detect(path, path_len, NULL);
    gaz_language_find(path, path_len);
    if (gaz_path_class(path, path_len) > GAZ_PATH_SOURCE)
        abort();
    gaz_language_generated(path, path_len, &hint);
    return 0;
}
