/* Progress of index runs. */
#include "cli_progress.h"

#include <string.h>

#include "gaz/base/clock.h"

#define REDRAW_US 95000 /* events come about every 100 ms */
#define LINE_US 2000000

void gaz_cli_progress_init(gaz_cli_progress *progress, gaz_cli_output *out, const char *label)
{
    *progress = (gaz_cli_progress){.out = out};
    snprintf(progress->label, sizeof progress->label, "%s", label ? label : "");
}

static uint64_t count(const gaz_json *event, const char *key)
{
    int64_t n = gaz_json_integer(gaz_json_get(event, key), 0);
    return n > 0 ? (uint64_t)n : 0;
}

void gaz_cli_progress_read(const gaz_json *event, gaz_cli_progress_data *out)
{
    const char *phase = gaz_json_text(gaz_json_get(event, "phase"), NULL);
    *out = (gaz_cli_progress_data){
        .phase = phase ? phase : "",
        .files_done = count(event, "files_done"),
        .files_total = count(event, "files_total"),
        .bytes_done = count(event, "bytes_done"),
        .bytes_total = count(event, "bytes_total"),
        .bytes_per_second = gaz_json_number(gaz_json_get(event, "bytes_per_second"), 0),
        .seconds_left = gaz_json_number(gaz_json_get(event, "seconds_left"), -1),
        .elapsed_ms = gaz_json_integer(gaz_json_get(event, "elapsed_ms"), 0),
    };
}

static double fraction(const gaz_cli_progress_data *d)
{
    double f = d->bytes_total   ? (double)d->bytes_done / (double)d->bytes_total
               : d->files_total ? (double)d->files_done / (double)d->files_total
                                : 0;
    return f > 1 ? 1 : f;
}

/* The parts of a bar, most needed first. */
static void part_text(const gaz_cli_progress_data *d, int part, char out[96])
{
    char a[32], b[32];
    out[0] = '\0';
    switch (part) {
    case 0:
        if (d->files_total || d->bytes_total)
            snprintf(out, 96, "%3.0f%%", fraction(d) * 100);
        break;
    case 1:
        gaz_cli_duration(d->seconds_left < 1 ? 1 : d->seconds_left, a);
        if (d->seconds_left > 0)
            snprintf(out, 96, "%s left", a);
        break;
    case 2:
        gaz_cli_bytes(d->bytes_per_second, a);
        if (d->bytes_per_second > 0)
            snprintf(out, 96, "%s/s", a);
        break;
    case 3:
        gaz_cli_number(d->files_done, a);
        gaz_cli_number(d->files_total, b);
        if (d->files_total)
            snprintf(out, 96, "%s/%s %s", a, b,
                     strcmp(d->phase, "history") == 0 ? "commits" : "files");
        break;
    default:
        gaz_cli_bytes((double)d->bytes_done, a);
        gaz_cli_bytes((double)d->bytes_total, b);
        if (d->bytes_total)
            snprintf(out, 96, "%s of %s", a, b);
        break;
    }
}

static void add_bar(gaz_strbuf *out, double done, unsigned width)
{
    unsigned filled = (unsigned)(done * width);
    gaz_strbuf_puts(out, " [");
    for (unsigned i = 0; i < width; i++)
        gaz_strbuf_putc(out, i < filled ? '#' : '.');
    gaz_strbuf_putc(out, ']');
}

#define PARTS 5
#define BAR_MIN 8u
#define BAR_MAX 30u

void gaz_cli_progress_bar(const gaz_cli_progress_data *d, const char *label, unsigned width,
                          gaz_strbuf *out)
{
    static const int order[PARTS] = {0, 3, 4, 2, 1}; /* as shown */
    char parts[PARTS][96];
    bool shown[PARTS] = {false};
    gaz_strbuf head = GAZ_STRBUF_INIT;
    if (label[0])
        gaz_strbuf_printf(&head, "%s: ", label);
    gaz_strbuf_puts(&head, d->phase);
    unsigned used = (unsigned)gaz_cli_columns(head.data, head.len);
    for (int i = 0; i < PARTS; i++) {
        part_text(d, i, parts[i]);
        unsigned need = parts[i][0] ? (unsigned)strlen(parts[i]) + 2 : 0;
        shown[i] = need && used + need <= width;
        used += shown[i] ? need : 0;
    }
    if (gaz_cli_columns(head.data, head.len) <= width)
        gaz_strbuf_add(out, head.data, head.len);
    if (shown[0] && used + BAR_MIN + 3 <= width) {
        unsigned room = width - used - 3;
        add_bar(out, fraction(d), room > BAR_MAX ? BAR_MAX : room);
    }
    for (int i = 0; i < PARTS; i++)
        if (shown[order[i]])
            gaz_strbuf_printf(out, "  %s", parts[order[i]]);
    gaz_strbuf_release(&head);
}

void gaz_cli_progress_line(const gaz_cli_progress_data *d, const char *label, gaz_strbuf *out)
{
    static const int order[PARTS - 1] = {3, 4, 2, 1};
    if (label[0])
        gaz_strbuf_printf(out, "%s: ", label);
    gaz_strbuf_puts(out, d->phase);
    for (int i = 0; i < PARTS - 1; i++) {
        char part[96];
        part_text(d, order[i], part);
        if (part[0])
            gaz_strbuf_printf(out, ", %s", part);
    }
}

void gaz_cli_progress_show(gaz_cli_progress *p, const gaz_json *event)
{
    gaz_cli_progress_data data;
    gaz_cli_progress_read(event, &data);
    int64_t now = gaz_now_us();
    bool new_phase = strncmp(data.phase, p->phase, sizeof p->phase - 1) != 0;
    if (p->shown_us && !new_phase && now - p->shown_us < (p->out->terminal ? REDRAW_US : LINE_US))
        return;
    gaz_strbuf text = GAZ_STRBUF_INIT, safe = GAZ_STRBUF_INIT;
    gaz_cli_output_resize(p->out);
    if (p->out->terminal)
        gaz_cli_progress_bar(&data, p->label, p->out->width - 1, &text);
    else
        gaz_cli_progress_line(&data, p->label, &text);
    gaz_cli_escape(&safe, text.data, text.len);
    gaz_cli_printf(p->out, p->out->terminal ? "\r%s\033[K" : "%s\n", safe.data);
    fflush(p->out->file);
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&safe);
    snprintf(p->phase, sizeof p->phase, "%s", data.phase);
    p->shown_us = now;
    p->drawn = p->out->terminal;
}

void gaz_cli_progress_end(gaz_cli_progress *p)
{
    if (p->drawn)
        gaz_cli_puts(p->out, "\r\033[K");
    fflush(p->out->file);
    p->drawn = false;
}
