/* Reading a command line. Flags may stand before and behind the command and among its words; `--`
 * ends them. What a flag is called and whether it takes a value comes from three places, asked in
 * this order: the operation's row, the command's face, the global flags. A list flag takes all
 * words up to the next flag, and gives one back when a required word would be missing: `gaz add
 * --branches main v1 PATH` works as `gaz add PATH --branches main v1`. */
#include "cli_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/near.h"

typedef struct raw_entry {
    gaz_raw_param param;
    bool tail; /* a list flag's second or later word */
} raw_entry;

typedef struct reader {
    const gaz_cli_commands *commands;
    const gaz_cli_command *command;
    size_t argc, at;
    char *const *argv;
    bool flags_ended;
    GAZ_VEC(raw_entry) raw;
    GAZ_VEC(const char *) words;
    GAZ_VEC(gaz_cli_setting) settings;
    gaz_cli_options options;
    gaz_arena *arena;
    gaz_error *err;
} reader;

/** A flag found by name or letter: one of the two is set. */
typedef struct found_flag {
    const gaz_param *param;
    const gaz_cli_flag *flag;
} found_flag;

static gaz_status out_of_memory(reader *r)
{
    return gaz_error_set(r->err, GAZ_E_NOMEM, "reading the command line: out of memory");
}

/* ---- finding flags ---- */

static bool same_name(const char *name, const char *typed, size_t len)
{
    char flag[64];
    gaz_cli_flag_name(name, flag);
    return strlen(flag) == len && memcmp(flag, typed, len) == 0;
}

static const gaz_cli_flag *find_in(const gaz_cli_flag *flags, size_t count, const char *name,
                                   size_t len, char letter)
{
    for (size_t i = 0; i < count; i++)
        if (name ? same_name(flags[i].name, name, len) : flags[i].letter == letter)
            return &flags[i];
    return NULL;
}

/* @param name  NULL: by letter */
static found_flag find_flag(const reader *r, const char *name, size_t len, char letter)
{
    found_flag found = {NULL, NULL};
    const gaz_cli_command *c = r->command;
    for (size_t i = 0; c && c->op && i < c->op->param_count; i++) {
        const gaz_param *p = &c->op->params[i];
        if (name ? same_name(p->name, name, len) : p->letter && p->letter == letter) {
            found.param = p;
            return found;
        }
    }
    if (c)
        found.flag = find_in(c->face->flags, c->face->flag_count, name, len, letter);
    if (!found.flag)
        found.flag = find_in(gaz_cli_globals, gaz_cli_global_count, name, len, letter);
    return found;
}

static bool is_setting(const char *name, size_t len)
{
    size_t count = 0;
    const gaz_setting_info *table = gaz_settings_table(&count);
    if (!memchr(name, '.', len))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strlen(table[i].name) == len && memcmp(table[i].name, name, len) == 0)
            return true;
    return false;
}

static gaz_status unknown_flag(reader *r, const char *typed, const char *name, size_t len)
{
    char names[64][64];
    size_t count = 0;
    const gaz_cli_command *c = r->command;
    gaz_near near;
    gaz_near_init(&near, name, len);
    for (size_t i = 0; c && c->op && i < c->op->param_count && count < 64; i++)
        gaz_cli_flag_name(c->op->params[i].name, names[count++]);
    for (size_t i = 0; c && i < c->face->flag_count && count < 64; i++)
        gaz_cli_flag_name(c->face->flags[i].name, names[count++]);
    for (size_t i = 0; i < gaz_cli_global_count && count < 64; i++)
        gaz_cli_flag_name(gaz_cli_globals[i].name, names[count++]);
    for (size_t i = 0; i < count; i++)
        gaz_near_offer(&near, names[i]);
    gaz_status st = gaz_error_set(r->err, GAZ_E_INVALID, "%s%s has no flag %s", c ? "gaz " : "gaz",
                                  c ? c->words : "", typed);
    gaz_near_hint(&near, r->err, "--", "");
    if (c && c->face->join)
        gaz_error_hint(r->err,
                       "put -- before a query that begins with a minus sign: gaz %s -- '%.60s'",
                       c->words, typed);
    gaz_error_hint(r->err, "gaz %s%s--help lists them", c ? c->words : "", c ? " " : "");
    return st;
}

/* ---- taking values ---- */

static gaz_status add_raw(reader *r, const char *name, const char *text, bool tail)
{
    raw_entry entry = {{.name = name, .text = text, .len = strlen(text)}, tail};
    return gaz_vec_push(&r->raw, entry) ? GAZ_OK : out_of_memory(r);
}

static gaz_status read_lines(reader *r, const char *flag, const char *text, uint32_t *out)
{
    char *end = NULL;
    unsigned long n = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
    if (!end || *end || n > GAZ_CLI_CONTEXT_MAX)
        return gaz_error_set(r->err, GAZ_E_INVALID, "--%s takes 0 to %d lines, not '%s'", flag,
                             GAZ_CLI_CONTEXT_MAX, text);
    *out = (uint32_t)n;
    r->options.context = true;
    return GAZ_OK;
}

static gaz_status read_color(reader *r, const char *text)
{
    static const char *const names[] = {
        [GAZ_COLOR_AUTO] = "auto", [GAZ_COLOR_ALWAYS] = "always", [GAZ_COLOR_NEVER] = "never"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            r->options.color = (gaz_cli_color)i;
            return GAZ_OK;
        }
    return gaz_error_set(r->err, GAZ_E_INVALID, "--color takes auto, always or never, not '%s'",
                         text);
}

static gaz_status add_setting(reader *r, const char *name, size_t len, const char *value)
{
    gaz_cli_setting setting = {gaz_arena_strndup(r->arena, name, len), value};
    return setting.name && gaz_vec_push(&r->settings, setting) ? GAZ_OK : out_of_memory(r);
}

static gaz_status read_setting(reader *r, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return gaz_error_set(r->err, GAZ_E_INVALID, "--set takes NAME=VALUE, not '%s'", text);
    return add_setting(r, text, (size_t)(equals - text), equals + 1);
}

/* @param value  NULL for flags without one */
static gaz_status take_option(reader *r, const gaz_cli_flag *flag, const char *given)
{
    const char *value = given ? given : "";
    gaz_status st;
    gaz_cli_options *o = &r->options;
    switch (flag->option) {
    case GAZ_CLI_HOME:
        o->home = value;
        return value[0] ? GAZ_OK
                        : gaz_error_set(r->err, GAZ_E_INVALID, "--home takes a directory, not ''");
    case GAZ_CLI_SET:
        return read_setting(r, value);
    case GAZ_CLI_LISTEN:
        return add_setting(r, "listen", 6, value);
    case GAZ_CLI_COLOR:
        return read_color(r, value);
    case GAZ_CLI_AFTER:
        return read_lines(r, flag->name, value, &o->after);
    case GAZ_CLI_BEFORE:
        return read_lines(r, flag->name, value, &o->before);
    case GAZ_CLI_CONTEXT:
        st = read_lines(r, flag->name, value, &o->before);
        o->after = o->before;
        return st;
    case GAZ_CLI_JSON:
        o->json = true;
        return GAZ_OK;
    case GAZ_CLI_LOCAL:
        o->local = true;
        return GAZ_OK;
    case GAZ_CLI_HELP:
        o->help = true;
        return GAZ_OK;
    case GAZ_CLI_VERSION:
        o->version = true;
        return GAZ_OK;
    case GAZ_CLI_NO_INDEX:
        o->no_index = true;
        return GAZ_OK;
    case GAZ_CLI_FILES:
        o->files = true;
        return GAZ_OK;
    case GAZ_CLI_SYMBOLS:
        o->symbols = true;
        return GAZ_OK;
    case GAZ_CLI_COUNT:
        o->count = true;
        return GAZ_OK;
    }
    return GAZ_OK;
}

static bool wants_value(found_flag f)
{
    return f.param ? f.param->type != GAZ_PARAM_BOOL : f.flag->metavar != NULL;
}

static bool is_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

/* The further words of a list flag. */
static gaz_status take_tail(reader *r, const gaz_param *param)
{
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && r->at < r->argc && !is_flag(r->argv[r->at]))
        st = add_raw(r, param->name, r->argv[r->at++], true);
    return st;
}

/* @param typed  the flag as given, for messages  @param value  behind '=' or in the same word;
 * NULL: the next word */
static gaz_status take_flag(reader *r, found_flag f, const char *typed, const char *value)
{
    bool inlined = value != NULL;
    if (!value && wants_value(f)) {
        if (r->at == r->argc)
            return gaz_error_set(r->err, GAZ_E_INVALID, "%s needs a value", typed);
        value = r->argv[r->at++];
    }
    if (f.flag) {
        if (value && !wants_value(f))
            return gaz_error_set(r->err, GAZ_E_INVALID, "--%s takes no value", f.flag->name);
        return take_option(r, f.flag, value);
    }
    gaz_status st = add_raw(r, f.param->name, value ? value : "true", false);
    return st == GAZ_OK && f.param->type == GAZ_PARAM_LIST && !inlined ? take_tail(r, f.param) : st;
}

static gaz_status take_long(reader *r, const char *word)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    found_flag f = find_flag(r, name, len, 0);
    if (f.param || f.flag)
        return take_flag(r, f, word, equals ? equals + 1 : NULL);
    if (!equals && len > 3 && memcmp(name, "no-", 3) == 0) {
        f = find_flag(r, name + 3, len - 3, 0);
        if (f.param && f.param->type == GAZ_PARAM_BOOL)
            return add_raw(r, f.param->name, "false", false);
    }
    if (is_setting(name, len)) {
        if (!equals && r->at == r->argc)
            return gaz_error_set(r->err, GAZ_E_INVALID, "%s needs a value", word);
        return add_setting(r, name, len, equals ? equals + 1 : r->argv[r->at++]);
    }
    return unknown_flag(r, word, name, len);
}

/* -l, -A3, -A 3, -lA3. */
static gaz_status take_letters(reader *r, const char *word)
{
    gaz_status st = GAZ_OK;
    for (const char *p = word + 1; *p && st == GAZ_OK; p++) {
        found_flag f = find_flag(r, NULL, 0, *p);
        if (!f.param && !f.flag)
            return unknown_flag(r, word, p, 1);
        char typed[3] = {'-', *p, '\0'};
        if (wants_value(f))
            return take_flag(r, f, typed, p[1] ? p + 1 : NULL);
        st = f.param ? add_raw(r, f.param->name, "true", false) : take_option(r, f.flag, NULL);
    }
    return st;
}

/* ---- the command ---- */

/* How many words of the command line the command takes, 0 when they are others. */
static size_t command_words(const reader *r, const char *words)
{
    size_t used = 0;
    while (*words) {
        size_t len = strcspn(words, " ");
        const char *word = r->at + used < r->argc ? r->argv[r->at + used] : "";
        if (strlen(word) != len || memcmp(word, words, len) != 0)
            return 0;
        used++;
        words += len;
        words += *words == ' ';
    }
    return used;
}

static gaz_status unknown_command(reader *r)
{
    const char *word = r->argv[r->at];
    gaz_status st = gaz_error_set(r->err, GAZ_E_INVALID, "there is no command '%s'", word);
    gaz_near near;
    gaz_near_init(&near, word, strlen(word));
    for (size_t i = 0; i < r->commands->count; i++)
        gaz_near_offer(&near, r->commands->items[i].words);
    gaz_near_hint(&near, r->err, "gaz ", "");
    gaz_error_hint(r->err, "gaz help lists the commands");
    return st;
}

static gaz_status take_command(reader *r)
{
    size_t best = 0;
    for (size_t i = 0; i < r->commands->count; i++) {
        size_t used = command_words(r, r->commands->items[i].words);
        if (used > best) {
            best = used;
            r->command = &r->commands->items[i];
        }
    }
    r->at += best;
    return best ? GAZ_OK : unknown_command(r);
}

/* ---- words ---- */

static bool given(const reader *r, const char *name)
{
    for (size_t i = 0; i < r->raw.len; i++)
        if (strcmp(r->raw.items[i].param.name, name) == 0)
            return true;
    return false;
}

static gaz_status join_words(reader *r, const gaz_param *param, size_t first)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (size_t i = first; i < r->words.len; i++) {
        gaz_strbuf_puts(&text, i > first ? " " : "");
        gaz_strbuf_puts(&text, r->words.items[i]);
    }
    char *copy = gaz_arena_strndup(r->arena, text.data, text.len);
    gaz_status st = gaz_strbuf_check(&text, r->err);
    gaz_strbuf_release(&text);
    if (st != GAZ_OK)
        return st;
    return copy ? add_raw(r, param->name, copy, false) : out_of_memory(r);
}

/* A required word that is missing is taken back from the list flag that swallowed it. */
static void take_back(reader *r, const gaz_param *param)
{
    for (size_t i = r->raw.len; i-- > 0;) {
        if (!r->raw.items[i].tail)
            continue;
        r->raw.items[i].param.name = param->name;
        r->raw.items[i].tail = false;
        return;
    }
}

static gaz_status too_many_words(reader *r, const char *word)
{
    gaz_status st = gaz_error_set(r->err, GAZ_E_INVALID, "gaz %s does not know what '%s' is for",
                                  r->command->words, word);
    gaz_error_hint(r->err, "gaz %s --help shows what it takes", r->command->words);
    return st;
}

/* Gives the words to the row's positional parameters, in order. */
static gaz_status place_words(reader *r, gaz_cli_args *out)
{
    const gaz_op *op = r->command->op;
    const gaz_cli_face *face = r->command->face;
    gaz_status st = GAZ_OK;
    size_t next = 0;
    if (op->body && !r->words.len) {
        st = gaz_error_set(r->err, GAZ_E_INVALID, "gaz %s needs a %s", r->command->words,
                           op->body->metavar);
        gaz_error_hint(r->err, "gaz %s --help shows what it takes", r->command->words);
        return st;
    }
    if (op->body)
        out->body_file = r->words.items[next++];
    for (size_t i = 0; i < op->param_count && st == GAZ_OK; i++) {
        const gaz_param *p = &op->params[i];
        if (!p->positional || given(r, p->name))
            continue;
        if (next == r->words.len && p->required)
            take_back(r, p);
        if (next == r->words.len)
            continue;
        if (face->repeat && p->type == GAZ_PARAM_STRING) {
            out->repeated = p->name;
            return GAZ_OK;
        }
        if (face->join && p->type == GAZ_PARAM_STRING) {
            st = join_words(r, p, next);
            next = r->words.len;
        } else if (p->type == GAZ_PARAM_LIST) {
            while (st == GAZ_OK && next < r->words.len)
                st = add_raw(r, p->name, r->words.items[next++], false);
        } else {
            st = add_raw(r, p->name, r->words.items[next++], false);
        }
    }
    return st == GAZ_OK && next < r->words.len ? too_many_words(r, r->words.items[next]) : st;
}

/* ---- the whole ---- */

static gaz_status read_all(reader *r)
{
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && r->at < r->argc) {
        const char *word = r->argv[r->at];
        if (!r->flags_ended && strcmp(word, "--") == 0) {
            r->flags_ended = true;
            r->at++;
        } else if (!r->flags_ended && is_flag(word)) {
            r->at++;
            st = word[1] == '-' ? take_long(r, word) : take_letters(r, word);
        } else if (!r->command) {
            st = take_command(r);
        } else {
            r->at++;
            st = gaz_vec_push(&r->words, (const char *)word) ? GAZ_OK : out_of_memory(r);
        }
    }
    return st;
}

static void *keep(reader *r, const void *items, size_t count, size_t size)
{
    void *copy = gaz_arena_array(r->arena, count ? count : 1, size);
    if (copy && count)
        memcpy(copy, items, count * size);
    return copy;
}

static gaz_status finish(reader *r, gaz_cli_args *out)
{
    gaz_raw_param *raw = gaz_arena_array(r->arena, r->raw.len ? r->raw.len : 1, sizeof *raw);
    out->words = keep(r, r->words.items, r->words.len, sizeof *r->words.items);
    out->word_count = r->words.len;
    out->options = r->options;
    out->options.settings = keep(r, r->settings.items, r->settings.len, sizeof *r->settings.items);
    out->options.setting_count = r->settings.len;
    if (!raw || !out->words || !out->options.settings)
        return out_of_memory(r);
    for (size_t i = 0; i < r->raw.len; i++)
        raw[i] = r->raw.items[i].param;
    out->raw = raw;
    out->raw_count = r->raw.len;
    out->command = r->command;
    return GAZ_OK;
}

gaz_status gaz_cli_args_parse(const gaz_cli_commands *commands, size_t argc, char *const *argv,
                              gaz_arena *arena, gaz_cli_args *out, gaz_error *err)
{
    reader r = {.commands = commands, .argc = argc, .argv = argv, .arena = arena, .err = err};
    gaz_cli_args args = {0};
    gaz_status st = read_all(&r);
    bool help = r.options.help || r.options.version;
    if (st == GAZ_OK && r.command && r.command->op && !help)
        st = place_words(&r, &args);
    if (st == GAZ_OK)
        st = finish(&r, &args);
    if (st == GAZ_OK)
        *out = args;
    gaz_vec_free(&r.raw);
    gaz_vec_free(&r.words);
    gaz_vec_free(&r.settings);
    return st;
}
