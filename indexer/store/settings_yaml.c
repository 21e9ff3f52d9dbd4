/* The one file that knows libyaml. It walks the events of gaz.yaml: a mapping of sections, each a
 * mapping of settings, whose values are scalars or lists of scalars. Anything else is refused with
 * its line. */
#include "settings_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "gaz/base/map.h"

#define NAME_MAX_BYTES 128

typedef struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    bool has_event;
    const char *path;
    gaz_settings *settings;
    gaz_map seen;
    gaz_error *err;
} reader;

static size_t line_of(const reader *r)
{
    return r->event.start_mark.line + 1;
}

static gaz_status fail(reader *r, size_t line, const char *what)
{
    gaz_error_set(r->err, GAZ_E_INVALID, "%s line %zu: %s", r->path, line, what);
    gaz_error_hint(r->err, "the settings are described in schemas/config.json");
    return GAZ_E_INVALID;
}

static gaz_status next(reader *r)
{
    if (r->has_event)
        yaml_event_delete(&r->event);
    r->has_event = yaml_parser_parse(&r->parser, &r->event) == 1;
    if (r->has_event)
        return GAZ_OK;
    if (r->parser.error == YAML_MEMORY_ERROR)
        return gaz_error_set(r->err, GAZ_E_NOMEM, "no memory to read %s", r->path);
    char what[200];
    snprintf(what, sizeof what, "it is not YAML: %s",
             r->parser.problem ? r->parser.problem : "it cannot be read");
    return fail(r, (r->parser.error == YAML_READER_ERROR ? 0 : r->parser.problem_mark.line) + 1,
                what);
}

/* The text of the current scalar; NULL for anything else and for one with a zero byte. */
static const char *scalar(const reader *r)
{
    if (r->event.type != YAML_SCALAR_EVENT)
        return NULL;
    const char *text = (const char *)r->event.data.scalar.value;
    return strlen(text) == r->event.data.scalar.length ? text : NULL;
}

static gaz_status once(reader *r, const char *name, size_t line)
{
    bool added = false;
    if (!gaz_map_put(&r->seen, name, strlen(name), &added))
        return gaz_error_set(r->err, GAZ_E_NOMEM, "no memory to read %s", r->path);
    if (added)
        return GAZ_OK;
    char what[200];
    snprintf(what, sizeof what, "%s is set twice", name);
    return fail(r, line, what);
}

static gaz_status take(reader *r, const gaz_setting *row, const gaz_setting_info *info,
                       const char *text)
{
    gaz_error why = {0};
    gaz_status st = gaz_setting_take(r->settings, row, info, text, &why);
    if (st == GAZ_E_INVALID)
        return fail(r, line_of(r), why.message);
    if (st != GAZ_OK && r->err && r->err->status == GAZ_OK)
        *r->err = why;
    return st;
}

static gaz_status read_list(reader *r, const gaz_setting *row, const gaz_setting_info *info)
{
    gaz_setting_clear(r->settings, row);
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && (st = next(r)) == GAZ_OK && r->event.type != YAML_SEQUENCE_END_EVENT) {
        const char *text = scalar(r);
        st =
            text ? take(r, row, info, text) : fail(r, line_of(r), "an item of a list must be text");
    }
    return st;
}

/* The value of `name`, which the current event begins. */
static gaz_status read_value(reader *r, const char *name, size_t line)
{
    const gaz_setting *row = NULL;
    const gaz_setting_info *info = NULL;
    char where[300], what[200];
    if (!gaz_setting_find(name, &row, &info)) {
        snprintf(where, sizeof where, "%s line %zu: ", r->path, line);
        return gaz_setting_unknown(name, where, r->err);
    }
    gaz_status st = once(r, name, line);
    if (st != GAZ_OK)
        return st;
    if (row->type == GAZ_SETTING_LIST && r->event.type == YAML_SEQUENCE_START_EVENT)
        return read_list(r, row, info);
    const char *text = scalar(r);
    if (text && row->type != GAZ_SETTING_LIST)
        return take(r, row, info, text);
    snprintf(what, sizeof what, "%s takes a %s", name, info->type);
    return fail(r, line_of(r), what);
}

static gaz_status read_mapping(reader *r, const char *section);

static gaz_status read_entry(reader *r, const char *section)
{
    char name[NAME_MAX_BYTES];
    size_t line = line_of(r);
    const char *key = scalar(r);
    int len = key ? snprintf(name, sizeof name, "%s%s%s", section, *section ? "." : "", key) : -1;
    if (len < 0 || (size_t)len >= sizeof name)
        return fail(r, line, "a setting's name must be short text");
    if (strchr(key, '.')) {
        char what[NAME_MAX_BYTES + 80];
        snprintf(what, sizeof what, "'%s' is written as a section and a setting below it", name);
        return fail(r, line, what);
    }
    gaz_status st = next(r);
    if (st != GAZ_OK)
        return st;
    if (r->event.type == YAML_MAPPING_START_EVENT && !*section)
        return read_mapping(r, name);
    return read_value(r, name, line);
}

static gaz_status read_mapping(reader *r, const char *section)
{
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && (st = next(r)) == GAZ_OK && r->event.type != YAML_MAPPING_END_EVENT)
        st = read_entry(r, section);
    return st;
}

static bool is_empty_scalar(const reader *r)
{
    const char *text = scalar(r);
    return text && !*text && r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static gaz_status read_document(reader *r)
{
    gaz_status st = next(r); /* stream start */
    if (st == GAZ_OK)
        st = next(r);
    if (st != GAZ_OK || r->event.type == YAML_STREAM_END_EVENT)
        return st;
    st = next(r);
    if (st == GAZ_OK && r->event.type == YAML_MAPPING_START_EVENT)
        st = read_mapping(r, "");
    else if (st == GAZ_OK && !is_empty_scalar(r))
        st = fail(r, line_of(r), "settings are written as `name: value`");
    if (st == GAZ_OK)
        st = next(r); /* document end */
    if (st == GAZ_OK)
        st = next(r);
    if (st == GAZ_OK && r->event.type != YAML_STREAM_END_EVENT)
        st = fail(r, line_of(r), "a second document begins");
    return st;
}

gaz_status gaz_settings_yaml(const char *path, const char *text, size_t len, gaz_settings *settings,
                             gaz_error *err)
{
    reader r = {.path = path, .settings = settings, .err = err};
    if (!yaml_parser_initialize(&r.parser))
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read %s", path);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    gaz_map_init(&r.seen);
    gaz_status st = read_document(&r);
    if (r.has_event)
        yaml_event_delete(&r.event);
    gaz_map_release(&r.seen);
    yaml_parser_delete(&r.parser);
    return st;
}
