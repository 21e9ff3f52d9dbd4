/* A `gaz serve` in a process of its own, on a free port, and questions to it over HTTP: as little
 * of that as tests need. The data directory is $GAZ_HOME. */
#ifndef GAZ_TESTS_SERVE_FIXTURE_H
#define GAZ_TESTS_SERVE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "gaz/base/strbuf.h"

#define SERVE_PATIENCE_MS 100000 /* far beyond what anything takes */

typedef struct serve {
    char program[600], home[600], log[600]; /**< the program's output goes to the log */
    char address[64];
    unsigned port;
    pid_t pid;
} serve;

/** Sets $GAZ_HOME to `dir`/home. The program is the gaz of this build. */
void serve_init(serve *s, const char *dir);
/** Starts the server and waits until it says where it listens. */
void serve_start(serve *s);
/** kill -9, of the server alone; waits until nobody who worked for it is left. */
void serve_kill(serve *s);
/** SIGTERM; the server must end well. */
void serve_stop(serve *s);
/** What the server printed goes to stderr. */
void serve_show_log(const serve *s);
/** Runs the program with a word, or two (nullable), offline. @return its exit code */
int serve_run(const serve *s, const char *first, const char *second, gaz_strbuf *out);

/** A request. Threading: any thread; fails no test.
 * @param body  of a POST, in JSON; NULL: a GET @param out  the whole answer, head and body
 * @return its status; 0 when there is none, or only a part of it: the server died on the way */
int serve_ask(const serve *s, const char *target, const char *body, gaz_strbuf *out);
/** The number behind the first `key`, or -1. */
int64_t serve_number(const char *text, const char *key);

#endif
