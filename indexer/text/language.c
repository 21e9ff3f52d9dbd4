/* The language of a path, by linguist's strategies in linguist's order: modeline, file name,
 * shebang, extension, XML declaration, manual page section, and the marks of the content for
 * extensions that several languages share. Every step is one or a few hash look-ups in tables made
 * at build time; the content was looked at before (language_lines.c, language_modeline.c). Where
 * linguist would ask a statistical classifier, the last rule of the extension decides. */
#include "gaz/text/language.h"

#include <string.h>

#include "gaz/base/varint.h"
#include "language_features.h"
#include "language_hash.h"
#include "language_private.h"

/* One key of a table, and where its languages and rules stand. */
typedef struct language_key {
    const char *text;
    uint16_t len;
    uint16_t first, count; /* in language_candidates */
    uint16_t generic;      /* linguist gives this extension no language of its own */
    uint16_t rules, rule_count;
} language_key;

typedef struct language_rule {
    uint8_t all[3], none; /* marks; 255: unused */
    uint16_t language;
} language_rule;

#include "languages_table.h"

#define KEY_MAX 64 /* bytes of the longest name or extension that can be in a table */

size_t gaz_language_count(void)
{
    return LANGUAGE_COUNT;
}

const gaz_language *gaz_language_at(size_t index)
{
    return index < LANGUAGE_COUNT ? &language_table[index] : NULL;
}

const gaz_language *gaz_language_get(uint32_t id)
{
    size_t lo = 0, hi = LANGUAGE_COUNT;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const gaz_language *l = &language_table[language_by_id[mid]];
        if (l->id == id)
            return l;
        if (l->id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

const char *gaz_language_name(uint32_t id)
{
    const gaz_language *l = gaz_language_get(id);
    return l ? l->name : NULL;
}

static const language_key *find(const language_key *keys, const uint16_t *cells, const char *text,
                                size_t len)
{
    for (uint32_t at = language_hash(text, len) % LANGUAGE_CELLS; cells[at];
         at = (at + 1) % LANGUAGE_CELLS) {
        const language_key *key = &keys[cells[at] - 1];
        if (key->len == len && memcmp(key->text, text, len) == 0)
            return key;
    }
    return NULL;
}

static uint32_t candidate(const language_key *key, unsigned index)
{
    return language_table[language_candidates[key->first + index]].id;
}

static bool has_candidate(const language_key *key, uint32_t id)
{
    for (unsigned i = 0; i < key->count; i++)
        if (candidate(key, i) == id)
            return true;
    return false;
}

uint32_t gaz_language_by_alias(const char *name, size_t len)
{
    char lower[KEY_MAX];
    if (len == 0 || len >= sizeof lower)
        return GAZ_LANG_NONE;
    gaz_language_lower(lower, name, len);
    const language_key *key = find(names_keys, names_cells, lower, len);
    return key ? candidate(key, 0) : GAZ_LANG_NONE;
}

uint32_t gaz_language_find(const char *name, size_t len)
{
    char text[KEY_MAX];
    if (len == 0 || len + 1 >= sizeof text)
        return GAZ_LANG_NONE;
    uint32_t id = gaz_language_by_alias(name, len);
    if (id != GAZ_LANG_NONE)
        return id;
    gaz_language_lower(text, name, len);
    for (size_t i = 0; i < len; i++)
        if (text[i] == '_' || text[i] == ' ')
            text[i] = '-';
    const language_key *key = find(names_keys, names_cells, text, len);
    if (!key) {
        text[0] = '.';
        size_t dot = name[0] == '.';
        gaz_language_lower(text + 1, name + dot, len - dot);
        key = find(extensions_keys, extensions_cells, text, len + 1 - dot);
    }
    return key && key->count && !key->generic ? candidate(key, 0) : GAZ_LANG_NONE;
}

uint32_t gaz_language_by_interpreter(const char *name, size_t len)
{
    const language_key *key =
        len < KEY_MAX ? find(interpreters_keys, interpreters_cells, name, len) : NULL;
    return key ? candidate(key, 0) : GAZ_LANG_NONE;
}

void gaz_language_lower(char *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
}

bool gaz_language_has(const gaz_lang_hint *hint, unsigned feature)
{
    return feature < GAZ_LF_COUNT && (hint->features[feature / 64] >> (feature % 64) & 1);
}

static uint32_t apply_rules(const language_key *key, const gaz_lang_hint *hint)
{
    for (unsigned i = 0; i < key->rule_count; i++) {
        const language_rule *r = &language_rules[key->rules + i];
        bool holds = true;
        for (unsigned j = 0; holds && j < 3; j++)
            holds = r->all[j] == 255 || gaz_language_has(hint, r->all[j]);
        if (holds && !gaz_language_has(hint, r->none))
            return language_table[r->language].id;
    }
    return key->count ? candidate(key, 0) : GAZ_LANG_NONE;
}

/* The first of the extensions of a base name that the table has, longest first: ".blade.php", then
 * ".php". A name that begins with a dot has its first extension there. */
static const language_key *find_extension(const char *lower, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (lower[i] != '.' || len - i >= KEY_MAX)
            continue;
        const language_key *key = find(extensions_keys, extensions_cells, lower + i, len - i);
        if (key)
            return key;
    }
    return NULL;
}

/* ".1" to ".9" with a suffix that has no other digit right after it, ".0p", ".n", ".man", ".mdoc",
 * each with ".in" or not. */
static bool is_manual_page(const char *lower, size_t len)
{
    if (len > 3 && memcmp(lower + len - 3, ".in", 3) == 0)
        len -= 3;
    size_t dot = len;
    while (dot > 0 && lower[dot - 1] != '.')
        dot--;
    if (dot == 0 || dot == len)
        return false;
    const char *suffix = lower + dot;
    size_t n = len - dot;
    if ((n == 2 && memcmp(suffix, "0p", 2) == 0) || (n == 1 && suffix[0] == 'n') ||
        (n == 3 && memcmp(suffix, "man", 3) == 0) || (n == 4 && memcmp(suffix, "mdoc", 4) == 0))
        return true;
    if (suffix[0] < '1' || suffix[0] > '9' || (n > 1 && suffix[1] >= '0' && suffix[1] <= '9'))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!((suffix[i] >= 'a' && suffix[i] <= 'z') || (suffix[i] >= '0' && suffix[i] <= '9') ||
              suffix[i] == '_'))
            return false;
    return true;
}

/* The interpreter's language, unless its other language is what the extension says: perl runs Pod
 * as well as Perl. */
static uint32_t narrow_shebang(uint32_t shebang, const language_key *extension)
{
    if (!extension || extension->generic || has_candidate(extension, shebang))
        return shebang;
    for (size_t i = 0; i < sizeof interpreters_keys / sizeof interpreters_keys[0]; i++) {
        const language_key *key = &interpreters_keys[i];
        if (key->count < 2 || candidate(key, 0) != shebang)
            continue;
        for (unsigned j = 1; j < key->count; j++)
            if (has_candidate(extension, candidate(key, j)))
                return candidate(key, j);
    }
    return shebang;
}

static uint32_t by_extension(const language_key *key, const char *lower, size_t len,
                             const gaz_lang_hint *hint)
{
    if (key && key->count == 1 && !key->generic)
        return candidate(key, 0);
    if (key && key->count && !key->generic)
        return apply_rules(key, hint);
    if (gaz_language_has(hint, GAZ_LF_XML_HEADER))
        return gaz_language_by_alias("xml", 3);
    language_key rules_only = key ? *key : (language_key){0};
    rules_only.count = 0;
    uint32_t id = apply_rules(&rules_only, hint);
    return id == GAZ_LANG_NONE && is_manual_page(lower, len) ? gaz_language_by_alias("roff", 4)
                                                             : id;
}

uint32_t gaz_language_detect(const char *path, size_t len, const gaz_lang_hint *hint)
{
    static const gaz_lang_hint nothing;
    char lower[256];
    hint = hint ? hint : &nothing;
    if (hint->modeline != GAZ_LANG_NONE)
        return hint->modeline;
    gaz_language_base_name(&path, &len);
    const language_key *name = find(filenames_keys, filenames_cells, path, len);
    if (name)
        return candidate(name, 0);
    if (len > sizeof lower) { /* only the end can matter */
        path += len - sizeof lower;
        len = sizeof lower;
    }
    gaz_language_lower(lower, path, len);
    const language_key *extension = find_extension(lower, len);
    if (hint->shebang != GAZ_LANG_NONE)
        return narrow_shebang(hint->shebang, extension);
    return by_extension(extension, lower, len, hint);
}

void gaz_language_base_name(const char **path, size_t *len)
{
    const char *slash = memrchr(*path, '/', *len);
    if (!slash)
        return;
    *len -= (size_t)(slash + 1 - *path);
    *path = slash + 1;
}

void gaz_lang_hint_encode(const gaz_lang_hint *hint, uint8_t out[GAZ_LANG_HINT_SIZE])
{
    gaz_put_le32(out, hint->modeline);
    gaz_put_le32(out + 4, hint->shebang);
    gaz_put_le64(out + 8, hint->features[0]);
    gaz_put_le64(out + 16, hint->features[1]);
}

gaz_lang_hint gaz_lang_hint_decode(const uint8_t in[GAZ_LANG_HINT_SIZE])
{
    return (gaz_lang_hint){gaz_le32(in), gaz_le32(in + 4), {gaz_le64(in + 8), gaz_le64(in + 16)}};
}
