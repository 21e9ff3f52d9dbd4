/* Unicode properties by name, from the tables that gen_properties makes of the Unicode Character
 * Database.
 *
 * Names resolve as in regex-syntax 0.6.27: a single name is a binary property, else a general
 * category, else a script; a property name that is not binary (`sc`, `lc`, `age`) hides a category
 * of the same name, except `cf`. */
#include "charset.h"

#include <string.h>

#include "unicode_properties.h"

#define NAME_MAX_LEN 63
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

_Static_assert(sizeof ucd_ranges[0] == sizeof(gaz_span32), "the generated ranges are spans");

/* UAX44-LM3, on bytes: case, spaces, '_', '-', a leading "is" and what is not ASCII do not count.
 */
static bool normalise(const char *name, size_t len, char out[NAME_MAX_LEN + 1])
{
    size_t n = 0;
    bool is = len >= 2 && (name[0] | 0x20) == 'i' && (name[1] | 0x20) == 's';
    for (size_t i = is ? 2 : 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c == ' ' || c == '_' || c == '-' || c >= 0x80)
            continue;
        if (n == NAME_MAX_LEN)
            return false;
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    out[n] = '\0';
    /* "isc" is ISO_Comment, not the category "C". */
    if (is && strcmp(out, "c") == 0)
        memcpy(out, "isc", 4);
    return true;
}

static const char *alias_of(const char *group, const char *name)
{
    size_t lo = 0, hi = COUNT(ucd_aliases);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = strcmp(ucd_aliases[mid].group, group);
        d = d ? d : strcmp(ucd_aliases[mid].from, name);
        if (d == 0)
            return ucd_aliases[mid].to;
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static bool set_of(const char *group, const char *name, const gaz_span32 **items, size_t *len)
{
    size_t lo = 0, hi = COUNT(ucd_sets);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = strcmp(ucd_sets[mid].group, group);
        d = d ? d : strcmp(ucd_sets[mid].name, name);
        if (d == 0) {
            *items = (const gaz_span32 *)(const void *)&ucd_ranges[ucd_sets[mid].at];
            *len = ucd_sets[mid].count;
            return true;
        }
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

const gaz_span32 *gaz_property_perl(char name, size_t *len)
{
    const gaz_span32 *items = NULL;
    *len = 0;
    if (name == 'w')
        set_of("perl", "Word", &items, len);
    else if (name == 'd')
        set_of("gc", "Decimal_Number", &items, len);
    else
        set_of("bool", "White_Space", &items, len);
    return items;
}

/* The three sets that are no general category, but are spelt like one. */
static bool special_category(const char *name, const gaz_span32 **items, size_t *len)
{
    static const gaz_span32 ascii[] = {{0, 0x7F}}, any[] = {{0, 0xD7FF}, {0xE000, GAZ_SCALAR_MAX}};
    *items = strcmp(name, "ascii") == 0 ? ascii : any;
    *len = strcmp(name, "ascii") == 0 ? 1 : 2;
    return strcmp(name, "ascii") == 0 || strcmp(name, "any") == 0;
}

static bool category(const char *name, const gaz_span32 **items, size_t *len)
{
    if (special_category(name, items, len))
        return true;
    if (strcmp(name, "assigned") == 0)
        return set_of("age", "V14_0", items, len);
    const char *to = alias_of("gc", name);
    return to && set_of("gc", to, items, len);
}

static gaz_property_result find_single(const char *name, const gaz_span32 **items, size_t *len)
{
    const char *prop = strcmp(name, "cf") != 0 ? alias_of("prop", name) : NULL;
    if (prop)
        return set_of("bool", prop, items, len) ? GAZ_PROPERTY_FOUND : GAZ_PROPERTY_NO_NAME;
    if (category(name, items, len))
        return GAZ_PROPERTY_FOUND;
    const char *script = alias_of("sc", name);
    return script && set_of("sc", script, items, len) ? GAZ_PROPERTY_FOUND : GAZ_PROPERTY_NO_NAME;
}

gaz_property_result gaz_property_find(const char *name, size_t name_len, const char *value,
                                      size_t value_len, const gaz_span32 **items, size_t *len)
{
    static const struct {
        const char *property, *group;
    } groups[] = {
        {"Script", "sc"},     {"Script_Extensions", "scx"},      {"Age", "age"},
        {"Word_Break", "WB"}, {"Grapheme_Cluster_Break", "GCB"}, {"Sentence_Break", "SB"}};
    char norm[NAME_MAX_LEN + 1], norm_value[NAME_MAX_LEN + 1];
    if (!normalise(name, name_len, norm))
        return GAZ_PROPERTY_NO_NAME;
    if (!value)
        return find_single(norm, items, len);
    const char *prop = alias_of("prop", norm);
    if (!prop)
        return GAZ_PROPERTY_NO_NAME;
    if (!normalise(value, value_len, norm_value))
        return GAZ_PROPERTY_NO_VALUE;
    if (strcmp(prop, "General_Category") == 0)
        return category(norm_value, items, len) ? GAZ_PROPERTY_FOUND : GAZ_PROPERTY_NO_VALUE;
    for (size_t i = 0; i < COUNT(groups); i++)
        if (strcmp(prop, groups[i].property) == 0) {
            const char *to = alias_of(groups[i].group, norm_value);
            return to && set_of(groups[i].group, to, items, len) ? GAZ_PROPERTY_FOUND
                                                                 : GAZ_PROPERTY_NO_VALUE;
        }
    return GAZ_PROPERTY_NO_NAME;
}
