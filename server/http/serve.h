/* gaz serve: one HTTP server on a data directory, until it is told to stop. */
#ifndef GAZ_HTTP_SERVE_H
#define GAZ_HTTP_SERVE_H

#include <signal.h>
#include "gaz/ops/op.h"

/**
 * Serves the operations and the web pages until `*stop` is not zero; running requests then have
 * five seconds to end. While it serves, $GAZ_HOME/server.json holds {"address","pid","started"} and
 * $GAZ_HOME/locks/server.lock is held. Prints the URL to stdout once it listens.
 *
 * @param services  complete; its settings, store and engine are used
 * @param listen    "ADDRESS:PORT"; NULL: as the settings say
 * @param stop      set by a signal handler
 * @return GAZ_E_BUSY when another server runs on the same data directory; what gaz_http_start()
 * fails with
 */
GAZ_CHECKED gaz_status gaz_serve(const gaz_services *services, const gaz_op *ops, size_t op_count,
                                 const char *listen, volatile sig_atomic_t *stop, gaz_error *err);

#endif
