/* Operations asked of the server that runs on the same data directory. */
#ifndef GAZ_CLI_REMOTE_H
#define GAZ_CLI_REMOTE_H

#include "gaz/net/http_client.h"
#include "gaz/ops/op.h"

#define GAZ_CLI_ANSWER_MAX ((uint64_t)16 << 30) /**< bytes of an answer that is streamed */

/** A running server. */
typedef struct gaz_cli_server {
    char url[128]; /**< "http://127.0.0.1:7007" */
    gaz_http_client *client;
} gaz_cli_server;

/**
 * Finds the server of a data directory: reads server.json in it, and asks whether it answers.
 * @param note  nullable; set to why a server that should be there cannot be used: static
 * @return GAZ_DONE when there is none
 */
GAZ_CHECKED gaz_status gaz_cli_server_find(const char *home, gaz_cli_server *out, const char **note,
                                           gaz_error *err);
void gaz_cli_server_close(gaz_cli_server *server);

/** "127.0.0.1:7007" as a URL a program on the same machine can use: 0.0.0.0 and [::] become
 * loopback. GAZ_E_INVALID for what is no address. */
GAZ_CHECKED gaz_status gaz_cli_server_url(const char *address, char out[128], gaz_error *err);
/** Path and query, and the JSON body, of a call: what gaz_op_bind() and gaz_op_bind_json() read. */
GAZ_CHECKED gaz_status gaz_cli_request_make(const gaz_call *call, gaz_strbuf *target,
                                            gaz_strbuf *body, gaz_error *err);
/**
 * Sends a call and gives the answer's body to call->emit. An answer that is an error becomes that
 * failure.
 * @param media  set to what the server answered in, before the first emit
 */
GAZ_CHECKED gaz_status gaz_cli_server_call(gaz_cli_server *server, const gaz_call *call,
                                           gaz_media *media, gaz_error *err);

#endif
