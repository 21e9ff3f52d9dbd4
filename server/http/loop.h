/* Event loops: who accepts connections, and who holds them while nobody asks. */
#ifndef GAZ_HTTP_LOOP_H
#define GAZ_HTTP_LOOP_H

#include "exchange.h"

/* What a loop needs of libmicrohttpd: a daemon without threads and without a listening socket,
 * which tells gaz_loop_notify() of its connections. NULL when it cannot be made. */
struct MHD_Daemon *gaz_http_daemon(gaz_http *http, gaz_loop *loop);

/* Two to four loops, each on a thread of its own, begin to accept from http->listen_fd. After a
 * failure gaz_loops_stop() frees what there is. */
GAZ_CHECKED gaz_status gaz_loops_start(gaz_http *http, gaz_error *err);
/* Makes every loop look at http->stopping and at the number of connections. From any thread. */
void gaz_loops_wake(gaz_http *http);
/* Ends the loops and closes all connections; no exchange may be left. */
void gaz_loops_stop(gaz_http *http);

/* libmicrohttpd's notification of connections; ctx is the loop. */
void gaz_loop_notify(void *ctx, struct MHD_Connection *mhd, void **socket_context,
                     enum MHD_ConnectionNotificationCode what);
/* A request line has come. */
void gaz_loop_request_begun(gaz_connection *conn);
/* A request has ended: it took so many bytes off the connection; 0 when that is not known. */
void gaz_loop_request_ended(gaz_connection *conn, uint64_t bytes);
/* Resumes a suspended connection. From any thread. */
void gaz_loop_resume(gaz_connection *conn);

#endif
