/* Asking for pages as a browser does, from the world of fake_engine.h. What comes back must be
 * well-formed and must not hold anything that runs. */
#ifndef PAGE_ASKING_H
#define PAGE_ASKING_H

#include "fake_engine.h"

#include <ctype.h>

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "uri.h"
#include "web.h"

#define EVIL "<script>alert('\"&</script>"
#define EVIL_SHOWN "&lt;script&gt;alert(&#39;&quot;&amp;&lt;/script&gt;"
#define BIDI "\xe2\x80\xae"

/* ---- asking ---- */

typedef struct page {
    gaz_strbuf html;
    gaz_web_call call;
    gaz_arena arena;
    gaz_error err;
    gaz_status status;
} page;

static gaz_status take(void *ctx, const void *data, size_t len, gaz_error *err)
{
    page *p = ctx;
    gaz_strbuf_add(&p->html, data, len);
    return gaz_strbuf_check(&p->html, err);
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

/* Every tag is closed, in order; every attribute is quoted; no text holds a bare '<' or '"' where
 * it must not. */
static void check_html(const char *html)
{
    static const char *const alone[] = {"meta", "link", "input", "br", "wbr", "!DOCTYPE"};
    char stack[64][20];
    size_t depth = 0;
    for (const char *p = html; (p = strchr(p, '<'));) {
        bool closing = p[1] == '/';
        const char *name = p + 1 + closing;
        size_t n = strcspn(name, " >\n/");
        if (n == 0 || n > 15 || !(isalpha((unsigned char)*name) || *name == '!'))
            fail_msg("a bare '<' at: %.60s", p);
        const char *q = name + n;
        while (*q == ' ' || *q == '\n') {
            q += strspn(q, " \n");
            size_t attr = strcspn(q, "=> \n");
            if (!attr)
                fail_msg("a bad attribute at: %.80s", p);
            q += attr;
            if (*q != '=')
                continue;
            if (q[1] != '"')
                fail_msg("an unquoted attribute at: %.80s", p);
            size_t value = strcspn(q + 2, "\"");
            for (size_t i = 0; i < value; i++)
                if (strchr("<>'", q[2 + i]))
                    fail_msg("an unescaped attribute at: %.120s", p);
            q += value + 3;
        }
        if (*q != '>')
            fail_msg("a broken tag at: %.80s", p);
        bool single = false;
        for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
            single |= strlen(alone[i]) == n && strncmp(alone[i], name, n) == 0;
        if (closing) {
            if (!depth || strlen(stack[depth - 1]) != n || strncmp(stack[depth - 1], name, n) != 0)
                fail_msg("</%.*s> closes <%s>", (int)n, name, depth ? stack[depth - 1] : "nothing");
            depth--;
        } else if (!single) {
            assert_true(depth < 64);
            snprintf(stack[depth++], sizeof stack[0], "%.*s", (int)n, name);
        }
        p = q + 1;
    }
    if (depth)
        fail_msg("<%s> is not closed", stack[depth - 1]);
    assert_null(strstr(html, "<script>"));
    assert_null(strstr(html, "style=\""));
    assert_null(strstr(html, "javascript:"));
    assert_true(gaz_utf8_valid(html, strlen(html)));
}

static void ask(page *p, const char *target)
{
    static gaz_services services;
    static char somebody;
    services.parsers = fake.colours ? (gaz_parse_pool *)(void *)&somebody : NULL;
    *p = (page){.html = GAZ_STRBUF_INIT};
    gaz_arena_init(&p->arena, 1 << 20);
    const char *mark = strchr(target, '?');
    gaz_raw_param *params = NULL;
    size_t count = 0;
    gaz_error err = {0};
    if (mark)
        assert_ok(gaz_uri_query(mark + 1, strlen(mark + 1), &p->arena, &params, &count, &err));
    p->call = (gaz_web_call){.services = &services,
                             .params = params,
                             .param_count = count,
                             .emit = take,
                             .cancelled = never,
                             .ctx = p,
                             .status = 200,
                             .type = "text/html; charset=utf-8"};
    p->call.path = mark ? gaz_arena_strndup(&p->arena, target, (size_t)(mark - target)) : target;
    assert_true(gaz_web_pages()->owns(p->call.path));
    p->status = gaz_web_pages()->page(&p->call, &p->err);
    if (p->status == GAZ_OK && p->call.status < 300 && strncmp(p->call.type, "text/html", 9) == 0)
        check_html(p->html.data);
}

static void done(page *p)
{
    gaz_strbuf_release(&p->html);
    gaz_arena_release(&p->arena);
}

static void has(const page *p, const char *part)
{
    if (!strstr(p->html.data, part)) {
        const char *main_part = strstr(p->html.data, "<main");
        fail_msg("the page does not hold: %s\n%.3000s", part, main_part ? main_part : p->html.data);
    }
}

static void lacks(const page *p, const char *part)
{
    if (strstr(p->html.data, part))
        fail_msg("the page holds: %s", part);
}

static int reset(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    fake.result.complete = true;
    return 0;
}

#endif
