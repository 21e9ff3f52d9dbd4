/* One transfer with the `git` program: who it talks to, under which rules, and running its
 * commands. */
#ifndef GAZ_REPO_GIT_COMMAND_H
#define GAZ_REPO_GIT_COMMAND_H

#include "clone_source.h"
#include "gaz/repo/git.h"

#define GAZ_GIT_ARGS_MAX 96

/** Strings in it are borrowed by its command lines: it must not be copied or moved once begun. */
typedef struct gaz_git_command {
    const gaz_transport *transport;
    const char *dir; /**< whose size is limited; NULL: none */
    int64_t next_size_us;
    int64_t deadline_us;
    gaz_source source;
    gaz_strbuf addresses; /**< pinned; empty when they are not checked */
    gaz_strbuf ssh, pin, helper, ca;
    gaz_strbuf env; /**< "NAME=value\0" after each other */
    const char *argv[GAZ_GIT_ARGS_MAX];
    size_t args;
    const char *envp[GAZ_GIT_ARGS_MAX];
} gaz_git_command;

/** Checks the source and what the operator named for it, and prepares what all runs share. Release
 * it whatever comes of it. */
GAZ_CHECKED gaz_status gaz_git_command_init(gaz_git_command *c, const char *url,
                                            const gaz_transport *transport, gaz_error *err);
void gaz_git_command_release(gaz_git_command *c);
/** Begins a command line: git, its settings, the repository (nullable), and words ended by NULL. */
void gaz_git_command_begin(gaz_git_command *c, const char *git_dir, const char *const *words);
void gaz_git_command_add(gaz_git_command *c, const char *word);
/**
 * Runs what was begun. @param doing  "cloning", for messages @param output  nullable
 * @return what gaz_program_run() gives; for a failure of git what gaz_remote_failure() makes of it
 */
GAZ_CHECKED gaz_status gaz_git_command_run(gaz_git_command *c, const char *doing,
                                           gaz_strbuf *output, gaz_error *err);
/** GAZ_E_UNSUPPORTED when git is older than 2.37: pins are passed over by it without a word. */
GAZ_CHECKED gaz_status gaz_git_command_check_version(gaz_git_command *c, gaz_error *err);

#endif
