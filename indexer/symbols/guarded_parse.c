/* Parsing under limits. Texts that only programs write, and those that are too large or too deep,
 * are told from their bytes before anything is parsed; time and memory are looked at from
 * tree-sitter's progress callbacks. The parser's memory is counted per thread by the allocator
 * given to it: tree-sitter ends the process when an allocation fails, so it must be stopped before.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "gaz/base/clock.h"
#include "guarded_parse.h"

/* A text is minified when most of it stands in lines as long as this. */
enum { LONG_LINE = 5000, MINIFIED_FROM = 32 * 1024, READ_MAX = 32 * 1024 };

/* A thread frees what another allocated when compiled queries change hands, so it may go below 0.
 */
static _Thread_local int64_t held;

static void *or_die(void *memory, size_t size)
{
    if (!memory && size > 0) {
        fprintf(stderr, "tree-sitter: cannot allocate %zu bytes\n", size);
        abort();
    }
    held += (int64_t)malloc_usable_size(memory);
    return memory;
}

static void *counted_malloc(size_t size)
{
    return or_die(malloc(size), size);
}

static void *counted_calloc(size_t count, size_t size)
{
    return or_die(calloc(count, size), size);
}

static void *counted_realloc(void *memory, size_t size)
{
    held -= (int64_t)malloc_usable_size(memory);
    return or_die(realloc(memory, size), size);
}

static void counted_free(void *memory)
{
    held -= (int64_t)malloc_usable_size(memory);
    free(memory);
}

static void install(void)
{
    ts_set_allocator(counted_malloc, counted_calloc, counted_realloc, counted_free);
}

void gaz_parse_allocator_install(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, install);
}

gaz_extract_limits gaz_extract_limits_or_default(const gaz_extract_limits *limits)
{
    gaz_extract_limits all = limits ? *limits : (gaz_extract_limits){0};
    all.bytes = all.bytes ? all.bytes : 32u << 20;
    all.depth = all.depth ? all.depth : 4096;
    all.nodes = all.nodes ? all.nodes : 16u << 20;
    all.facts = all.facts ? all.facts : 4u << 20;
    all.memory = all.memory ? all.memory : (uint64_t)1 << 30;
    all.time_us = all.time_us ? all.time_us : 20 * 1000000;
    return all;
}

void gaz_parse_guard_begin(parse_guard *guard, const gaz_extract_limits *limits)
{
    *guard = (parse_guard){.limits = *limits, .until = gaz_now_us() + limits->time_us};
    guard->memory_at = held > 0 ? (size_t)held : 0;
}

bool gaz_parse_guard_stops(parse_guard *guard)
{
    if (guard->outcome != GAZ_EXTRACT_COMPLETE || guard->cancelled)
        return true;
    if (held > (int64_t)(guard->memory_at + guard->limits.memory)) {
        guard->outcome = GAZ_EXTRACT_TOO_MANY;
        return true;
    }
    int64_t now = gaz_now_us();
    guard->cancelled = guard->limits.deadline > 0 && now > guard->limits.deadline;
    if (now > guard->until)
        guard->outcome = GAZ_EXTRACT_TIMED_OUT;
    return guard->cancelled || guard->outcome != GAZ_EXTRACT_COMPLETE;
}

static bool is_minified(const char *text, size_t len)
{
    size_t in_long = 0;
    if (len < MINIFIED_FROM)
        return false;
    for (const char *at = text, *end = text + len; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if (stop - at >= LONG_LINE)
            in_long += (size_t)(stop - at);
        at = stop + 1;
    }
    return in_long > len / 2;
}

/* Nesting by brackets alone; what stands in strings and comments counts too, which only ever makes
 * a text look deeper. */
static uint32_t bracket_depth(const char *text, size_t len)
{
    uint32_t depth = 0, deepest = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '(' || c == '[' || c == '{') {
            if (++depth > deepest)
                deepest = depth;
        } else if ((c == ')' || c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

static bool parse_progress(TSParseState *state)
{
    return gaz_parse_guard_stops(state->payload);
}

static bool query_progress(TSQueryCursorState *state)
{
    return gaz_parse_guard_stops(state->payload);
}

typedef struct whole_text {
    const char *text;
    uint32_t len;
    hidden_text *hidden;
    parse_guard *guard;
} whole_text;

/* Between tokens the parser asks whether to go on, but one token of a hostile text may take a walk
 * to its end, again and again. So it is given the text in pieces, and no more of it when it has
 * taken too much: to it, the text ends there. */

static const char *read_text(void *payload, uint32_t at, TSPoint position, uint32_t *bytes_read)
{
    (void)position;
    const whole_text *whole = payload;
    *bytes_read = 0;
    if (gaz_parse_guard_stops(whole->guard))
        return "";
    const char *piece =
        gaz_hidden_text_read(whole->hidden, whole->text, whole->len, at, bytes_read);
    if (*bytes_read > READ_MAX)
        *bytes_read = READ_MAX;
    return piece;
}

TSTree *gaz_parse_guarded(TSParser *parser, const language_row *row, const char *text, size_t len,
                          parse_guard *guard, hidden_text *hidden)
{
    hidden_text own = {0};
    if (len > guard->limits.bytes)
        guard->outcome = GAZ_EXTRACT_TOO_LARGE;
    else if (is_minified(text, len))
        guard->outcome = GAZ_EXTRACT_MINIFIED;
    else if (bracket_depth(text, len) > guard->limits.depth)
        guard->outcome = GAZ_EXTRACT_TOO_DEEP;
    if (guard->outcome != GAZ_EXTRACT_COMPLETE || gaz_parse_guard_stops(guard))
        return NULL;
    if (!ts_parser_set_language(parser, row->grammar())) {
        guard->outcome = GAZ_EXTRACT_NO_GRAMMAR;
        return NULL;
    }
    whole_text whole = {
        .text = text, .len = (uint32_t)len, .hidden = hidden ? hidden : &own, .guard = guard};
    if (!gaz_hidden_text_find(whole.hidden, row->style, text, whole.len))
        guard->outcome = GAZ_EXTRACT_TOO_MANY;
    TSInput input = {.payload = &whole, .read = read_text, .encoding = TSInputEncodingUTF8};
    TSParseOptions options = {.payload = guard, .progress_callback = parse_progress};
    TSTree *tree = guard->outcome == GAZ_EXTRACT_COMPLETE
                       ? ts_parser_parse_with_options(parser, NULL, input, options)
                       : NULL;
    gaz_hidden_text_release(&own);
    if (!tree) {
        ts_parser_reset(parser);
        return NULL;
    }
    if (ts_node_descendant_count(ts_tree_root_node(tree)) > guard->limits.nodes) {
        guard->outcome = GAZ_EXTRACT_TOO_MANY;
        ts_tree_delete(tree);
        return NULL;
    }
    return tree;
}

void gaz_query_guarded(TSQueryCursor *cursor, const TSQuery *query, TSNode root, parse_guard *guard)
{
    guard->query_options =
        (TSQueryCursorOptions){.payload = guard, .progress_callback = query_progress};
    ts_query_cursor_exec_with_options(cursor, query, root, &guard->query_options);
}
