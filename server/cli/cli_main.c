/* The command line's boundary: signals, streams, errors to stderr, exit codes. */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_args.h"
#include "cli_help.h"
#include "cli_output.h"
#include "cli_run.h"
#include "cli_services.h"
#include "cli_watch.h"
#include "http/serve.h"

#define ARENA_MAX ((size_t)64 << 20)

/* Set by the first SIGINT or SIGTERM; the second one ends the program at once. A signal handler has
 * nothing else. */
static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    if (stopped) {
        signal(number, SIG_DFL);
        raise(number);
    }
    stopped = 1;
}

static bool is_stopped(void *ctx)
{
    (void)ctx;
    return stopped != 0;
}

static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static gaz_status serve(const gaz_cli_args *args, const gaz_op *ops, size_t count, gaz_error *err)
{
    char *home = NULL;
    gaz_cli_process *process = NULL;
    gaz_status st = args->word_count ? gaz_error_set(err, GAZ_E_INVALID,
                                                     "gaz serve takes no words, but '%s' was given",
                                                     args->words[0])
                                     : gaz_cli_home(&args->options, &home, err);
    if (st == GAZ_OK)
        st = gaz_cli_process_open(home, &args->options, true, false, &process, err);
    if (st == GAZ_OK)
        st = gaz_runner_start(process->runner, err);
    if (st == GAZ_OK)
        st = gaz_serve(&process->services, ops, count, process->settings.listen, &stopped, err);
    gaz_cli_process_close(process);
    free(home);
    return st;
}

/* The command whose words begin with the given ones, for `gaz help repos list`. */
static const gaz_cli_command *find_command(const gaz_cli_commands *commands, const char **words,
                                           size_t count)
{
    char joined[128] = "";
    for (size_t i = 0, used = 0; i < count && used < sizeof joined; i++) {
        int n = snprintf(joined + used, sizeof joined - used, "%s%s", i ? " " : "", words[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    for (size_t i = 0; i < commands->count; i++)
        if (strcmp(commands->items[i].words, joined) == 0)
            return &commands->items[i];
    return NULL;
}

static gaz_status print_help(const gaz_cli_commands *commands, const gaz_cli_args *args,
                             gaz_cli_streams *streams, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    const gaz_cli_command *command = args->command;
    bool help = command && strcmp(command->words, "help") == 0;
    if (help)
        command = args->word_count ? find_command(commands, args->words, args->word_count) : NULL;
    if (help && args->word_count && !command) {
        gaz_status st =
            gaz_error_set(err, GAZ_E_INVALID, "there is no command '%s'", args->words[0]);
        gaz_error_hint(err, "gaz help lists the commands");
        return st;
    }
    if (command)
        gaz_cli_help_command(command, &text);
    else
        gaz_cli_help_program(commands, &text);
    gaz_cli_write(&streams->out, text.data, text.len);
    gaz_strbuf_release(&text);
    return gaz_cli_flush(&streams->out, err);
}

static gaz_status print_completion(const gaz_cli_commands *commands, const gaz_cli_args *args,
                                   gaz_cli_streams *streams, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_status st =
        gaz_cli_completion(commands, args->word_count ? args->words[0] : NULL, &text, err);
    if (st == GAZ_OK)
        gaz_cli_write(&streams->out, text.data, text.len);
    gaz_strbuf_release(&text);
    return st == GAZ_OK ? gaz_cli_flush(&streams->out, err) : st;
}

static gaz_status dispatch(const gaz_cli_context *context, const gaz_op *ops, size_t op_count,
                           int *exit, const char **query, gaz_error *err)
{
    const gaz_cli_args *args = context->args;
    gaz_cli_streams *streams = context->streams;
    const char *words = args->command ? args->command->words : "";
    if (args->options.version) {
        gaz_cli_puts(&streams->out, "gaz " GAZ_VERSION "\n");
        return gaz_cli_flush(&streams->out, err);
    }
    if (args->options.help || strcmp(words, "help") == 0)
        return print_help(context->commands, args, streams, err);
    if (!args->command) {
        gaz_status st = gaz_error_set(err, GAZ_E_INVALID, "no command was given");
        gaz_error_hint(err, "gaz help lists the commands");
        return st;
    }
    if (args->command->op)
        return gaz_cli_run(context, exit, query, err);
    if (strcmp(words, "completion") == 0)
        return print_completion(context->commands, args, streams, err);
    if (strcmp(words, "watch") == 0)
        return gaz_cli_watch(context, err);
    return serve(args, ops, op_count, err);
}

/* Ends as a program does that the reader of its output has left. */
static int end_by_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    return GAZ_EXIT_ERROR;
}

int gaz_cli_main(int argc, char **argv, const gaz_op *ops, size_t op_count)
{
    gaz_arena arena;
    gaz_cli_commands commands;
    gaz_cli_args args = {0};
    gaz_cli_streams streams = {.cancelled = is_stopped};
    gaz_error err = {0};
    const char *query = NULL;
    int exit = GAZ_EXIT_OK;
    catch_signals();
    gaz_arena_init(&arena, ARENA_MAX);
    gaz_cli_output_init(&streams.out, stdout, GAZ_COLOR_AUTO);
    gaz_cli_output_init(&streams.notes, stderr, GAZ_COLOR_AUTO);
    gaz_status st = gaz_cli_commands_make(ops, op_count, &arena, &commands, &err);
    if (st == GAZ_OK)
        st = gaz_cli_args_parse(&commands, argc > 1 ? (size_t)argc - 1 : 0, argv + 1, &arena, &args,
                                &err);
    if (st == GAZ_OK) {
        gaz_cli_output_init(&streams.out, stdout, args.options.color);
        gaz_cli_output_init(&streams.notes, stderr,
                            args.options.color == GAZ_COLOR_ALWAYS ? GAZ_COLOR_AUTO
                                                                   : args.options.color);
        gaz_cli_context context = {&commands, &args, &streams, &arena};
        st = dispatch(&context, ops, op_count, &exit, &query, &err);
    }
    if (st != GAZ_OK && !streams.out.gone && !stopped)
        gaz_cli_print_error(&streams.notes, &err, query);
    gaz_arena_release(&arena);
    if (streams.out.gone)
        return end_by_pipe();
    if (st == GAZ_OK)
        return exit;
    return stopped ? GAZ_EXIT_INTERRUPTED : GAZ_EXIT_ERROR;
}
