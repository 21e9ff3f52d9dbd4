/* The JSON Schema of gaz.yaml, written from the table of settings, so that what editors are told
 * and what the program takes cannot differ: a test compares schemas/config.json with this text. */
#include "settings_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_string(gaz_strbuf *out, const char *text)
{
    gaz_strbuf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            gaz_strbuf_putc(out, '\\');
        gaz_strbuf_putc(out, *text);
    }
    gaz_strbuf_putc(out, '"');
}

static void put_choices(gaz_strbuf *out, const char *choices)
{
    gaz_strbuf_puts(out, ", \"enum\": [\"");
    for (; *choices; choices++) {
        if (*choices == '|')
            gaz_strbuf_puts(out, "\", \"");
        else
            gaz_strbuf_putc(out, *choices);
    }
    gaz_strbuf_puts(out, "\"]");
}

static void put_type(gaz_strbuf *out, const gaz_setting *row)
{
    const char *automatic = row->automatic ? "auto|" : "";
    switch (row->type) {
    case GAZ_SETTING_STRING:
        gaz_strbuf_printf(out, "\"type\": \"string\", \"minLength\": 1, \"maxLength\": %d",
                          GAZ_SETTING_TEXT_MAX);
        if (row->choices)
            put_choices(out, row->choices);
        break;
    case GAZ_SETTING_LIST:
        gaz_strbuf_printf(out,
                          "\"type\": \"array\", \"maxItems\": %d, \"items\": {\"type\": "
                          "\"string\", \"minLength\": 1, "
                          "\"maxLength\": %d}",
                          GAZ_SETTING_ITEMS_MAX, GAZ_SETTING_TEXT_MAX);
        break;
    case GAZ_SETTING_BOOL:
        gaz_strbuf_puts(out, "\"type\": \"boolean\"");
        break;
    case GAZ_SETTING_SIZE:
        gaz_strbuf_printf(
            out,
            "\"type\": [\"string\", \"integer\"], \"pattern\": \"^(%s[0-9]+ ?([KMGT]i?B|B)?)$\"",
            automatic);
        break;
    case GAZ_SETTING_DURATION:
        gaz_strbuf_printf(out,
                          "\"type\": [\"string\", \"integer\"], \"pattern\": \"^(%s0|[0-9]+ "
                          "?(ms|s|m|min|h|d))$\", \"maximum\": 0",
                          automatic);
        break;
    case GAZ_SETTING_COUNT:
        if (row->automatic)
            gaz_strbuf_printf(
                out,
                "\"oneOf\": [{\"const\": \"auto\"}, {\"type\": \"integer\", \"minimum\": %" PRId64
                ", \"maximum\": %" PRId64 "}]",
                row->min, row->max);
        else
            gaz_strbuf_printf(
                out, "\"type\": \"integer\", \"minimum\": %" PRId64 ", \"maximum\": %" PRId64,
                row->min, row->max);
        break;
    }
}

static void put_setting(gaz_strbuf *out, const gaz_setting *row, const gaz_setting_info *info,
                        const char *name, const char *indent)
{
    gaz_strbuf_printf(out, "%s\"%s\": {\"description\": ", indent, name);
    put_string(out, info->help);
    gaz_strbuf_puts(out, ", ");
    put_type(out, row);
    if (row->type == GAZ_SETTING_LIST) {
        gaz_strbuf_puts(out, ", \"default\": []}");
    } else if (row->type == GAZ_SETTING_BOOL ||
               (row->type == GAZ_SETTING_COUNT && !row->automatic)) {
        gaz_strbuf_printf(out, ", \"default\": %s}", info->fallback);
    } else {
        gaz_strbuf_puts(out, ", \"default\": ");
        put_string(out, info->fallback);
        gaz_strbuf_putc(out, '}');
    }
}

/* All settings of a section ("" for those without), which stand together in the table. */
static void put_section(gaz_strbuf *out, const gaz_setting_info *infos, size_t count,
                        const char *section, const char *indent)
{
    size_t len = strlen(section);
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        const char *dot = strchr(infos[i].name, '.');
        const gaz_setting *row = NULL;
        const gaz_setting_info *info = NULL;
        bool ours =
            dot ? len == (size_t)(dot - infos[i].name) && memcmp(infos[i].name, section, len) == 0
                : len == 0;
        if (!ours || !gaz_setting_find(infos[i].name, &row, &info))
            continue;
        gaz_strbuf_puts(out, first ? "" : ",\n");
        put_setting(out, row, info, dot ? dot + 1 : info->name, indent);
        first = false;
    }
}

void gaz_settings_schema(gaz_strbuf *out)
{
    size_t count = 0;
    const gaz_setting_info *infos = gaz_settings_table(&count);
    gaz_strbuf_puts(
        out, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
             "  \"title\": \"gaz.yaml\",\n"
             "  \"description\": \"Settings of Gazetteer, in $GAZ_HOME/gaz.yaml. GAZ_* variables "
             "and flags override them.\",\n"
             "  \"type\": \"object\",\n  \"additionalProperties\": false,\n  \"properties\": {\n");
    put_section(out, infos, count, "", "    ");
    char section[64] = "";
    for (size_t i = 0; i < count; i++) {
        const char *dot = strchr(infos[i].name, '.');
        size_t len = dot ? (size_t)(dot - infos[i].name) : 0;
        if (!dot || (strlen(section) == len && memcmp(section, infos[i].name, len) == 0))
            continue;
        snprintf(section, sizeof section, "%.*s", (int)len, infos[i].name);
        gaz_strbuf_printf(out,
                          ",\n    \"%s\": {\n      \"type\": \"object\",\n      "
                          "\"additionalProperties\": false,\n"
                          "      \"properties\": {\n",
                          section);
        put_section(out, infos, count, section, "        ");
        gaz_strbuf_puts(out, "\n      }\n    }");
    }
    gaz_strbuf_puts(out, "\n  }\n}\n");
}
