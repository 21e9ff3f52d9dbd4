/* The server as a program: one per data directory (a lock), findable by the command line
 * (server.json), ended by signals. A server.json that a dead process left is overwritten: the lock
 * tells, not the file. */
#include "serve.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "http.h"
#include "web.h"

#define GRACE_MS 5000
#define SERVER_JSON_MAX 4096

static gaz_status is_ready(const gaz_services *services, gaz_error *err)
{
    uint64_t generation;
    gaz_status st = gaz_store_generation(services->store, &generation, err);
    return st == GAZ_OK ? gaz_engine_refresh(services->engine, err) : st;
}

/* Where the other server is, as far as its file tells. */
static void describe_other(const char *path, gaz_error *err)
{
    gaz_strbuf text;
    gaz_json *root = NULL;
    gaz_error ignored = {0};
    gaz_strbuf_init(&text, SERVER_JSON_MAX + 65536);
    const char *address = NULL;
    if (gaz_file_read(path, SERVER_JSON_MAX, &text, &ignored) == GAZ_OK &&
        gaz_json_parse(text.data, text.len, &root, &ignored) == GAZ_OK)
        address = gaz_json_text(gaz_json_get(root, "address"), NULL);
    if (address)
        gaz_error_hint(err,
                       "it is at http://%.100s/ (process %lld): use it, stop it, or set GAZ_HOME "
                       "to another directory",
                       address, (long long)gaz_json_integer(gaz_json_get(root, "pid"), 0));
    gaz_error_hint(err, "stop it, or set GAZ_HOME to another directory");
    gaz_json_free(root);
    gaz_strbuf_release(&text);
}

static gaz_status take_lock(const char *home, const char *file, gaz_lock **out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_error busy = {0};
    gaz_status st = gaz_path_join(&path, home, "locks", err);
    if (st == GAZ_OK)
        st = gaz_mkdir_all(path.data, 0700, err);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, home, "locks/server.lock", err);
    if (st == GAZ_OK) {
        st = gaz_lock_open(path.data, true, 0, out, &busy);
        if (st == GAZ_E_BUSY) {
            (void)!gaz_error_set(err, st, "a server is already running on %.200s", home);
            describe_other(file, err);
        } else if (st != GAZ_OK && err) {
            *err = busy;
        }
    }
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status write_file(const char *file, const char *address, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    char when[32];
    gaz_json_writer w;
    gaz_time_format(gaz_wall_us(), when);
    gaz_json_writer_init(&w, &text);
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "address", address);
    gaz_json_put_int(&w, "pid", (int64_t)getpid());
    gaz_json_put_cstring(&w, "started", when);
    gaz_json_object_end(&w);
    gaz_strbuf_putc(&text, '\n');
    gaz_status st = gaz_strbuf_check(&text, err);
    if (st == GAZ_OK)
        st = gaz_file_write(file, text.data, text.len, 0600, err);
    gaz_strbuf_release(&text);
    return st;
}

/* A wildcard address is no place to send a browser to. */
static void announce(const gaz_http *http, const gaz_log *log)
{
    const char *address = gaz_http_address(http), *port = strrchr(address, ':');
    bool any = strncmp(address, "0.0.0.0:", 8) == 0 || strncmp(address, "[::]:", 5) == 0;
    printf("Gazetteer is at http://%s%s/\n", any ? "127.0.0.1" : address, any ? port : "");
    fflush(stdout);
    gaz_log_write(log, GAZ_LOG_INFO, "http", "listening on %s", address);
    if (!gaz_http_is_loopback(http))
        gaz_log_write(log, GAZ_LOG_WARN, "http",
                      "%s is not loopback: whoever reaches it can read every repository", address);
}

static gaz_status run(const gaz_services *services, const gaz_op *ops, size_t op_count,
                      const char *listen, const char *file, volatile sig_atomic_t *stop,
                      gaz_error *err)
{
    const struct timespec nap = {.tv_nsec = 50000000};
    gaz_http *http = NULL;
    gaz_http_options options;
    gaz_http_options_init(&options, services);
    options.ops = ops;
    options.op_count = op_count;
    options.web = gaz_web_pages();
    options.schema_text = gaz_result_schema;
    options.ready = is_ready;
    if (listen)
        options.listen = listen;
    gaz_status st = gaz_http_start(&options, &http, err);
    if (st == GAZ_OK)
        st = write_file(file, gaz_http_address(http), err);
    if (st == GAZ_OK)
        announce(http, services->log);
    while (st == GAZ_OK && !*stop)
        nanosleep(&nap, NULL);
    unlink(file);
    gaz_log_write(services->log, GAZ_LOG_INFO, "http", "stopping");
    gaz_http_stop(http, GRACE_MS);
    return st;
}

gaz_status gaz_serve(const gaz_services *services, const gaz_op *ops, size_t op_count,
                     const char *listen, volatile sig_atomic_t *stop, gaz_error *err)
{
    gaz_strbuf file = GAZ_STRBUF_INIT;
    gaz_lock *lock = NULL;
    const char *home = gaz_store_home(services->store);
    gaz_status st = gaz_path_join(&file, home, "server.json", err);
    if (st == GAZ_OK)
        st = take_lock(home, file.data, &lock, err);
    if (st == GAZ_OK)
        st = run(services, ops, op_count, listen, file.data, stop, err);
    gaz_lock_close(lock);
    gaz_strbuf_release(&file);
    return st;
}
