/* highlight: the colours of a file's code, parsed when it is asked for, in a process of its own. */
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/line_start.h"
#include "gaz/symbols/highlight.h"
#include "gaz/text/language.h"
#include "handlers.h"

#define PARSE_MS 10000

/* Spans that reach over the part's ends are cut. */
static void put_spans(gaz_json_writer *w, const gaz_highlights *colours, size_t from, size_t to)
{
    gaz_json_key(w, "spans");
    gaz_json_array_begin(w);
    for (uint32_t i = 0; i < colours->count; i++) {
        const gaz_highlight_span *s = &colours->spans[i];
        size_t start = s->start > from ? s->start : from, end = s->end < to ? s->end : to;
        if (start >= end)
            continue;
        gaz_json_array_begin(w);
        gaz_json_int(w, (int64_t)(start - from));
        gaz_json_int(w, (int64_t)(end - from));
        gaz_json_cstring(w, gaz_highlight_class_name(s->class_id));
        gaz_json_array_end(w);
    }
    gaz_json_array_end(w);
}

typedef struct coloured {
    gaz_ref_file file;
    gaz_strbuf text;
    size_t from, to; /* the part that was asked for */
    uint32_t first;
    gaz_highlights colours;
    const char *reason;
} coloured;

/* Without colours the text is answered all the same, with the reason. */
static gaz_status colour(gaz_call *call, coloured *c, gaz_error *err)
{
    gaz_error why = {0};
    if (c->file.skip || gaz_symbols_supports(c->file.language) == GAZ_SYMBOLS_NONE) {
        c->reason = c->file.skip ? c->file.skip : "no_grammar";
        return GAZ_OK;
    }
    gaz_status st = gaz_parse_highlight(call->services->parsers, c->file.language, c->text.data,
                                        c->text.len, (uint32_t)c->from, (uint32_t)c->to,
                                        gaz_deadline(PARSE_MS), &c->colours, &why);
    switch (st) {
    case GAZ_OK:
        c->reason = c->colours.outcome == GAZ_EXTRACT_COMPLETE
                        ? NULL
                        : gaz_extract_outcome_name(c->colours.outcome);
        return GAZ_OK;
    case GAZ_E_LIMIT:
        c->reason = "too large";
        return GAZ_OK;
    case GAZ_E_TIMEOUT:
        c->reason = "timed out";
        return GAZ_OK;
    case GAZ_E_REMOTE:
        c->reason = "the parser died of it";
        return GAZ_OK;
    default:
        if (err)
            *err = why;
        return st;
    }
}

static gaz_status answer(gaz_call *call, gaz_ref_files *files, coloured *c, int64_t started,
                         gaz_error *err)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    put_ref_head(&w, files);
    put_bytes(&w, "path", "path_bytes", c->file.path, c->file.path_len);
    put_oid(&w, "blob", &c->file.blob);
    gaz_json_put_bool(&w, "complete", c->reason == NULL);
    gaz_json_put_cstring(&w, "reason", c->reason);
    gaz_json_put_cstring(&w, "lang", gaz_language_name(c->file.language));
    gaz_json_put_int(&w, "first_line", c->first);
    gaz_json_put_int(&w, "lines_total", c->file.lines);
    put_bytes(&w, "text", "bytes", c->text.data + c->from, c->to - c->from);
    put_spans(&w, &c->colours, c->from, c->to);
    gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
    gaz_json_object_end(&w);
    gaz_status st = call_finish(call, &out, err);
    gaz_strbuf_release(&out);
    return st;
}

gaz_status op_highlight(gaz_call *call, gaz_error *err)
{
    int64_t started = gaz_now_us();
    uint32_t first = 0, last = 0, number = 0;
    gaz_ref_files *files = NULL;
    coloured c = {.text = GAZ_STRBUF_INIT, .first = 1};
    gaz_highlights_init(&c.colours);
    gaz_status st = call_lines(call, &first, &last, err);
    if (st == GAZ_OK)
        st = gaz_ref_files_open(call->services->engine, call_text(call, "repo"),
                                call_text(call, "rev"), &files, err);
    if (st == GAZ_OK)
        st = gaz_ref_files_find(files, call_text(call, "path"), &number, err);
    if (st == GAZ_OK)
        st = gaz_ref_files_text(files, number, 0, 0, &c.text, err);
    if (st == GAZ_OK) {
        gaz_ref_files_at(files, number, &c.file);
        c.first = first ? first : 1;
        c.from = gaz_line_start(c.text.data, c.text.len, c.first - 1);
        c.to =
            first && last < UINT32_MAX ? gaz_line_start(c.text.data, c.text.len, last) : c.text.len;
        st = colour(call, &c, err);
    }
    if (st == GAZ_OK)
        st = answer(call, files, &c, started, err);
    gaz_highlights_release(&c.colours);
    gaz_strbuf_release(&c.text);
    gaz_ref_files_unref(files);
    return st;
}
