/* Help: nothing here is written down twice; every word comes from the operation rows and the flag
 * tables. */
#include "cli_help.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli_output.h"

#define GAP 30 /* columns before explanations */

/* The name of a parameter's value: "PATH|URL", "N", "NAME". */
static void metavar(const gaz_param *p, char out[64])
{
    if (p->metavar) {
        snprintf(out, 64, "%s", p->metavar);
        return;
    }
    if (p->type == GAZ_PARAM_INT) {
        snprintf(out, 64, "N");
        return;
    }
    size_t i = 0;
    for (; i < 63 && p->name[i]; i++)
        out[i] = (char)toupper((unsigned char)p->name[i]);
    out[i] = '\0';
}

static void put_usage_words(const gaz_cli_command *c, gaz_strbuf *out)
{
    if (c->op && c->op->body)
        gaz_strbuf_printf(out, " %s", c->op->body->metavar);
    for (size_t i = 0; c->op && i < c->op->param_count; i++) {
        const gaz_param *p = &c->op->params[i];
        char value[64];
        metavar(p, value);
        if (!p->positional)
            continue;
        bool many = p->type == GAZ_PARAM_LIST || (c->face->repeat && p->type == GAZ_PARAM_STRING);
        gaz_strbuf_printf(out, p->required ? " %s%s" : " [%s%s]", value, many ? "…" : "");
    }
    if (c->face->usage)
        gaz_strbuf_printf(out, " %s", c->face->usage);
}

static const char *summary_of(const gaz_cli_command *c)
{
    return c->op ? c->op->summary : c->face->summary;
}

/* One entry: what is typed, then the explanation in its column. `start` is where the line begins in
 * `out`. */
static void put_explained(gaz_strbuf *out, size_t start, const char *text)
{
    size_t used = gaz_cli_columns(out->data + start, out->len - start);
    if (used + 2 > GAP)
        gaz_strbuf_printf(out, "\n%*s%s\n", GAP, "", text);
    else
        gaz_strbuf_printf(out, "%*s%s\n", (int)(GAP - used), "", text);
}

static void put_flag(gaz_strbuf *out, char letter, const char *name, const char *value,
                     const char *text)
{
    size_t start = out->len;
    char typed[4] = {'-', letter, ',', '\0'};
    gaz_strbuf_printf(out, "  %s --%s%s%s", letter ? typed : "   ", name, value[0] ? " " : "",
                      value);
    put_explained(out, start, text);
}

static void put_param_text(const gaz_param *p, gaz_strbuf *text)
{
    gaz_strbuf_puts(text, p->help ? p->help : "");
    if (p->choices)
        gaz_strbuf_printf(text, " (%s)", p->choices);
    if (p->type == GAZ_PARAM_INT && p->max > 0)
        gaz_strbuf_printf(text, " (%" PRId64 " to %" PRId64 ")", p->min, p->max);
    if (p->fallback && p->type != GAZ_PARAM_BOOL)
        gaz_strbuf_printf(text, " [%s]", p->fallback);
}

static void put_params(const gaz_op *op, bool positional, gaz_strbuf *out)
{
    for (size_t i = 0; i < op->param_count; i++) {
        const gaz_param *p = &op->params[i];
        char value[64], name[64], list[80];
        gaz_strbuf text = GAZ_STRBUF_INIT;
        if (p->positional != positional)
            continue;
        metavar(p, value);
        gaz_cli_flag_name(p->name, name);
        snprintf(list, sizeof list, "%s%s", p->type == GAZ_PARAM_BOOL ? "" : value,
                 p->type == GAZ_PARAM_LIST ? "…" : "");
        put_param_text(p, &text);
        if (positional) {
            size_t start = out->len;
            gaz_strbuf_printf(out, "  %s", value);
            put_explained(out, start, text.data);
        } else {
            put_flag(out, p->letter, name, list, text.data);
        }
        gaz_strbuf_release(&text);
    }
}

static void put_body_word(const gaz_op *op, gaz_strbuf *out)
{
    size_t start = out->len;
    if (!op->body)
        return;
    gaz_strbuf_printf(out, "  %s", op->body->metavar);
    put_explained(out, start, op->body->help);
}

static bool row_has(const gaz_op *op, const char *flag)
{
    for (size_t i = 0; op && i < op->param_count; i++) {
        char name[64];
        gaz_cli_flag_name(op->params[i].name, name);
        if (strcmp(name, flag) == 0)
            return true;
    }
    return false;
}

static bool row_has_letter(const gaz_op *op, char letter)
{
    for (size_t i = 0; op && letter && i < op->param_count; i++)
        if (op->params[i].letter == letter)
            return true;
    return false;
}

/* Flags of a face that the row does not take over. */
static void put_flags(const gaz_cli_flag *flags, size_t count, const gaz_op *op, gaz_strbuf *out)
{
    for (size_t i = 0; i < count; i++) {
        char letter = row_has_letter(op, flags[i].letter) ? '\0' : flags[i].letter;
        if (!row_has(op, flags[i].name))
            put_flag(out, letter, flags[i].name, flags[i].metavar ? flags[i].metavar : "",
                     flags[i].help);
        else if (letter)
            gaz_strbuf_printf(out, "  -%c %-24s  %s\n", letter,
                              flags[i].metavar ? flags[i].metavar : "", flags[i].help);
    }
}

void gaz_cli_help_program(const gaz_cli_commands *commands, gaz_strbuf *out)
{
    gaz_strbuf_puts(out,
                    "Gazetteer searches every repository you have, at any branch or commit.\n\n"
                    "Usage: gaz [FLAG…] COMMAND [FLAG…] [WORD…]\n\nCommands:\n");
    for (size_t i = 0; i < commands->count; i++) {
        size_t start = out->len;
        gaz_strbuf_printf(out, "  %s", commands->items[i].words);
        put_explained(out, start, summary_of(&commands->items[i]));
    }
    gaz_strbuf_puts(out, "\nFlags of every command:\n");
    put_flags(gaz_cli_globals, gaz_cli_global_count, NULL, out);
    gaz_strbuf_puts(out, "\ngaz COMMAND --help tells more. Exit codes: 0 found or done, 1 nothing "
                         "found, 2 error.\n");
}

void gaz_cli_help_command(const gaz_cli_command *c, gaz_strbuf *out)
{
    bool flags = c->face->flag_count > 0, words = false;
    for (size_t i = 0; c->op && i < c->op->param_count; i++) {
        words = words || c->op->params[i].positional;
        flags = flags || !c->op->params[i].positional;
    }
    words = words || (c->op && c->op->body);
    gaz_strbuf_printf(out, "%s\n\nUsage: gaz %s%s", summary_of(c), c->words,
                      flags && c->op ? " [FLAG…]" : "");
    put_usage_words(c, out);
    gaz_strbuf_puts(out, "\n");
    if (words) {
        gaz_strbuf_puts(out, "\nWords:\n");
        put_body_word(c->op, out);
        put_params(c->op, true, out);
    }
    if (flags)
        gaz_strbuf_puts(out, "\nFlags:\n");
    if (c->op)
        put_params(c->op, false, out);
    put_flags(c->face->flags, c->face->flag_count, c->op, out);
    gaz_strbuf_puts(out, "\nFlags of every command:\n");
    put_flags(gaz_cli_globals, gaz_cli_global_count, c->op, out);
    if (c->op)
        gaz_strbuf_printf(out, "\nOver HTTP: %s %s\n", c->op->method, c->op->path);
}

/* ---- completion ---- */

static void put_bash_flags(const gaz_cli_command *c, gaz_strbuf *out)
{
    char name[64];
    for (size_t i = 0; c->op && i < c->op->param_count; i++) {
        gaz_cli_flag_name(c->op->params[i].name, name);
        gaz_strbuf_printf(out, " --%s", name);
    }
    for (size_t i = 0; i < c->face->flag_count; i++)
        if (!row_has(c->op, c->face->flags[i].name))
            gaz_strbuf_printf(out, " --%s", c->face->flags[i].name);
}

/* Completes commands by their first word, flags by the command, and file names elsewhere. */
static void put_bash(const gaz_cli_commands *commands, gaz_strbuf *out)
{
    gaz_strbuf_puts(out, "# bash completion for gaz: eval \"$(gaz completion bash)\"\n"
                         "_gaz() {\n"
                         "    local cur=${COMP_WORDS[COMP_CWORD]} word cmd= flags=\n"
                         "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                         "        case $word in -*) ;; *) cmd=$word; break ;; esac\n"
                         "    done\n"
                         "    case $cmd in\n");
    for (size_t i = 0; i < commands->count; i++) {
        const char *words = commands->items[i].words;
        gaz_strbuf_printf(out, "        %.*s) flags+='", (int)strcspn(words, " "), words);
        put_bash_flags(&commands->items[i], out);
        gaz_strbuf_puts(out, "' ;;&\n");
    }
    gaz_strbuf_puts(out, "    esac\n    flags+='");
    for (size_t i = 0; i < gaz_cli_global_count; i++)
        gaz_strbuf_printf(out, " --%s", gaz_cli_globals[i].name);
    gaz_strbuf_puts(out, "'\n"
                         "    if [[ $cur == -* ]]; then\n"
                         "        COMPREPLY=($(compgen -W \"$flags\" -- \"$cur\"))\n"
                         "    elif [[ -z $cmd ]]; then\n"
                         "        COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < commands->count; i++)
        gaz_strbuf_printf(out, "%s%.*s", i ? " " : "", (int)strcspn(commands->items[i].words, " "),
                          commands->items[i].words);
    gaz_strbuf_puts(out, "' -- \"$cur\"))\n"
                         "    fi\n"
                         "}\n"
                         "complete -o default -F _gaz gaz\n");
}

gaz_status gaz_cli_completion(const gaz_cli_commands *commands, const char *shell, gaz_strbuf *out,
                              gaz_error *err)
{
    if (!shell || strcmp(shell, "bash") != 0) {
        gaz_status st = gaz_error_set(err, GAZ_E_INVALID, "gaz completion knows bash, not '%s'",
                                      shell ? shell : "");
        gaz_error_hint(err, "eval \"$(gaz completion bash)\"");
        return st;
    }
    put_bash(commands, out);
    return GAZ_OK;
}
