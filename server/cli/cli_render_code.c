/* Renderers of what is asked about code. */
#include <string.h>

#include "cli_render.h"

/* The paint of a class of colours, by the part of its name before the dot. */
static gaz_paint paint_of(const char *class_name)
{
    static const struct {
        const char *name;
        gaz_paint paint;
    } paints[] = {
        {"keyword", GAZ_PAINT_KEYWORD},  {"string", GAZ_PAINT_STRING},
        {"escape", GAZ_PAINT_STRING},    {"comment", GAZ_PAINT_FAINT},
        {"number", GAZ_PAINT_NUMBER},    {"boolean", GAZ_PAINT_NUMBER},
        {"constant", GAZ_PAINT_NUMBER},  {"function", GAZ_PAINT_NAME},
        {"constructor", GAZ_PAINT_NAME}, {"tag", GAZ_PAINT_NAME},
        {"type", GAZ_PAINT_TYPE},        {"module", GAZ_PAINT_TYPE},
        {"macro", GAZ_PAINT_MACRO},      {"attribute", GAZ_PAINT_MACRO},
    };
    size_t len = strcspn(class_name, ".");
    for (size_t i = 0; i < sizeof paints / sizeof *paints; i++)
        if (strlen(paints[i].name) == len && memcmp(paints[i].name, class_name, len) == 0)
            return paints[i].paint;
    return GAZ_PAINT_NONE;
}

/* A piece of one colour; paint ends and begins again at line ends, for pagers. */
static void put_piece(gaz_cli_output *out, gaz_paint paint, const char *text, size_t len)
{
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        gaz_cli_painted(out, paint, text, line);
        if (!end)
            return;
        gaz_cli_puts(out, "\n");
        len -= line + 1;
        text = end + 1;
    }
}

gaz_status gaz_cli_render_highlight(void *ctx, const char *event, const gaz_json *value,
                                    gaz_error *err)
{
    gaz_cli_view *view = ctx;
    gaz_cli_bytes_text text;
    const gaz_json *spans = gaz_json_get(value, "spans");
    const char *reason = gaz_json_text(gaz_json_get(value, "reason"), NULL);
    (void)event;
    if (!gaz_cli_text_get(view->out, value, "text", "bytes", &text))
        return gaz_error_set(err, GAZ_E_REMOTE, "the answer holds no text");
    size_t at = 0;
    for (size_t i = 0; i < gaz_json_size(spans); i++) {
        const gaz_json *span = gaz_json_at(spans, i);
        size_t start = (size_t)gaz_json_integer(gaz_json_at(span, 0), 0);
        size_t end = (size_t)gaz_json_integer(gaz_json_at(span, 1), 0);
        const char *name = gaz_json_text(gaz_json_at(span, 2), NULL);
        if (start < at || end < start || end > text.len || !name)
            continue;
        put_piece(view->out, GAZ_PAINT_NONE, text.text + at, start - at);
        put_piece(view->out, paint_of(name), text.text + start, end - start);
        at = end;
    }
    put_piece(view->out, GAZ_PAINT_NONE, text.text + at, text.len - at);
    if (view->out->terminal && text.len && text.text[text.len - 1] != '\n')
        gaz_cli_puts(view->out, "\n");
    gaz_cli_text_release(&text);
    if (reason)
        gaz_cli_printf(view->notes, "gaz: not all is in colours: %s\n", reason);
    return GAZ_OK;
}
