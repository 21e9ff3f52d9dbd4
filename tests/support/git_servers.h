/* Real git servers on loopback, in a process of their own: tests/support/git_servers.py says what
 * they are and which files they leave in their directory. A program they need that is not installed
 * fails the test. */
#ifndef GAZ_TESTS_GIT_SERVERS_H
#define GAZ_TESTS_GIT_SERVERS_H

#include <sys/types.h>

typedef enum git_door {
    DOOR_HTTP,
    DOOR_HTTPS,
    DOOR_SELF, /**< https with a certificate that nobody has signed */
    DOOR_SSH,
    DOOR_HTTP_PROXY, /**< to DOOR_HTTP, with the faults of servers_fault() */
    DOOR_SSH_PROXY,
    DOOR_COUNT
} git_door;

typedef struct git_servers {
    pid_t pid;
    char dir[600];
    unsigned ports[DOOR_COUNT];
} git_servers;

/** Starts them in `dir`; they end with this process at the latest. */
void servers_start(git_servers *s, const char *dir);
void servers_stop(git_servers *s);
/** The URL of DIR/remote/`name` behind a door, in a buffer that the eighth call from now reuses.
 * @param name  may begin with "auth/" for HTTP */
const char *servers_url(const git_servers *s, git_door door, const char *name);
/** The path of a file of theirs, likewise. */
const char *servers_file(const git_servers *s, const char *name);
/** What the proxies do from the next connection on: "cut" or "hold" after so many bytes to the
 * client; NULL: nothing. DIR/held is there from when one is held. */
void servers_fault(const git_servers *s, const char *kind, unsigned long bytes);
/** HTTP requests so far whose target holds `words`. */
unsigned servers_requests(const git_servers *s, const char *words);

#endif
