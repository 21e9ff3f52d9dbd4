/* gaz-worker: one index run, merge, look at a remote or watch over a work tree in a process of its
 * own, so that a hostile object that crashes or hangs it harms nobody.
 *
 *   gaz-worker HOME index NAME [--rev REV] [--text-only] [--suspects HEX,HEX…] [--inflight FD]
 *   gaz-worker HOME symbols NAME [--suspects HEX,HEX…] [--inflight FD]
 *   gaz-worker HOME merge POOL [--all]
 *   gaz-worker HOME poll NAME
 *   gaz-worker HOME history NAME
 *   gaz-worker HOME watch NAME [--suspects HEX,HEX…] [--inflight FD]
 *   gaz-worker answer                 (reads repositories for questions that come over stdin)
 *
 * Standard output carries one JSON object per line: {"progress":…}, of a watcher {"watch":…}, and
 * last {"result":…} or {"error":…}. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../history_run.h"
#include "../overlay.h"
#include "../remote_access.h"
#include "../repo_wire.h"
#include "../symbols_run.h"
#include "gaz/base/fs.h"
#include "gaz/json/json.h"

typedef struct options {
    const char *home, *command, *subject, *rev, *suspects;
    int inflight_fd;
    bool all, text_only;
} options;

static void put_line(const gaz_strbuf *line)
{
    gaz_status st = gaz_write_all(STDOUT_FILENO, line->data, line->len, NULL);
    if (st != GAZ_OK)
        _exit(3); /* nobody listens any more */
}

static void begin_line(gaz_strbuf *out, gaz_json_writer *w, const char *kind)
{
    gaz_json_writer_init(w, out);
    gaz_json_object_begin(w);
    gaz_json_key(w, kind);
    gaz_json_object_begin(w);
}

static void end_line(gaz_strbuf *out, gaz_json_writer *w)
{
    gaz_json_object_end(w);
    gaz_json_object_end(w);
    gaz_strbuf_putc(out, '\n');
    put_line(out);
    gaz_strbuf_release(out);
}

static void report(void *ctx, const gaz_progress *p)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    (void)ctx;
    begin_line(&out, &w, "progress");
    gaz_json_put_int(&w, "phase", p->phase);
    gaz_json_put_int(&w, "files_done", (int64_t)p->files_done);
    gaz_json_put_int(&w, "files_total", (int64_t)p->files_total);
    gaz_json_put_int(&w, "bytes_done", (int64_t)p->bytes_done);
    gaz_json_key(&w, "bytes_per_second");
    gaz_json_double(&w, p->bytes_per_second);
    gaz_json_key(&w, "seconds_left");
    gaz_json_double(&w, p->seconds_left);
    gaz_json_put_int(&w, "elapsed_us", p->elapsed_us);
    end_line(&out, &w);
}

static void report_watch(const watch_report *r)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    char commit[GAZ_OID_HEX];
    begin_line(&out, &w, "watch");
    gaz_json_put_int(&w, "event", r->event);
    if (r->run) {
        gaz_oid_format(&r->run->commit, commit);
        gaz_json_put_int(&w, "generation", (int64_t)r->run->generation);
        gaz_json_put_cstring(&w, "commit", commit);
        gaz_json_put_int(&w, "files", (int64_t)r->run->files);
        gaz_json_put_int(&w, "bytes", (int64_t)r->run->bytes);
        gaz_json_put_int(&w, "elapsed_us", r->run->elapsed_us);
    }
    gaz_json_put_int(&w, "added", (int64_t)r->added);
    gaz_json_put_int(&w, "changed", (int64_t)r->changed);
    gaz_json_put_int(&w, "removed", (int64_t)r->removed);
    gaz_json_put_int(&w, "directories", (int64_t)r->directories);
    gaz_json_put_cstring(&w, "text", r->text);
    end_line(&out, &w);
}

static void put_result(const gaz_run_result *r)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    char commit[GAZ_OID_HEX];
    gaz_oid_format(&r->commit, commit);
    begin_line(&out, &w, "result");
    gaz_json_put_int(&w, "generation", (int64_t)r->generation);
    gaz_json_put_bool(&w, "changed", r->changed);
    gaz_json_put_cstring(&w, "commit", commit);
    gaz_json_put_int(&w, "files", (int64_t)r->files);
    gaz_json_put_int(&w, "bytes", (int64_t)r->bytes);
    gaz_json_put_int(&w, "skipped", (int64_t)r->skipped);
    gaz_json_put_int(&w, "symbols", (int64_t)r->symbols);
    gaz_json_put_int(&w, "symbols_failed", (int64_t)r->symbols_failed);
    gaz_json_put_int(&w, "elapsed_us", r->elapsed_us);
    end_line(&out, &w);
}

static void put_error(const gaz_error *e)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    begin_line(&out, &w, "error");
    gaz_json_put_int(&w, "status", e->status);
    gaz_json_put_cstring(&w, "message", e->message);
    gaz_json_put_cstring(&w, "hint", e->hint);
    end_line(&out, &w);
}

static gaz_status parse_suspects(const char *text, gaz_oid **out, size_t *count, gaz_error *err)
{
    GAZ_VEC(gaz_oid) list = {0};
    gaz_status st = GAZ_OK;
    for (const char *at = text; st == GAZ_OK && at && *at; at += *at == ',') {
        char hex[GAZ_OID_HEX] = "";
        gaz_oid oid;
        size_t n = strcspn(at, ",");
        memcpy(hex, at, n < sizeof hex - 1 ? n : sizeof hex - 1);
        st = gaz_oid_parse(hex, &oid, err);
        if (st == GAZ_OK && !gaz_vec_push(&list, oid))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for the list of suspects");
        at += n;
    }
    *out = list.items;
    *count = list.len;
    return st;
}

static inflight *map_inflight(int fd)
{
    if (fd < 0)
        return NULL;
    inflight *flight = mmap(NULL, sizeof(inflight), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (flight == MAP_FAILED)
        flight = NULL;
    return flight;
}

static gaz_status work(const options *o, gaz_run_result *result, gaz_error *err)
{
    gaz_store *store = NULL;
    gaz_settings settings = {0};
    gaz_oid *suspects = NULL;
    index_request request = {.repo = o->subject,
                             .rev = o->rev,
                             .report = report,
                             .watched = report_watch,
                             .text_only = o->text_only};
    gaz_status st = gaz_settings_load(o->home, &settings, err);
    if (st == GAZ_OK)
        st = gaz_store_open(o->home, false, &store, err);
    if (st == GAZ_OK)
        st = gaz_git_init(err);
    if (st == GAZ_OK && strcmp(o->command, "merge") == 0) {
        int64_t pool = strtoll(o->subject, NULL, 10);
        st = merge_pool(store, &settings, pool, o->all, NULL, err);
        if (st == GAZ_OK)
            st = symbols_merge(store, &settings, pool, o->all, err);
    } else if (st == GAZ_OK && strcmp(o->command, "poll") == 0) {
        st = remote_poll(store, &settings, o->subject, &result->changed, err);
    } else if (st == GAZ_OK && strcmp(o->command, "history") == 0) {
        history_result history;
        request.inflight = map_inflight(o->inflight_fd);
        st = history_update(store, &settings, &request, &history, err);
        *result = (gaz_run_result){.generation = history.generation,
                                   .changed = history.changed,
                                   .elapsed_us = history.elapsed_us};
    } else if (st == GAZ_OK) {
        st = parse_suspects(o->suspects, &suspects, &request.suspect_count, err);
        request.suspects = suspects;
        request.inflight = map_inflight(o->inflight_fd);
        if (st == GAZ_OK && strcmp(o->command, "watch") == 0)
            st = watch_tree(store, &settings, &request, err);
        else if (st == GAZ_OK && strcmp(o->command, "symbols") == 0)
            st = index_symbols(store, &settings, &request, result, err);
        else if (st == GAZ_OK)
            st = index_run(store, &settings, &request, result, err);
    }
    gaz_git_shutdown();
    free(suspects);
    gaz_store_close(store);
    gaz_settings_release(&settings);
    return st;
}

static bool parse_options(int argc, char **argv, options *o)
{
    *o = (options){.inflight_fd = -1};
    if (argc < 4)
        return false;
    o->home = argv[1];
    o->command = argv[2];
    o->subject = argv[3];
    for (int i = 4; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--all") == 0) {
            o->all = true;
            continue;
        }
        if (strcmp(argv[i], "--text-only") == 0) {
            o->text_only = true;
            continue;
        }
        if (!value)
            return false;
        if (strcmp(argv[i], "--rev") == 0)
            o->rev = value;
        else if (strcmp(argv[i], "--suspects") == 0)
            o->suspects = value;
        else if (strcmp(argv[i], "--inflight") == 0)
            o->inflight_fd = (int)strtol(value, NULL, 10);
        else
            return false;
        i++;
    }
    return strcmp(o->command, "index") == 0 || strcmp(o->command, "merge") == 0 ||
           strcmp(o->command, "poll") == 0 || strcmp(o->command, "history") == 0 ||
           strcmp(o->command, "watch") == 0 || strcmp(o->command, "symbols") == 0;
}

int main(int argc, char **argv)
{
    options o;
    gaz_error err = {0};
    gaz_run_result result = {0};
    signal(SIGPIPE, SIG_IGN);
    /* It outlives the thread that started it, and ends when its owner hangs up. */
    if (argc == 2 && strcmp(argv[1], "answer") == 0)
        return repo_serve(STDIN_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!parse_options(argc, argv, &o)) {
        fprintf(stderr, "usage: gaz-worker HOME index NAME [--rev REV] [--text-only] | HOME "
                        "symbols NAME | HOME merge POOL [--all] | HOME poll NAME | HOME history "
                        "NAME | HOME watch NAME\n");
        return 2;
    }
    gaz_status st = work(&o, &result, &err);
    if (st != GAZ_OK) {
        gaz_error_set(&err, st, "%s", gaz_status_name(st));
        put_error(&err);
        return 1;
    }
    put_result(&result);
    return 0;
}
