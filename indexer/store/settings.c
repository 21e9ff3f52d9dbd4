/* Settings: one table of names, types, bounds and defaults, from which the file, the environment,
 * flags, the JSON Schema and the help are read. The file is read by settings_yaml.c. */
#include "settings_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/near.h"
#include "gaz/base/threads.h"
#include "gaz/store/scip_index.h"

#define KIB INT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define TIB (GIB * 1024)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* ---- what "auto" stands for ---- */

/* The machine's memory, or what the control group may use when that is less. */
static int64_t memory_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    int64_t bytes = pages > 0 && page > 0 ? (int64_t)pages * page : GIB;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    if (gaz_file_read("/sys/fs/cgroup/memory.max", 4096, &text, NULL) == GAZ_OK) {
        char *end = NULL;
        long long limit = strtoll(text.data, &end, 10);
        if (end != text.data && limit > 0 && limit < bytes)
            bytes = limit;
    }
    gaz_strbuf_release(&text);
    return bytes;
}

static int64_t quarter_of_memory(void)
{
    int64_t quarter = memory_bytes() / 4;
    return quarter > 4 * GIB ? 4 * GIB : quarter < 16 * MIB ? 16 * MIB : quarter;
}

static int64_t cores(void)
{
    return (int64_t)gaz_cores();
}

/* ---- the table ---- */

#define FIELD(name) offsetof(gaz_settings, name)
#define TEXT(field)                                                                                \
    {                                                                                              \
        GAZ_SETTING_STRING, FIELD(field), 0, 0, 0, NULL, NULL                                      \
    }
#define CHOICE(field, choices)                                                                     \
    {                                                                                              \
        GAZ_SETTING_STRING, FIELD(field), 0, 0, 0, choices, NULL                                   \
    }
#define LIST(field, count)                                                                         \
    {                                                                                              \
        GAZ_SETTING_LIST, FIELD(field), FIELD(count), 0, 0, NULL, NULL                             \
    }
#define BOOL(field)                                                                                \
    {                                                                                              \
        GAZ_SETTING_BOOL, FIELD(field), 0, 0, 0, NULL, NULL                                        \
    }
#define SIZE(field, min, max)                                                                      \
    {                                                                                              \
        GAZ_SETTING_SIZE, FIELD(field), 0, min, max, NULL, NULL                                    \
    }
#define TIME(field, min, max)                                                                      \
    {                                                                                              \
        GAZ_SETTING_DURATION, FIELD(field), 0, min, max, NULL, NULL                                \
    }
#define COUNT(field, min, max)                                                                     \
    {                                                                                              \
        GAZ_SETTING_COUNT, FIELD(field), 0, min, max, NULL, NULL                                   \
    }

/* Row i of `rows` says how, row i of `infos` what. In the order in which they are told to people.
 */
static const gaz_setting_info infos[] = {
    {"listen", "GAZ_LISTEN", "string", "127.0.0.1:7007", "address and port `gaz serve` listens on"},
    {"threads", "GAZ_THREADS", "count", "auto",
     "threads for searching and indexing; auto: one per core"},
    {"server.allowed_hosts", "GAZ_SERVER_ALLOWED_HOSTS", "list", "",
     "further Host header values the server answers to"},
    {"server.roots", "GAZ_SERVER_ROOTS", "list", "",
     "directories whose repositories may be added over HTTP"},
    {"server.workers", "GAZ_SERVER_WORKERS", "count", "16", "requests worked on at once"},
    {"server.connections", "GAZ_SERVER_CONNECTIONS", "count", "4096", "connections open at once"},
    {"server.body_max", "GAZ_SERVER_BODY_MAX", "size", "1MiB", "largest request body"},
    {"server.idle_timeout", "GAZ_SERVER_IDLE_TIMEOUT", "duration", "75s",
     "time a silent connection is kept"},
    {"server.cursor_ttl", "GAZ_SERVER_CURSOR_TTL", "duration", "5m",
     "time a cursor can be continued"},
    {"server.watch", "GAZ_SERVER_WATCH", "bool", "false",
     "watch the work trees of repositories on this machine"},
    {"repos.allow_private_urls", "GAZ_REPOS_ALLOW_PRIVATE_URLS", "bool", "false",
     "clone from loopback, link-local and private addresses"},
    {"repos.clone_timeout", "GAZ_REPOS_CLONE_TIMEOUT", "duration", "30m",
     "time a clone or fetch may take"},
    {"repos.clone_max", "GAZ_REPOS_CLONE_MAX", "size", "64GiB", "largest clone on disk"},
    {"repos.ssh_key", "GAZ_REPOS_SSH_KEY", "string", "auto",
     "file of the private key for ssh; auto: ssh's own keys and agent"},
    {"repos.known_hosts", "GAZ_REPOS_KNOWN_HOSTS", "string", "auto",
     "file of the host keys that ssh accepts; auto: ~/.ssh/known_hosts and the system's"},
    {"repos.ca_file", "GAZ_REPOS_CA_FILE", "string", "auto",
     "file of the authorities (PEM) that https accepts; auto: the system's"},
    {"repos.credential_helper", "GAZ_REPOS_CREDENTIAL_HELPER", "string", "none",
     "who knows passwords for https, as git's credential.helper"},
    {"poll.interval", "GAZ_POLL_INTERVAL", "duration", "15m",
     "time between two looks of the server at a clone's remote; 0: none"},
    {"poll.interval_max", "GAZ_POLL_INTERVAL_MAX", "duration", "6h",
     "longest time between two looks after failures"},
    {"poll.at_once", "GAZ_POLL_AT_ONCE", "count", "2", "remotes looked at at once"},
    {"poll.timeout", "GAZ_POLL_TIMEOUT", "duration", "1m", "time a remote has to answer a look"},
    {"poll.local", "GAZ_POLL_LOCAL", "bool", "false",
     "look at repositories that are read in place, too"},
    {"index.exclude", "GAZ_INDEX_EXCLUDE", "list", "",
     "patterns, as in .gitignore, kept out of every index"},
    {"index.memory", "GAZ_INDEX_MEMORY", "size", "768MiB", "memory of one index run"},
    {"index.blob_max", "GAZ_INDEX_BLOB_MAX", "size", "2GiB",
     "larger files are recorded and not indexed"},
    {"index.revisions", "GAZ_INDEX_REVISIONS", "count", "64",
     "on-demand revisions kept per repository"},
    {"history.commits", "GAZ_HISTORY_COMMITS", "count", "50000",
     "newest commits of a repository that are indexed; 0: none"},
    {"scip.upload_max", "GAZ_SCIP_UPLOAD_MAX", "size", "256MiB",
     "largest SCIP index that is taken"},
    {"scip.kept", "GAZ_SCIP_KEPT", "count", "32",
     "SCIP indexes kept per repository; the last imported stay"},
    {"scip.memory", "GAZ_SCIP_MEMORY", "size", "1GiB",
     "memory of the edges of SCIP indexes, and of reading one"},
    {"watch.directories", "GAZ_WATCH_DIRECTORIES", "count", "1000000",
     "directories of one work tree that are watched; beyond them it is compared"},
    {"query.cache", "GAZ_QUERY_CACHE", "size", "auto",
     "cache of decompressed blocks; auto: a quarter of RAM, at most 4GiB"},
    {"query.timeout", "GAZ_QUERY_TIMEOUT", "duration", "10s", "time a query may take"},
    {"query.timeout_max", "GAZ_QUERY_TIMEOUT_MAX", "duration", "60s",
     "the most that timeout: in a query may ask for"},
    {"query.memory", "GAZ_QUERY_MEMORY", "size", "256MiB",
     "memory of one query, its result included"},
    {"store.retire_grace", "GAZ_STORE_RETIRE_GRACE", "duration", "10m",
     "time replaced files stay for readers in other processes"},
    {"log.format", "GAZ_LOG_FORMAT", "string", "text", "text or json"},
    {"log.level", "GAZ_LOG_LEVEL", "string", "info", "debug, info, warn or error"},
};

static const gaz_setting rows[] = {
    TEXT(listen),
    {GAZ_SETTING_COUNT, FIELD(threads), 0, 1, 1024, NULL, cores},
    LIST(allowed_hosts, allowed_host_count),
    LIST(roots, root_count),
    COUNT(http_workers, 1, 1024),
    COUNT(http_connections, 1, 65536),
    SIZE(http_body_max, KIB, GIB),
    TIME(http_idle_ms, SECOND, 24 * HOUR),
    TIME(cursor_ttl_ms, SECOND, 24 * HOUR),
    BOOL(watch),
    BOOL(allow_private_urls),
    TIME(clone_timeout_ms, SECOND, 7 * 24 * HOUR),
    SIZE(clone_max, MIB, 1024 * TIB),
    TEXT(ssh_key),
    TEXT(known_hosts),
    TEXT(ca_file),
    TEXT(credential_helper),
    TIME(poll_interval_ms, 0, 30 * 24 * HOUR),
    TIME(poll_interval_max_ms, SECOND, 30 * 24 * HOUR),
    COUNT(poll_at_once, 1, 16),
    TIME(poll_timeout_ms, SECOND, HOUR),
    BOOL(poll_local),
    LIST(exclude, exclude_count),
    SIZE(index_memory, 64 * MIB, TIB),
    SIZE(blob_max, KIB, 16 * GIB),
    COUNT(revisions_kept, 0, 100000),
    COUNT(history_commits, 0, 10000000),
    SIZE(scip_upload_max, KIB, GIB),
    COUNT(scip_kept, 1, GAZ_SCIP_KEPT_MAX),
    SIZE(scip_memory, MIB, TIB),
    COUNT(watch_directories, 1, 10000000),
    {GAZ_SETTING_SIZE, FIELD(cache_bytes), 0, 0, 64 * TIB, NULL, quarter_of_memory},
    TIME(query_timeout_ms, 1, HOUR),
    TIME(query_timeout_max_ms, 1, 24 * HOUR),
    SIZE(query_memory, MIB, TIB),
    TIME(retire_grace_ms, 0, 7 * 24 * HOUR),
    CHOICE(log_format, "text|json"),
    CHOICE(log_level, "debug|info|warn|error"),
};

#define ROWS (sizeof rows / sizeof rows[0])
_Static_assert(ROWS == sizeof infos / sizeof infos[0], "each setting has a row in both tables");

const gaz_setting_info *gaz_settings_table(size_t *count)
{
    *count = ROWS;
    return infos;
}

bool gaz_setting_find(const char *name, const gaz_setting **row, const gaz_setting_info **info)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(infos[i].name, name) == 0) {
            *row = &rows[i];
            *info = &infos[i];
            return true;
        }
    }
    return false;
}

gaz_status gaz_setting_unknown(const char *name, const char *where, gaz_error *err)
{
    gaz_near near;
    gaz_near_init(&near, name, strlen(name));
    for (size_t i = 0; i < ROWS; i++)
        gaz_near_offer(&near, infos[i].name);
    gaz_error_set(err, GAZ_E_INVALID, "%sthere is no setting named '%.100s'", where, name);
    gaz_near_hint(&near, err, "", "");
    return GAZ_E_INVALID;
}

/* ---- values ---- */

typedef struct unit {
    const char *name;
    int64_t scale;
} unit;

static bool parse_number(const char *text, const unit *units, size_t count, int64_t *out)
{
    if (text[0] < '0' || text[0] > '9')
        return false;
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno)
        return false;
    end += *end == ' ';
    for (size_t i = 0; i < count; i++) {
        if (strcmp(end, units[i].name) == 0) {
            int64_t value = 0;
            if (__builtin_mul_overflow((int64_t)number, units[i].scale, &value))
                return false;
            *out = value;
            return true;
        }
    }
    return false;
}

bool gaz_setting_parse_size(const char *text, int64_t *out)
{
    static const unit units[] = {
        {"", 1},      {"B", 1},     {"KiB", KIB},    {"MiB", MIB},       {"GiB", GIB},
        {"TiB", TIB}, {"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {"TB", 1000000000000}};
    return parse_number(text, units, sizeof units / sizeof units[0], out);
}

bool gaz_setting_parse_duration(const char *text, int64_t *out)
{
    static const unit units[] = {{"ms", 1},       {"s", SECOND}, {"m", MINUTE},
                                 {"min", MINUTE}, {"h", HOUR},   {"d", 24 * HOUR}};
    if (strcmp(text, "0") == 0) {
        *out = 0;
        return true;
    }
    return parse_number(text, units, sizeof units / sizeof units[0], out);
}

static bool parse_count(const char *text, int64_t *out)
{
    static const unit none = {"", 1};
    return parse_number(text, &none, 1, out);
}

static bool parse_bool(const char *text, bool *out)
{
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no",
                                                                                "off", "0"};
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *out = strcmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t len = strlen(text);
    for (const char *p = choices; p; p = strchr(p, '|'), p = p ? p + 1 : NULL)
        if (strncmp(p, text, len) == 0 && (p[len] == '|' || !p[len]))
            return len > 0;
    return false;
}

static gaz_status expected(const gaz_setting_info *info, const char *what, const char *text,
                           gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_INVALID, "the setting %s takes %s, not '%.60s'", info->name,
                         what, text);
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the settings");
}

static void *field(gaz_settings *settings, size_t offset)
{
    return (char *)settings + offset;
}

static gaz_status take_number(gaz_settings *settings, const gaz_setting *row,
                              const gaz_setting_info *info, const char *text, gaz_error *err)
{
    int64_t value = 0;
    if (row->automatic && strcmp(text, "auto") == 0) {
        *(int64_t *)field(settings, row->offset) = row->automatic();
        return GAZ_OK;
    }
    if (row->type == GAZ_SETTING_SIZE && !gaz_setting_parse_size(text, &value))
        return expected(info, "a size such as 64MiB or 4GiB", text, err);
    if (row->type == GAZ_SETTING_DURATION && !gaz_setting_parse_duration(text, &value))
        return expected(info, "a time such as 500ms, 2s or 5m", text, err);
    if (row->type == GAZ_SETTING_COUNT && !parse_count(text, &value))
        return expected(info, "a whole number", text, err);
    if (value < row->min || value > row->max) {
        const char *what = row->type == GAZ_SETTING_SIZE       ? " bytes"
                           : row->type == GAZ_SETTING_DURATION ? " milliseconds"
                                                               : "";
        return gaz_error_set(err, GAZ_E_INVALID,
                             "the setting %s is %.60s, outside its range of %lld to %lld%s",
                             info->name, text, (long long)row->min, (long long)row->max, what);
    }
    *(int64_t *)field(settings, row->offset) = value;
    return GAZ_OK;
}

static gaz_status take_text(const gaz_setting_info *info, const char *text, char **out,
                            gaz_error *err)
{
    size_t len = strlen(text);
    if (len == 0 || len > GAZ_SETTING_TEXT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID,
                             "the setting %s takes text of 1 to %d bytes, not %zu", info->name,
                             GAZ_SETTING_TEXT_MAX, len);
    char *copy = strdup(text);
    if (!copy)
        return no_memory(err);
    *out = copy;
    return GAZ_OK;
}

static gaz_status take_item(gaz_settings *settings, const gaz_setting *row,
                            const gaz_setting_info *info, const char *text, gaz_error *err)
{
    char ***items = field(settings, row->offset);
    size_t *count = field(settings, row->count_offset);
    if (*count >= GAZ_SETTING_ITEMS_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "the setting %s takes at most %d items",
                             info->name, GAZ_SETTING_ITEMS_MAX);
    char *copy = NULL;
    gaz_status st = take_text(info, text, &copy, err);
    if (st != GAZ_OK)
        return st;
    char **more = realloc(*items, (*count + 1) * sizeof *more);
    if (!more) {
        free(copy);
        return no_memory(err);
    }
    *items = more;
    more[(*count)++] = copy;
    return GAZ_OK;
}

gaz_status gaz_setting_take(gaz_settings *settings, const gaz_setting *row,
                            const gaz_setting_info *info, const char *text, gaz_error *err)
{
    char *copy = NULL;
    gaz_status st;
    switch (row->type) {
    case GAZ_SETTING_LIST:
        return take_item(settings, row, info, text, err);
    case GAZ_SETTING_BOOL:
        return parse_bool(text, field(settings, row->offset))
                   ? GAZ_OK
                   : expected(info, "true or false", text, err);
    case GAZ_SETTING_STRING:
        if (row->choices && !is_choice(row->choices, text))
            return expected(info, row->choices, text, err);
        st = take_text(info, text, &copy, err);
        if (st == GAZ_OK) {
            free(*(char **)field(settings, row->offset));
            *(char **)field(settings, row->offset) = copy;
        }
        return st;
    default:
        return take_number(settings, row, info, text, err);
    }
}

void gaz_setting_clear(gaz_settings *settings, const gaz_setting *row)
{
    char ***items = field(settings, row->offset);
    size_t *count = field(settings, row->count_offset);
    for (size_t i = 0; i < *count; i++)
        free((*items)[i]);
    free(*items);
    *items = NULL;
    *count = 0;
}

/* ---- all of them ---- */

/* A list in a variable or flag: items between commas, or between line ends when there is one. */
static gaz_status take_list(gaz_settings *settings, const gaz_setting *row,
                            const gaz_setting_info *info, const char *value, gaz_error *err)
{
    char separator = strchr(value, '\n') ? '\n' : ',';
    gaz_setting_clear(settings, row);
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && *value) {
        const char *end = strchr(value, separator);
        size_t len = end ? (size_t)(end - value) : strlen(value);
        char *item = strndup(value, len);
        if (!item)
            return no_memory(err);
        if (len)
            st = gaz_setting_take(settings, row, info, item, err);
        free(item);
        value += len + (end != NULL);
    }
    return st;
}

gaz_status gaz_settings_set(gaz_settings *settings, const char *name, const char *value,
                            gaz_error *err)
{
    const gaz_setting *row = NULL;
    const gaz_setting_info *info = NULL;
    if (!gaz_setting_find(name, &row, &info))
        return gaz_setting_unknown(name, "", err);
    if (row->type == GAZ_SETTING_LIST)
        return take_list(settings, row, info, value, err);
    return gaz_setting_take(settings, row, info, value, err);
}

static gaz_status take_defaults(gaz_settings *settings, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < ROWS; i++)
        if (rows[i].type != GAZ_SETTING_LIST)
            st = gaz_settings_set(settings, infos[i].name, infos[i].fallback, err);
    return st;
}

static gaz_status take_file(const char *home, gaz_settings *settings, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    gaz_status st = gaz_path_join(&path, home, "gaz.yaml", err);
    if (st == GAZ_OK) {
        st = gaz_file_read(path.data, GAZ_SETTINGS_FILE_MAX, &text, &why);
        if (st == GAZ_OK)
            st = gaz_settings_yaml(path.data, text.data, text.len, settings, &why);
        else if (st == GAZ_E_NOT_FOUND)
            st = GAZ_OK;
        if (st != GAZ_OK && err && err->status == GAZ_OK)
            *err = why;
    }
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status take_environment(gaz_settings *settings, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < ROWS; i++) {
        const char *value = getenv(infos[i].variable);
        if (!value)
            continue;
        gaz_error why = {0};
        st = gaz_settings_set(settings, infos[i].name, value, &why);
        if (st != GAZ_OK) {
            gaz_error_set(err, st, "%s", why.message);
            gaz_error_hint(err, "the value comes from the environment variable %s",
                           infos[i].variable);
        }
    }
    return st;
}

static gaz_status check_together(const gaz_settings *settings, gaz_error *err)
{
    if (settings->query_timeout_ms > settings->query_timeout_max_ms)
        return gaz_error_set(
            err, GAZ_E_INVALID,
            "the setting query.timeout (%lld ms) is more than query.timeout_max (%lld ms)",
            (long long)settings->query_timeout_ms, (long long)settings->query_timeout_max_ms);
    return GAZ_OK;
}

gaz_status gaz_settings_load(const char *home, gaz_settings *out, gaz_error *err)
{
    gaz_settings settings = {0};
    gaz_status st = take_defaults(&settings, err);
    if (st == GAZ_OK)
        st = take_file(home, &settings, err);
    if (st == GAZ_OK)
        st = take_environment(&settings, err);
    if (st == GAZ_OK)
        st = check_together(&settings, err);
    if (st != GAZ_OK) {
        gaz_settings_release(&settings);
        return st;
    }
    *out = settings;
    return GAZ_OK;
}

void gaz_settings_release(gaz_settings *settings)
{
    if (!settings)
        return;
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].type == GAZ_SETTING_LIST)
            gaz_setting_clear(settings, &rows[i]);
        else if (rows[i].type == GAZ_SETTING_STRING)
            free(*(char **)field(settings, rows[i].offset));
    }
    *settings = (gaz_settings){0};
}

gaz_status gaz_home_path(char **out, gaz_error *err)
{
    const char *home = getenv("GAZ_HOME"), *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
    gaz_strbuf path = GAZ_STRBUF_INIT;
    if (home && *home) {
        gaz_strbuf_puts(&path, home);
    } else if (data && *data == '/') { /* the XDG specification has relative ones ignored */
        gaz_strbuf_printf(&path, "%s/gazetteer", data);
    } else if (user && *user) {
        gaz_strbuf_printf(&path, "%s/.local/share/gazetteer", user);
    } else {
        gaz_error_set(err, GAZ_E_INVALID,
                      "there is no home for the index: neither GAZ_HOME nor HOME is set");
        gaz_error_hint(err, "set GAZ_HOME to a directory");
        return GAZ_E_INVALID;
    }
    gaz_status st = gaz_strbuf_check(&path, err);
    char *text = st == GAZ_OK ? gaz_strbuf_detach(&path, NULL) : NULL;
    if (st == GAZ_OK && !text)
        st = no_memory(err);
    gaz_strbuf_release(&path);
    if (st == GAZ_OK)
        *out = text;
    return st;
}
