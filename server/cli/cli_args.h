/* Command lines: which command, its parameters as raw texts, and the options that only the command
 * line has. */
#ifndef GAZ_CLI_ARGS_H
#define GAZ_CLI_ARGS_H

#include <stdbool.h>
#include "gaz/base/arena.h"
#include "gaz/base/vec.h"
#include "gaz/ops/op.h"

#define GAZ_CLI_CONTEXT_MAX GAZ_CONTEXT_MAX

/** Options that change how the command line works, not what is asked. */
typedef enum gaz_cli_option {
    GAZ_CLI_HOME,
    GAZ_CLI_SET,
    GAZ_CLI_COLOR,
    GAZ_CLI_JSON,
    GAZ_CLI_LOCAL,
    GAZ_CLI_HELP,
    GAZ_CLI_VERSION,
    GAZ_CLI_FILES,
    GAZ_CLI_COUNT,
    GAZ_CLI_SYMBOLS,
    GAZ_CLI_AFTER,
    GAZ_CLI_BEFORE,
    GAZ_CLI_CONTEXT,
    GAZ_CLI_LISTEN,
    GAZ_CLI_NO_INDEX
} gaz_cli_option;

typedef struct gaz_cli_flag {
    gaz_cli_option option;
    const char *name;    /**< without "--" */
    char letter;         /**< 0: none */
    const char *metavar; /**< NULL: takes no value */
    const char *help;
} gaz_cli_flag;

/** What the command line adds to an operation's row. */
typedef struct gaz_cli_face {
    const char *op;      /**< name of the row; NULL: a command that is no operation */
    const char *command; /**< op NULL: its word */
    const char *summary; /**< op NULL */
    const char *usage;   /**< op NULL: what follows the word */
    bool join;           /**< further words belong to the last text: `gaz search a b` */
    bool repeat;         /**< with several words it runs once for each: `gaz index a b` */
    bool local;          /**< works on the data directory even when a server runs on it */
    bool create;         /**< makes the data directory when there is none */
    bool wait; /**< sets the parameter `wait`: the command line stays until the job has ended */
    const char *then; /**< the operation that follows, on the repository that the answer names */
    const gaz_cli_flag *flags; /**< beside the row's parameters and the global ones */
    size_t flag_count;
} gaz_cli_face;

/** Flags that every command takes. */
extern const gaz_cli_flag gaz_cli_globals[];
extern const size_t gaz_cli_global_count;
/** All faces; operations without one use the defaults. */
extern const gaz_cli_face gaz_cli_faces[];
extern const size_t gaz_cli_face_count;

/** A command that can be given. */
typedef struct gaz_cli_command {
    const char *words;        /**< "add", "jobs list" */
    const gaz_op *op;         /**< NULL: no operation */
    const gaz_cli_face *face; /**< never NULL */
} gaz_cli_command;

/** Every command, operations first in the order of the table. */
typedef struct gaz_cli_commands {
    gaz_cli_command *items;
    size_t count;
} gaz_cli_commands;
GAZ_CHECKED gaz_status gaz_cli_commands_make(const gaz_op *ops, size_t count, gaz_arena *arena,
                                             gaz_cli_commands *out, gaz_error *err);

typedef struct gaz_cli_setting {
    const char *name, *value;
} gaz_cli_setting;

typedef enum gaz_cli_color { GAZ_COLOR_AUTO, GAZ_COLOR_ALWAYS, GAZ_COLOR_NEVER } gaz_cli_color;

typedef struct gaz_cli_options {
    const char *home; /**< NULL: gaz_home_path() */
    const gaz_cli_setting *settings;
    size_t setting_count;
    gaz_cli_color color;
    bool json, local, help, version;
    bool no_index;          /**< add: --no-index */
    bool files, count;      /**< search: -l, --count */
    bool symbols;           /**< search: -p */
    bool context;           /**< -A, -B or -C was given */
    uint32_t before, after; /**< lines of context */
} gaz_cli_options;

/** A command line understood. What it points to is in the arena or in argv. */
typedef struct gaz_cli_args {
    const gaz_cli_command *command; /**< NULL: none was given (then help, version, or an error) */
    const gaz_raw_param *raw;
    size_t raw_count;
    const char *repeated; /**< face->repeat: the parameter that takes one of `words` in each run;
                             NULL: one run without */
    const char **words;   /**< repeated: its values; special commands: their words */
    size_t word_count;
    const char *body_file; /**< what the operation's body is read from; "-": standard input */
    gaz_cli_options options;
} gaz_cli_args;

/**
 * Understands a command line. Values of operations are not checked here but by gaz_op_bind().
 * @param argv  without the program's name
 */
GAZ_CHECKED gaz_status gaz_cli_args_parse(const gaz_cli_commands *commands, size_t argc,
                                          char *const *argv, gaz_arena *arena, gaz_cli_args *out,
                                          gaz_error *err);
/** A flag's name as it is typed: '_' becomes '-'. @param out  room for 64 */
void gaz_cli_flag_name(const char *name, char out[64]);

#endif
