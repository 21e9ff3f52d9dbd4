/* The ceiling: libmicrohttpd answering two words, with the threads and the poll that gaz gives it.
 * usage: hello PORT */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct MHD_Response *words;

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    (void)cls, (void)url, (void)method, (void)version, (void)upload, (void)upload_size, (void)state;
    return MHD_queue_response(connection, MHD_HTTP_OK, words);
}

int main(int argc, char **argv)
{
    static char text[] = "hello world";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((unsigned short)(argc > 1 ? strtoul(argv[1], NULL, 10) : 0));
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = cores < 2 ? 2 : cores > 4 ? 4 : (unsigned)cores;
    words = MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT, 16384u, MHD_OPTION_END);
    if (!daemon) {
        fputs("hello: cannot listen\n", stderr);
        return 1;
    }
    puts("ready");
    fflush(stdout);
    getchar(); /* until the standard input is closed */
    MHD_stop_daemon(daemon);
    MHD_destroy_response(words);
    return 0;
}
