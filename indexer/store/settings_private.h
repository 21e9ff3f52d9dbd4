/* What the files of the settings share. Private to the store. */
#ifndef GAZ_SETTINGS_PRIVATE_H
#define GAZ_SETTINGS_PRIVATE_H

#include "gaz/base/strbuf.h"
#include "gaz/store/settings.h"

#define GAZ_SETTING_TEXT_MAX 4096   /**< bytes of a string or of an item of a list */
#define GAZ_SETTING_ITEMS_MAX 10000 /**< items of a list */
#define GAZ_SETTINGS_FILE_MAX ((size_t)1 << 20)

typedef enum gaz_setting_type {
    GAZ_SETTING_STRING,
    GAZ_SETTING_LIST,
    GAZ_SETTING_BOOL,
    GAZ_SETTING_SIZE,
    GAZ_SETTING_DURATION,
    GAZ_SETTING_COUNT
} gaz_setting_type;

typedef struct gaz_setting {
    gaz_setting_type type;
    size_t offset;              /**< of the field in gaz_settings */
    size_t count_offset;        /**< LIST: of its count */
    int64_t min, max;           /**< of numbers, in bytes or milliseconds */
    const char *choices;        /**< STRING: "a|b", or NULL */
    int64_t (*automatic)(void); /**< what "auto" stands for, or NULL */
} gaz_setting;

/** The row of a name and its info; false when there is none. */
bool gaz_setting_find(const char *name, const gaz_setting **row, const gaz_setting_info **info);
/** Sets a setting that is no list, or adds one item to a list. */
GAZ_CHECKED gaz_status gaz_setting_take(gaz_settings *settings, const gaz_setting *row,
                                        const gaz_setting_info *info, const char *text,
                                        gaz_error *err);
/** Empties a list. */
void gaz_setting_clear(gaz_settings *settings, const gaz_setting *row);
/** GAZ_E_INVALID for a name that is no setting, with near misses. @param where prefix of the
 * message: "gaz.yaml line 3: " or "" */
gaz_status gaz_setting_unknown(const char *name, const char *where, gaz_error *err);

/** Reads the YAML text of a file. Each key is set once. @param path for messages */
GAZ_CHECKED gaz_status gaz_settings_yaml(const char *path, const char *text, size_t len,
                                         gaz_settings *settings, gaz_error *err);

/** "64MiB" → bytes, "2s" → milliseconds. False when it is not a number with a known unit or does
 * not fit. */
bool gaz_setting_parse_size(const char *text, int64_t *out);
bool gaz_setting_parse_duration(const char *text, int64_t *out);

/** The JSON Schema of gaz.yaml, written from the table: schemas/config.json holds it. */
void gaz_settings_schema(gaz_strbuf *out);

#endif
