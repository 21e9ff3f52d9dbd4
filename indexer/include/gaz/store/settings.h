/* Settings: $GAZ_HOME/gaz.yaml, overridden by GAZ_* variables, overridden by flags. One table;
 * schema in schemas/. */
#ifndef GAZ_STORE_SETTINGS_H
#define GAZ_STORE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"

/** Sizes are bytes (the file takes 64KiB, 4GiB …), times milliseconds (2s, 5m …). Strings and lists
 * are owned. */
typedef struct gaz_settings {
    char *listen;         /**< listen: "127.0.0.1:7007" */
    char **allowed_hosts; /**< server.allowed_hosts: further Host values accepted */
    size_t allowed_host_count;
    char **roots; /**< server.roots: directories whose repositories may be added over HTTP; none by
                     default */
    size_t root_count;
    bool allow_private_urls; /**< repos.allow_private_urls: false */
    char *ssh_key;           /**< repos.ssh_key: "auto", or the file of a private key */
    char *known_hosts;       /**< repos.known_hosts: "auto", or a file */
    char *ca_file;           /**< repos.ca_file: "auto", or a file of certificates */
    char *credential_helper; /**< repos.credential_helper: "none", or as git's credential.helper */
    char **exclude;          /**< index.exclude: gitignore patterns for every repository */
    size_t exclude_count;
    int64_t cache_bytes;      /**< query.cache: default a quarter of RAM, at most 4 GiB */
    int64_t query_timeout_ms; /**< query.timeout: 10 s; timeout: in a query may lower or raise it up
                                 to query.timeout_max */
    int64_t query_timeout_max_ms; /**< query.timeout_max: 60 s */
    int64_t query_memory;         /**< query.memory: 256 MiB per query, result included */
    int64_t threads;              /**< threads: scanning and indexing; default the cores */
    int64_t http_workers;         /**< server.workers: 16 requests worked on at once */
    int64_t http_connections;     /**< server.connections: 4096 */
    int64_t http_body_max;        /**< server.body_max: 1 MiB */
    int64_t http_idle_ms;         /**< server.idle_timeout: 75 s */
    int64_t index_memory;         /**< index.memory: 768 MiB for one run */
    int64_t blob_max;             /**< index.blob_max: 2 GiB */
    int64_t revisions_kept;       /**< index.revisions: 64 on-demand revisions per repository */
    int64_t history_commits;  /**< history.commits: 50000, the newest that are indexed; 0: none */
    int64_t scip_upload_max;  /**< scip.upload_max: 256 MiB, of an index that is imported */
    int64_t scip_kept;        /**< scip.kept: 32 SCIP indexes per repository */
    int64_t scip_memory;      /**< scip.memory: 1 GiB for their edges, and to read one */
    int64_t clone_timeout_ms; /**< repos.clone_timeout: 30 m */
    int64_t clone_max;        /**< repos.clone_max: 64 GiB on disk */
    int64_t poll_interval_ms; /**< poll.interval: 15 m; 0: no polling */
    int64_t poll_interval_max_ms; /**< poll.interval_max: 6 h, after failures */
    int64_t poll_at_once;         /**< poll.at_once: 2 repositories */
    int64_t poll_timeout_ms;      /**< poll.timeout: 1 m */
    bool poll_local;              /**< poll.local: false; repositories read in place, too */
    bool watch;                   /**< server.watch: false; work trees are followed by the server */
    int64_t watch_directories;    /**< watch.directories: 1000000 of one tree under inotify */
    int64_t retire_grace_ms; /**< store.retire_grace: 10 m: how long replaced files stay for readers
                                in other processes */
    int64_t cursor_ttl_ms;   /**< server.cursor_ttl: 5 m */
    char *log_format;        /**< log.format: "text" or "json" */
    char *log_level;         /**< log.level: "info" */
} gaz_settings;

/** One setting, for documentation, --help and the schema test. */
typedef struct gaz_setting_info {
    const char *name;     /**< "query.cache" */
    const char *variable; /**< "GAZ_QUERY_CACHE" */
    const char *type;     /**< "string", "list", "bool", "size", "duration", "count" */
    const char *fallback; /**< as text */
    const char *help;
} gaz_setting_info;
const gaz_setting_info *gaz_settings_table(size_t *count);

/** Defaults, then the file (absent: fine), then the environment. GAZ_E_INVALID names file, line and
 * what is expected. */
GAZ_CHECKED gaz_status gaz_settings_load(const char *home, gaz_settings *out, gaz_error *err);
/** Sets one by name from text, as a flag does. */
GAZ_CHECKED gaz_status gaz_settings_set(gaz_settings *settings, const char *name, const char *value,
                                        gaz_error *err);
void gaz_settings_release(gaz_settings *settings);
/** $GAZ_HOME, else $XDG_DATA_HOME/gazetteer, else ~/.local/share/gazetteer: a malloc'd path. */
GAZ_CHECKED gaz_status gaz_home_path(char **out, gaz_error *err);

#endif
