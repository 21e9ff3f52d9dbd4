/* Running an operation. Both ways give the same bytes: the handler's answer comes through
 * gaz_call.emit here, and through HTTP from a server; one reader cuts it into values and one
 * renderer prints them. */
#include "cli_run.h"

#include <stdlib.h>
#include <string.h>

#include "cli_remote.h"
#include "cli_render.h"
#include "cli_services.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"

#define KEPT_MAX 65536 /* bytes of an answer that names what follows */

/** One run of an operation. */
typedef struct run {
    gaz_call call;
    gaz_cli_view view;
    gaz_cli_progress progress;
    const gaz_cli_renderer *renderer;
    gaz_cli_answer answer;
    bool reading;       /* the answer was begun */
    gaz_media answered; /* what comes, once it is known */
    bool raw;           /* --json: bytes pass as they are */
    char last;          /* raw: the last byte */
    gaz_cli_peek peek;
    gaz_strbuf *kept; /* nullable: the bytes of the answer */
    gaz_cli_streams *streams;
} run;

/** What asks: a server, or this process. */
typedef struct asker {
    bool remote;
    gaz_cli_server server;
    gaz_cli_process *process;
} asker;

/** A command line being run. */
typedef struct session {
    const gaz_cli_context *context;
    const gaz_cli_options *options;
    asker asker;
    gaz_strbuf body; /* of an operation that takes bytes */
    bool name_repos;
    int exit;
} session;

/** An operation with its raw parameters. */
typedef struct request {
    const gaz_op *op;
    const gaz_raw_param *raw;
    size_t count;
    const char *label; /* what progress is of; nullable */
    bool silent;       /* nothing goes to stdout */
} request;

/* ---- taking the answer ---- */

static gaz_status emit(void *ctx, const void *data, size_t len, gaz_error *err)
{
    run *r = ctx;
    if (r->kept)
        gaz_strbuf_add(r->kept, data, len);
    if (r->raw) {
        gaz_cli_peek_feed(&r->peek, data, len);
        gaz_cli_write(&r->streams->out, data, len);
        r->last = len ? ((const char *)data)[len - 1] : r->last;
        return r->streams->out.failed ? gaz_cli_flush(&r->streams->out, err) : GAZ_OK;
    }
    if (!r->reading) {
        gaz_cli_answer_init(&r->answer, r->answered, r->renderer->take, &r->view);
        r->reading = true;
    }
    return gaz_cli_answer_feed(&r->answer, data, len, err);
}

static bool cancelled(void *ctx)
{
    run *r = ctx;
    return r->streams->cancelled && r->streams->cancelled(NULL);
}

static gaz_status finish_raw(run *r)
{
    if (r->last != '\n')
        gaz_cli_puts(&r->streams->out, "\n");
    if (r->renderer->peek_outer && r->peek.found && r->peek.number <= 0)
        r->view.exit = GAZ_EXIT_NONE;
    return GAZ_OK;
}

static gaz_status finish(run *r, gaz_error *err)
{
    if (r->raw)
        return finish_raw(r);
    return r->reading ? gaz_cli_answer_end(&r->answer, err)
                      : gaz_error_set(err, GAZ_E_REMOTE, "%s gave no answer", r->call.op->name);
}

static void choose_media(run *r)
{
    gaz_media want = r->raw ? GAZ_MEDIA_JSON : r->renderer->media;
    r->call.media = r->call.op->media >> want & 1 ? want : GAZ_MEDIA_JSON;
    r->answered = r->call.media;
}

/* ---- asking ---- */

static gaz_status ask(run *r, asker *a, gaz_error *err)
{
    if (a->remote)
        return gaz_cli_server_call(&a->server, &r->call, &r->answered, err);
    r->call.services = &a->process->services;
    return r->call.op->handler(&r->call, err);
}

static gaz_status no_memory(const session *s, gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "running gaz %s: out of memory",
                         s->context->args->command->words);
}

static void prepare(run *r, session *s, const request *q, gaz_value *values)
{
    gaz_cli_streams *streams = s->context->streams;
    *r = (run){.call = {.op = q->op,
                        .values = values,
                        .body = s->body.data,
                        .body_len = s->body.len,
                        .emit = emit,
                        .cancelled = cancelled,
                        .ctx = r,
                        .status = 200},
               .renderer = gaz_cli_renderer_of(q->op->name),
               .raw = s->options->json && !q->silent,
               .streams = streams};
    r->view = (gaz_cli_view){.now_us = gaz_wall_us(),
                             .out = &streams->out,
                             .notes = &streams->notes,
                             .options = s->options,
                             .op = q->op,
                             .silent = q->silent,
                             .name_repos = s->name_repos,
                             .progress = &r->progress};
    gaz_cli_progress_init(&r->progress, &streams->notes, q->label);
    gaz_cli_peek_init(&r->peek, r->renderer->peek_outer ? r->renderer->peek_outer : "",
                      r->renderer->peek_inner);
    choose_media(r);
}

/* @param kept  nullable; gets the bytes of the answer */
static gaz_status run_once(session *s, const request *q, gaz_strbuf *kept, gaz_error *err)
{
    gaz_arena *arena = s->context->arena;
    run *r = gaz_arena_alloc(arena, sizeof *r);
    gaz_value *values = gaz_arena_array(arena, q->op->param_count + 1, sizeof *values);
    if (!r || !values)
        return no_memory(s, err);
    gaz_status st = gaz_op_bind(q->op, q->raw, q->count, arena, values, err);
    if (st != GAZ_OK)
        return st;
    prepare(r, s, q, values);
    r->kept = kept;
    st = ask(r, &s->asker, err);
    gaz_cli_progress_end(&r->progress);
    if (st == GAZ_OK)
        st = finish(r, err);
    if (r->reading)
        gaz_cli_answer_release(&r->answer);
    if (st == GAZ_OK && r->view.exit > s->exit)
        s->exit = r->view.exit;
    return st;
}

/* ---- what follows ---- */

static const gaz_op *find_op(const session *s, const char *name)
{
    for (size_t i = 0; i < s->context->commands->count; i++) {
        const gaz_op *op = s->context->commands->items[i].op;
        if (op && strcmp(op->name, name) == 0)
            return op;
    }
    return NULL;
}

/* The name of the repository that an answer is about. */
static gaz_status named_repo(session *s, const gaz_strbuf *answer, const char **name,
                             gaz_error *err)
{
    gaz_json *root = NULL;
    gaz_status st = gaz_strbuf_check(answer, err);
    if (st == GAZ_OK)
        st = gaz_json_parse(answer->data, answer->len, &root, err);
    if (st != GAZ_OK)
        return st;
    const char *text = gaz_json_text(gaz_json_get(root, "name"), NULL);
    *name = text ? gaz_arena_strdup(s->context->arena, text) : NULL;
    gaz_json_free(root);
    return *name ? GAZ_OK : gaz_error_set(err, GAZ_E_REMOTE, "the answer names no repository");
}

/* `gaz add` adds a repository and then indexes it. */
static gaz_status run_then(session *s, const request *first, gaz_error *err)
{
    const char *name = NULL;
    gaz_strbuf answer;
    gaz_strbuf_init(&answer, KEPT_MAX);
    const gaz_op *op = find_op(s, s->context->args->command->face->then);
    gaz_status st = run_once(s, first, &answer, err);
    if (st == GAZ_OK && op)
        st = gaz_cli_flush(&s->context->streams->out, err);
    if (st == GAZ_OK && op)
        st = named_repo(s, &answer, &name, err);
    gaz_strbuf_release(&answer);
    if (st != GAZ_OK || !op)
        return st;
    gaz_raw_param raw = {.name = "repo", .text = name, .len = strlen(name)};
    request next = {.op = op, .raw = &raw, .count = 1, .label = name, .silent = s->options->json};
    st = run_once(s, &next, NULL, err);
    if (st != GAZ_OK)
        gaz_error_hint(err, "it was added; gaz index %s tries again", name);
    return st;
}

/* ---- preparing ---- */

static const gaz_param *find_param(const gaz_op *op, const char *name)
{
    for (size_t i = 0; i < op->param_count; i++)
        if (strcmp(op->params[i].name, name) == 0)
            return &op->params[i];
    return NULL;
}

static const char *raw_text(const gaz_raw_param *raw, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(raw[i].name, name) == 0)
            return raw[i].text;
    return NULL;
}

/* Adds a parameter that the command line sets itself, unless the user did or the row does not know
 * it. */
static void add_own(const gaz_op *op, gaz_raw_param *raw, size_t *count, const char *name,
                    const char *text)
{
    if (find_param(op, name) && !raw_text(raw, *count, name))
        raw[(*count)++] = (gaz_raw_param){.name = name, .text = text, .len = strlen(text)};
}

#define OWN_MAX 4 /* parameters that the command line may add, the repeated one included */

static gaz_raw_param *make_raw(const session *s, size_t *count)
{
    const gaz_cli_args *args = s->context->args;
    const gaz_cli_options *o = s->options;
    const gaz_op *op = args->command->op;
    gaz_raw_param *raw = gaz_arena_array(s->context->arena, args->raw_count + OWN_MAX, sizeof *raw);
    char *lines = gaz_arena_alloc(s->context->arena, 16);
    if (!raw || !lines)
        return NULL;
    if (args->raw_count)
        memcpy(raw, args->raw, args->raw_count * sizeof *raw);
    *count = args->raw_count;
    snprintf(lines, 16, "%u", o->before > o->after ? o->before : o->after);
    if (o->context)
        add_own(op, raw, count, "context", lines);
    if ((o->files || o->count) && !o->json)
        add_own(op, raw, count, "lines_per_file", "1");
    if (args->command->face->wait)
        add_own(op, raw, count, "wait", "true");
    return raw;
}

/* Lines of a search name their repository when the data directory holds several and none was asked
 * for. */
static gaz_status several_repos(const char *home, bool *several, gaz_error *err)
{
    gaz_store *store = NULL;
    gaz_repo_row *rows = NULL;
    size_t count = 0;
    gaz_status st = gaz_store_open(home, false, &store, err);
    if (st == GAZ_OK)
        st = gaz_store_repo_list(store, &rows, &count, err);
    for (size_t i = 0; st == GAZ_OK && i < count; i++)
        gaz_repo_row_release(&rows[i]);
    *several = st == GAZ_OK && count > 1;
    free(rows);
    gaz_store_close(store);
    return st;
}

static gaz_status open_asker(session *s, const char *home, gaz_error *err)
{
    const gaz_cli_face *face = s->context->args->command->face;
    const char *note = NULL;
    gaz_status st = GAZ_DONE;
    if (!face->local && !s->options->local && s->options->setting_count == 0)
        st = gaz_cli_server_find(home, &s->asker.server, &note, err);
    if (note)
        gaz_cli_printf(&s->context->streams->notes, "gaz: %s\n", note);
    s->asker.remote = st == GAZ_OK;
    if (st == GAZ_DONE)
        st = gaz_cli_process_open(home, s->options, face->create, true, &s->asker.process, err);
    return st;
}

static void close_asker(asker *a)
{
    if (a->remote)
        gaz_cli_server_close(&a->server);
    gaz_cli_process_close(a->process);
}

static gaz_status run_words(session *s, gaz_raw_param *raw, size_t count, gaz_error *err)
{
    const gaz_cli_args *args = s->context->args;
    request q = {.op = args->command->op, .raw = raw, .count = count};
    gaz_status st = GAZ_OK;
    if (!args->repeated)
        return args->command->face->then && !s->options->no_index ? run_then(s, &q, err)
                                                                  : run_once(s, &q, NULL, err);
    q.count = count + 1;
    for (size_t i = 0; i < args->word_count && st == GAZ_OK; i++) {
        raw[count] = (gaz_raw_param){
            .name = args->repeated, .text = args->words[i], .len = strlen(args->words[i])};
        q.label = args->words[i];
        st = run_once(s, &q, NULL, err);
    }
    return st;
}

static gaz_status read_body(session *s, gaz_error *err)
{
    const char *file = s->context->args->body_file;
    const gaz_op *op = s->context->args->command->op;
    gaz_status st = GAZ_OK;
    if (file)
        st = gaz_file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, op->body->max_ever,
                           &s->body, err);
    return st;
}

static gaz_status run_all(session *s, const char *home, gaz_error *err)
{
    size_t count = 0;
    gaz_status st = read_body(s, err);
    if (st != GAZ_OK)
        return st;
    gaz_raw_param *raw = make_raw(s, &count);
    if (!raw)
        return no_memory(s, err);
    bool search = strcmp(s->context->args->command->op->name, "search") == 0;
    if (search && !s->options->json && !raw_text(raw, count, "repo"))
        st = several_repos(home, &s->name_repos, err);
    return st == GAZ_OK ? run_words(s, raw, count, err) : st;
}

gaz_status gaz_cli_run(const gaz_cli_context *context, int *exit, const char **query,
                       gaz_error *err)
{
    const gaz_cli_args *args = context->args;
    session s = {.context = context, .options = &args->options, .body = GAZ_STRBUF_INIT};
    char *home = NULL;
    gaz_error ignored = {0};
    *query = raw_text(args->raw, args->raw_count, "q");
    gaz_status st = gaz_cli_home(&args->options, &home, err);
    if (st == GAZ_OK)
        st = open_asker(&s, home, err);
    if (st == GAZ_OK)
        st = run_all(&s, home, err);
    close_asker(&s.asker);
    gaz_strbuf_release(&s.body);
    free(home);
    gaz_status flushed = gaz_cli_flush(&context->streams->out, st == GAZ_OK ? err : &ignored);
    *exit = s.exit;
    return st == GAZ_OK ? flushed : st;
}
