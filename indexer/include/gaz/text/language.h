/* Programming languages, the way github-linguist tells them: modeline, file name, shebang,
 * extension, and for ambiguous extensions a look at the content. What the content says is kept per
 * blob (gaz_lang_hint), what the path says is worked out per path, so that a blob is looked at once
 * however many paths it has.
 *
 * A language is its linguist `language_id`, which never changes, so ids may be stored. The table is
 * made at build time from linguist's languages.yml. All functions are pure and safe from any
 * thread. */
#ifndef GAZ_TEXT_LANGUAGE_H
#define GAZ_TEXT_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** No language. (linguist gives 0 to 1C Enterprise, which is UINT32_MAX here.) */
#define GAZ_LANG_NONE 0u

typedef enum gaz_lang_type {
    GAZ_LANG_OTHER,
    GAZ_LANG_DATA,
    GAZ_LANG_MARKUP,
    GAZ_LANG_PROGRAMMING,
    GAZ_LANG_PROSE
} gaz_lang_type;

/** One language. Static. */
typedef struct gaz_language {
    uint32_t id;
    gaz_lang_type type;
    const char *name;  /**< as linguist writes it: "C++", "Objective-C" */
    const char *color; /**< "#rrggbb", or "" */
} gaz_language;

/** How many languages there are; gaz_language_at() takes indexes below it, in order of names. */
size_t gaz_language_count(void);
const gaz_language *gaz_language_at(size_t index);
/** The language with an id, or NULL for GAZ_LANG_NONE and ids this build does not know. */
const gaz_language *gaz_language_get(uint32_t id);
/** Its name, or NULL as gaz_language_get(). */
const char *gaz_language_name(uint32_t id);
/**
 * The language a person means: a name or alias in any case ("c++", "cpp", "golang"), with '-' or
 * '_' for spaces, else an extension that belongs to it first of all ("py", "rs").
 * @return GAZ_LANG_NONE when there is none
 */
uint32_t gaz_language_find(const char *name, size_t len);

/** Bytes a stored hint takes. */
#define GAZ_LANG_HINT_SIZE 24
/** Raised whenever the meaning of a stored hint changes. */
#define GAZ_LANG_HINT_VERSION 1u

/** What a blob's content says about its language, whatever its path. All zero: nothing. */
typedef struct gaz_lang_hint {
    uint32_t modeline;    /**< language of a vim or emacs modeline */
    uint32_t shebang;     /**< language of the interpreter after "#!" */
    uint64_t features[2]; /**< private to language detection */
} gaz_lang_hint;

/** Bytes of the head that are looked at, and of the tail, where modelines may stand too. */
#define GAZ_LANG_HEAD (50u * 1024)
#define GAZ_LANG_TAIL 2048u

/**
 * Looks at a blob. Linear in GAZ_LANG_HEAD + GAZ_LANG_TAIL at most, whatever the length and
 * content.
 * @param text  the whole blob, any bytes; UTF-16 should be converted first
 */
gaz_lang_hint gaz_language_hint(const char *text, size_t len);
void gaz_lang_hint_encode(const gaz_lang_hint *hint, uint8_t out[GAZ_LANG_HINT_SIZE]);
gaz_lang_hint gaz_lang_hint_decode(const uint8_t in[GAZ_LANG_HINT_SIZE]);

/**
 * The language of a path whose blob gave `hint`. Takes well under a microsecond.
 * @param path  relative to the tree's root, '/' between parts, any bytes
 * @param hint  NULL when the content was not looked at
 * @return a language id, or GAZ_LANG_NONE
 */
uint32_t gaz_language_detect(const char *path, size_t len, const gaz_lang_hint *hint);

/** Whether a file was made by a program: lock files, minified and machine-written sources. @param
 * hint  nullable */
bool gaz_language_generated(const char *path, size_t len, const gaz_lang_hint *hint);

/** What a file is for, by its path alone. When several hold, the first in this order is given. */
typedef enum gaz_path_kind {
    GAZ_PATH_VENDORED, /**< somebody else's code kept in the tree */
    GAZ_PATH_TEST,
    GAZ_PATH_EXAMPLE,
    GAZ_PATH_DOCS,
    GAZ_PATH_SOURCE /**< everything else */
} gaz_path_kind;

gaz_path_kind gaz_path_class(const char *path, size_t len);
/** "vendored", "test", "example", "documentation" or "source". Static. */
const char *gaz_path_kind_name(gaz_path_kind kind);

#endif
