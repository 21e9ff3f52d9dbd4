/* Any JSON value, indented, as operations without a renderer of their own are shown. */
#include "cli_render.h"

#include <string.h>

static void put_string(gaz_strbuf *out, const char *text, size_t len)
{
    gaz_json_writer w;
    gaz_json_writer_init(&w, out);
    gaz_json_string(&w, text, len);
}

static void put_scalar(gaz_strbuf *out, const gaz_json *value)
{
    gaz_json_writer w;
    size_t len = 0;
    const char *text = gaz_json_text(value, &len);
    gaz_json_writer_init(&w, out);
    switch (gaz_json_type_of(value)) {
    case GAZ_JSON_BOOL:
        gaz_json_bool(&w, gaz_json_truth(value, false));
        break;
    case GAZ_JSON_INT:
        gaz_json_int(&w, gaz_json_integer(value, 0));
        break;
    case GAZ_JSON_DOUBLE:
        gaz_json_double(&w, gaz_json_number(value, 0));
        break;
    case GAZ_JSON_STRING:
        gaz_json_string(&w, text, len);
        break;
    default:
        gaz_json_null(&w);
        break;
    }
}

static void indent(gaz_strbuf *out, unsigned depth)
{
    gaz_strbuf_putc(out, '\n');
    for (unsigned i = 0; i < depth; i++)
        gaz_strbuf_puts(out, "  ");
}

/* Depth is bounded by the parser (GAZ_JSON_DEPTH). */
static void put_value(gaz_strbuf *out, const gaz_json *value, unsigned depth)
{
    gaz_json_type type = gaz_json_type_of(value);
    bool object = type == GAZ_JSON_OBJECT;
    void *iter = NULL;
    const char *key;
    const gaz_json *member;
    if (!object && type != GAZ_JSON_ARRAY) {
        put_scalar(out, value);
        return;
    }
    gaz_strbuf_putc(out, object ? '{' : '[');
    for (size_t i = 0; i < gaz_json_size(value); i++) {
        gaz_strbuf_puts(out, i ? "," : "");
        indent(out, depth + 1);
        if (object && gaz_json_member(value, &iter, &key, &member)) {
            put_string(out, key, strlen(key));
            gaz_strbuf_puts(out, ": ");
        }
        put_value(out, object ? member : gaz_json_at(value, i), depth + 1);
    }
    if (gaz_json_size(value))
        indent(out, depth);
    gaz_strbuf_putc(out, object ? '}' : ']');
}

gaz_status gaz_cli_render_json(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    (void)event;
    put_value(&text, value, 0);
    gaz_strbuf_putc(&text, '\n');
    gaz_status st = gaz_strbuf_check(&text, err);
    for (char *line = text.data, *end; st == GAZ_OK && (end = strchr(line, '\n')); line = end + 1) {
        gaz_cli_text(view->out, line, (size_t)(end - line));
        gaz_cli_puts(view->out, "\n");
    }
    gaz_strbuf_release(&text);
    return st;
}
