/* gaz-parse: parses what its owner sends over standard input, a socket, until that is closed. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../parse_wire.h"

#define MEMORY_MAX ((rlim_t)4 << 30) /* address space: a grammar that runs wild ends here */

int main(void)
{
    struct stat st;
    signal(SIGPIPE, SIG_IGN);
    if (fstat(STDIN_FILENO, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        fputs("gaz-parse is started by gaz; there is nothing to do by hand\n", stderr);
        return 2;
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};
    (void)setrlimit(RLIMIT_AS, &memory);
#endif
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    return parse_serve(STDIN_FILENO);
}
