/* Context: the lines around the hits, found by stepping from line to line, over the borders of
 * pieces. A line that is context of several hits is read and held once; in the answer it counts
 * each time, because there it stands each time. */
#include <stdlib.h>

#include "gaz/base/clock.h"
#include "render.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to show a file's lines");
}

static gaz_status show(renderer *r, const spot *at, gaz_hit_line *line, gaz_error *err)
{
    gaz_status st = pieces_show(&r->pieces, at, 0, line, err);
    return st == GAZ_OK ? render_spend(r, &r->held, sizeof *line + line->len) : st;
}

/* The `n` lines before a hit, in ascending order. */
static gaz_status lines_before(renderer *r, const spot *hit, size_t n, gaz_error *err)
{
    spot at = *hit;
    if (n == 0)
        return GAZ_OK;
    if (!gaz_vec_reserve(&r->context, n) || !r->context.items)
        return no_memory(err);
    for (size_t i = 1; i <= n; i++) {
        gaz_hit_line *line = &r->context.items[r->context.len + n - i];
        *line = (gaz_hit_line){0};
        gaz_status st = pieces_step(&r->pieces, false, &at, err);
        if (st == GAZ_DONE)
            st = gaz_error_set(err, GAZ_E_CORRUPT, "a text segment is damaged: lines are missing");
        if (st == GAZ_OK)
            st = show(r, &at, line, err);
        if (st != GAZ_OK)
            return st;
    }
    r->context.len += n;
    return GAZ_OK;
}

static gaz_status lines_after(renderer *r, const spot *hit, size_t n, gaz_error *err)
{
    spot at = *hit;
    for (size_t i = 0; i < n; i++) {
        gaz_hit_line line = {0};
        gaz_status st = pieces_step(&r->pieces, true, &at, err);
        if (st == GAZ_DONE)
            return GAZ_OK;
        if (st == GAZ_OK)
            st = show(r, &at, &line, err);
        if (st == GAZ_OK && !gaz_vec_push(&r->context, line))
            st = no_memory(err);
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

/* How many lines of `context` follow each other up to, or on from, the one at `place`. */
static size_t run(const renderer *r, size_t place, bool forward, size_t max)
{
    const gaz_hit_line *lines = r->context.items;
    size_t n = 0, room = forward ? r->context.len - 1 - place : place;
    while (n < max && n < room) {
        const gaz_hit_line *line = forward ? &lines[place + n + 1] : &lines[place - n - 1];
        if ((forward ? line->number - lines[place].number : lines[place].number - line->number) !=
            n + 1)
            break;
        n++;
    }
    return n;
}

/* A line stands in the answer once for each hit that has it beside it. */
static gaz_status connect(renderer *r, size_t i)
{
    size_t place = r->places.items[i], bytes = 0;
    gaz_hit_line *hit = &r->hits.items[i];
    hit->before_count = run(r, place, false, r->before);
    hit->after_count = run(r, place, true, r->after);
    hit->before = r->context.items + (place - hit->before_count);
    hit->after = r->context.items + place + 1;
    for (size_t k = 0; k < hit->before_count; k++)
        bytes += sizeof(gaz_hit_line) + hit->before[k].len;
    for (size_t k = 0; k < hit->after_count; k++)
        bytes += sizeof(gaz_hit_line) + hit->after[k].len;
    return render_spend(r, &r->spent, bytes);
}

/* The lines between the hit before (if its context reaches so far) and this one, this one, and
 * those after it that do not come before the next hit. */
static gaz_status surround(renderer *r, size_t i, gaz_error *err)
{
    const spot *hit = &r->spots.items[i];
    const gaz_hit_line *last =
        r->context.len ? &r->context.items[r->context.len - 1] : NULL; /* its number is 1-based */
    uint32_t room = hit->number - (last ? last->number : 0);
    gaz_status st = lines_before(r, hit, room < r->before ? room : r->before, err);
    if (st != GAZ_OK)
        return st;
    if (!gaz_vec_push(&r->places, r->context.len) || !gaz_vec_reserve(&r->context, 1) ||
        !r->context.items)
        return no_memory(err);
    r->context.items[r->context.len++] = r->hits.items[i];
    size_t after = r->after;
    if (i + 1 < r->spots.len && r->spots.items[i + 1].number - hit->number - 1 < after)
        after = r->spots.items[i + 1].number - hit->number - 1;
    return lines_after(r, hit, after, err);
}

gaz_status render_context(renderer *r, size_t *count, gaz_error *err)
{
    size_t done = 0, shown = 0;
    gaz_status st = GAZ_OK;
    r->places.len = r->context.len = r->held = 0;
    while (st == GAZ_OK && done < *count) {
        st = gaz_expired(r->worker->deadline)
                 ? gaz_error_set(err, GAZ_E_TIMEOUT, "time ran out while showing lines")
                 : surround(r, done, err);
        done += st == GAZ_OK;
    }
    if (done < *count) /* what could not be read may be context of the hits before, too */
        for (uint32_t lost = r->spots.items[done].number;
             done && lost - r->spots.items[done - 1].number <= r->after;)
            done--;
    while (shown < done && connect(r, shown) == GAZ_OK)
        shown++;
    *count = shown;
    return shown < done ? GAZ_E_LIMIT : st;
}
