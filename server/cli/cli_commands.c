/* The commands: one for every operation row that has a place on the command line, and the few that
 * are no operation. The face table says what the command line adds to a row; rows without a face
 * need none. */
#include "cli_args.h"

#include <string.h>

const gaz_cli_flag gaz_cli_globals[] = {
    {GAZ_CLI_HOME, "home", 0, "DIR",
     "the data directory (default: $GAZ_HOME, else ~/.local/share/gazetteer)"},
    {GAZ_CLI_SET, "set", 0, "NAME=VALUE",
     "change a setting for this command, e.g. --set query.timeout=30s"},
    {GAZ_CLI_COLOR, "color", 0, "auto|always|never",
     "colours; auto: on a terminal, unless NO_COLOR is set"},
    {GAZ_CLI_JSON, "json", 0, NULL, "print what the HTTP endpoint answers"},
    {GAZ_CLI_LOCAL, "local", 0, NULL, "work on the data directory even when a server runs on it"},
    {GAZ_CLI_HELP, "help", 'h', NULL, "show help"},
    {GAZ_CLI_VERSION, "version", 0, NULL, "show the version"},
};
const size_t gaz_cli_global_count = sizeof gaz_cli_globals / sizeof gaz_cli_globals[0];

static const gaz_cli_flag search_flags[] = {
    {GAZ_CLI_FILES, "files-with-matches", 'l', NULL, "print only the paths of matching files"},
    {GAZ_CLI_COUNT, "count", 'c', NULL, "print only the number of matching lines of each file"},
    {GAZ_CLI_SYMBOLS, "show-symbol", 'p', NULL,
     "also print which definition matches lie in: PATH=LINE=KIND NAME"},
    {GAZ_CLI_AFTER, "after", 'A', "N", "also print N lines after each match"},
    {GAZ_CLI_BEFORE, "before", 'B', "N", "also print N lines before each match"},
    {GAZ_CLI_CONTEXT, "context", 'C', "N", "also print N lines before and after each match"},
};
static const gaz_cli_flag add_flags[] = {
    {GAZ_CLI_NO_INDEX, "no-index", 0, NULL, "do not index it yet"},
};
static const gaz_cli_flag serve_flags[] = {
    {GAZ_CLI_LISTEN, "listen", 0, "ADDR:PORT",
     "where to listen (default: the setting listen, 127.0.0.1:7007)"},
};
#define FLAGS(list) .flags = list, .flag_count = sizeof(list) / sizeof(list)[0]

const gaz_cli_face gaz_cli_faces[] = {
    {.op = "search", .join = true, FLAGS(search_flags)},
    {.op = "repos.add", .local = true, .create = true, .then = "index", FLAGS(add_flags)},
    {.op = "index", .repeat = true, .wait = true},
    {.op = "repair", .local = true},
    {.command = "serve",
     .summary = "Serve the HTTP API and the web page",
     .usage = "[--listen ADDR:PORT]",
     .create = true,
     FLAGS(serve_flags)},
    {.command = "watch",
     .summary = "Follow a work tree: what is saved is found at once with rev:worktree",
     .usage = "[NAME]"},
    {.command = "completion", .summary = "Print a completion script for a shell", .usage = "bash"},
    {.command = "help", .summary = "Show help, also of one command", .usage = "[COMMAND]"},
};
const size_t gaz_cli_face_count = sizeof gaz_cli_faces / sizeof gaz_cli_faces[0];

static const gaz_cli_face plain_face = {.op = ""};

static const gaz_cli_face *face_of(const char *op)
{
    for (size_t i = 0; i < gaz_cli_face_count; i++)
        if (gaz_cli_faces[i].op && strcmp(gaz_cli_faces[i].op, op) == 0)
            return &gaz_cli_faces[i];
    return &plain_face;
}

/* "repos.list" → "repos list", unless the row has a word of its own. */
static const char *words_of(const gaz_op *op, gaz_arena *arena)
{
    if (op->command)
        return op->command;
    char *words = gaz_arena_strdup(arena, op->name);
    for (char *p = words; p && *p; p++)
        if (*p == '.')
            *p = ' ';
    return words;
}

gaz_status gaz_cli_commands_make(const gaz_op *ops, size_t count, gaz_arena *arena,
                                 gaz_cli_commands *out, gaz_error *err)
{
    gaz_cli_command *items = gaz_arena_array(arena, count + gaz_cli_face_count, sizeof *items);
    size_t n = 0;
    if (!items)
        return gaz_error_set(err, GAZ_E_NOMEM, "listing the commands: out of memory");
    for (size_t i = 0; i < count; i++) {
        if (ops[i].command && !ops[i].command[0])
            continue;
        items[n] = (gaz_cli_command){
            .words = words_of(&ops[i], arena), .op = &ops[i], .face = face_of(ops[i].name)};
        if (!items[n++].words)
            return gaz_error_set(err, GAZ_E_NOMEM, "listing the commands: out of memory");
    }
    for (size_t i = 0; i < gaz_cli_face_count; i++)
        if (!gaz_cli_faces[i].op)
            items[n++] =
                (gaz_cli_command){.words = gaz_cli_faces[i].command, .face = &gaz_cli_faces[i]};
    *out = (gaz_cli_commands){items, n};
    return GAZ_OK;
}

void gaz_cli_flag_name(const char *name, char out[64])
{
    size_t i = 0;
    for (; i < 63 && name[i]; i++)
        out[i] = name[i] == '_' ? '-' : name[i];
    out[i] = '\0';
}
