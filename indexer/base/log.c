/* One write(2) per line, so that lines of several threads and processes do not mix. */
#include "gaz/base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/strbuf.h"
#include "gaz/base/utf8.h"

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static void escape(gaz_strbuf *out, const char *text, bool json)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (json && (c == '"' || c == '\\'))
            gaz_strbuf_putc(out, '\\');
        if (c < 0x20 || c == 0x7f)
            gaz_strbuf_printf(out, json ? "\\u%04x" : "\\x%02x", c);
        else
            gaz_strbuf_putc(out, (char)c);
    }
}

void gaz_log_write(const gaz_log *log, gaz_log_level level, const char *area, const char *format,
                   ...)
{
    if (!log || level < log->level)
        return;
    char raw[2048], when[32];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    gaz_time_format(gaz_wall_us(), when);
    gaz_strbuf line, text;
    gaz_strbuf_init(&line, 16384);
    gaz_strbuf_init(&text, 16384);
    if (log->json) {
        gaz_utf8_replace(&text, raw, strlen(raw));
        gaz_strbuf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"area\":\"%s\",\"message\":\"",
                          when, level_names[level], area);
        escape(&line, text.data, true);
        gaz_strbuf_puts(&line, "\"}\n");
    } else {
        gaz_strbuf_printf(&line, "%s %-5s %s: ", when, level_names[level], area);
        escape(&line, raw, false);
        gaz_strbuf_putc(&line, '\n');
    }
    gaz_status ignored = gaz_write_all(log->fd, line.data, line.len, NULL);
    (void)ignored;
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&line);
}

gaz_status gaz_log_level_parse(const char *text, gaz_log_level *level, gaz_error *err)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(text, level_names[i]) == 0) {
            *level = (gaz_log_level)i;
            return GAZ_OK;
        }
    return gaz_error_set(err, GAZ_E_INVALID, "log level '%s' is none of debug, info, warn, error",
                         text);
}
