/* Shell patterns, matched by simulating an automaton: the set of places in the pattern where the
 * text read so far may have led. Time is pattern × text at worst; nothing backtracks, so "*a*a*a*b"
 * costs what "*b" costs. Semantics are those of git's wildmatch(): a set that is not closed, or
 * names an unknown class, matches nothing. */
#include "glob.h"

#include <stdint.h>
#include <string.h>

typedef enum token_kind {
    TOKEN_CHAR,  /* this byte */
    TOKEN_ANY,   /* any byte; not '/' in path mode */
    TOKEN_SET,   /* a byte of a set */
    TOKEN_STAR,  /* any bytes; no '/' in path mode */
    TOKEN_DEEP,  /* any bytes */
    TOKEN_SKIP,  /* the next two tokens, or none: what "**" and '/' become */
    TOKEN_NEVER, /* nothing */
} token_kind;

typedef struct token {
    uint8_t kind;
    uint8_t byte;
    uint16_t set;
} token;

typedef struct byte_set {
    uint32_t bits[8];
} byte_set;

struct gaz_glob {
    size_t len;
    bool path;
    token *tokens;
    byte_set *sets;
};

#define TOKENS_MAX                                                                                 \
    (GAZ_GLOB_MAX + GAZ_GLOB_MAX / 2 +                                                             \
     2) /* "**" and '/', three bytes, are three tokens; "**" is one */

static bool set_has(const byte_set *set, uint8_t c)
{
    return set->bits[c / 32] >> (c % 32) & 1;
}

static void set_add(byte_set *set, unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        set->bits[c / 32] |= (uint32_t)1 << (c % 32);
}

static bool between(unsigned c, unsigned a, unsigned b)
{
    return c >= a && c <= b;
}

/* ASCII classes as git defines them: "space" has neither vertical tab nor form feed. */
static bool class_has(const char *name, unsigned c, bool *known)
{
    static const char *const names[] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
                                        "lower", "print", "punct", "space", "upper", "xdigit"};
    bool lower = between(c, 'a', 'z'), upper = between(c, 'A', 'Z'), digit = between(c, '0', '9');
    bool graph = between(c, 0x21, 0x7e);
    const bool has[] = {lower || upper || digit,
                        lower || upper,
                        c == ' ' || c == '\t',
                        c < 0x20 || c == 0x7f,
                        digit,
                        graph,
                        lower,
                        between(c, 0x20, 0x7e),
                        graph && !lower && !upper && !digit,
                        c == ' ' || c == '\t' || c == '\n' || c == '\r',
                        upper,
                        digit || between(c, 'a', 'f') || between(c, 'A', 'F')};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *known = strcmp(names[i], name) == 0;
        if (*known)
            return has[i];
    }
    return false;
}

/* Adds "[:name:]", whose '[' is at `at`. @return its last byte; `at` when it is no class; NULL when
 * it spoils the pattern */
static const char *add_class(byte_set *set, const char *at, const char *end)
{
    char name[16] = "";
    const char *start = at + 2, *close = memchr(start, ']', (size_t)(end - start));
    if (!close)
        return NULL;
    if (close == start || close[-1] != ':')
        return at;
    size_t len = (size_t)(close - 1 - start);
    bool known = false;
    if (len < sizeof name)
        memcpy(name, start, len);
    for (unsigned c = 0; c < 256; c++)
        if (class_has(name, c, &known))
            set_add(set, c, c);
    return known ? close : NULL;
}

/* Reads a set whose '[' is at `at`. @return its ']', or NULL when it is not closed or has an
 * unknown class */
static const char *parse_set(byte_set *set, const char *at, const char *end, bool path)
{
    unsigned previous = 0;
    const char *p = at + 1;
    bool negated = p < end && (*p == '!' || *p == '^');
    if (negated)
        p++;
    memset(set, 0, sizeof *set);
    for (bool first = true; first || (p < end && *p != ']'); p++, first = false) {
        if (p >= end)
            return NULL;
        unsigned c = (unsigned char)*p;
        if (c == '\\') {
            if (++p >= end)
                return NULL;
            c = (unsigned char)*p;
            set_add(set, c, c);
        } else if (c == '-' && previous && p + 1 < end && p[1] != ']') {
            if (*++p == '\\' && ++p >= end)
                return NULL;
            set_add(set, previous, (unsigned char)*p);
            c = 0;
        } else if (c == '[' && p + 1 < end && p[1] == ':') {
            const char *last = add_class(set, p, end);
            if (!last)
                return NULL;
            if (last == p)
                set_add(set, '[', '[');
            c = last == p ? '[' : 0;
            p = last;
        } else {
            set_add(set, c, c);
        }
        previous = c;
    }
    if (p >= end)
        return NULL;
    for (size_t i = 0; i < 8 && negated; i++)
        set->bits[i] = ~set->bits[i];
    if (path)
        set->bits['/' / 32] &= ~((uint32_t)1 << ('/' % 32));
    return p;
}

static void emit(gaz_glob *glob, token_kind kind, char byte)
{
    glob->tokens[glob->len++] = (token){.kind = (uint8_t)kind, .byte = (uint8_t)byte};
}

/* Stars at `at`, the pattern beginning at `start`. @return the byte after them and after the '/'
 * they swallow */
static const char *parse_stars(gaz_glob *glob, const char *start, const char *at, const char *end)
{
    const char *after = at;
    while (after < end && *after == '*')
        after++;
    bool left = at == start || at[-1] == '/';
    bool right =
        after == end || *after == '/' || (*after == '\\' && after + 1 < end && after[1] == '/');
    bool deep = after - at > 1 && left && right;
    if (!glob->path) {
        emit(glob, TOKEN_DEEP, 0);
    } else if (deep && after < end && *after == '/') {
        emit(glob, TOKEN_SKIP, 0);
        emit(glob, TOKEN_DEEP, 0);
        emit(glob, TOKEN_CHAR, '/');
        after++;
    } else {
        emit(glob, deep ? TOKEN_DEEP : TOKEN_STAR, 0);
    }
    return after;
}

static void compile(gaz_glob *glob, const char *pattern, size_t len)
{
    const char *end = pattern + len, *close;
    uint16_t sets = 0;
    for (const char *p = pattern; p < end;) {
        switch (*p) {
        case '*':
            p = parse_stars(glob, pattern, p, end);
            break;
        case '?':
            emit(glob, TOKEN_ANY, 0);
            p++;
            break;
        case '[':
            close = parse_set(&glob->sets[sets], p, end, glob->path);
            if (!close) {
                emit(glob, TOKEN_NEVER, 0);
                return;
            }
            emit(glob, TOKEN_SET, 0);
            glob->tokens[glob->len - 1].set = sets++;
            p = close + 1;
            break;
        case '\\':
            if (++p == end) {
                emit(glob, TOKEN_NEVER, 0);
                return;
            }
            /* fall through */
        default:
            emit(glob, TOKEN_CHAR, *p++);
        }
    }
}

gaz_glob *gaz_glob_new(gaz_arena *arena, const char *pattern, size_t len, bool path)
{
    if (len > GAZ_GLOB_MAX)
        return NULL;
    size_t opened = 0;
    for (size_t i = 0; i < len; i++)
        opened += pattern[i] == '[';
    gaz_glob *glob = gaz_arena_alloc(arena, sizeof *glob);
    if (!glob)
        return NULL;
    glob->path = path;
    glob->tokens = gaz_arena_array(arena, len + len / 2 + 2, sizeof *glob->tokens);
    glob->sets = gaz_arena_array(arena, opened + 1, sizeof *glob->sets);
    if (!glob->tokens || !glob->sets)
        return NULL;
    compile(glob, pattern, len);
    return glob;
}

/* A set of places in the pattern, each once. */
typedef struct places {
    uint16_t items[TOKENS_MAX + 1];
    size_t len;
} places;

/* Adds a place and what it leads to without a byte of text. `last` holds the step at which a place
 * was added. */
static void add_place(const gaz_glob *glob, places *to, uint32_t *last, uint32_t step, size_t place)
{
    for (;;) {
        if (last[place] == step)
            return;
        last[place] = step;
        if (place == glob->len) {
            to->items[to->len++] = (uint16_t)place;
            return;
        }
        uint8_t kind = glob->tokens[place].kind;
        if (kind == TOKEN_SKIP)
            add_place(glob, to, last, step, place + 3);
        else
            to->items[to->len++] = (uint16_t)place;
        if (kind != TOKEN_SKIP && kind != TOKEN_STAR && kind != TOKEN_DEEP)
            return;
        place++;
    }
}

static void advance(const gaz_glob *glob, size_t place, uint8_t c, places *to, uint32_t *last,
                    uint32_t step)
{
    if (place == glob->len)
        return;
    const token *t = &glob->tokens[place];
    bool crosses = !glob->path || c != '/';
    switch ((token_kind)t->kind) {
    case TOKEN_CHAR:
        if (t->byte == c)
            add_place(glob, to, last, step, place + 1);
        break;
    case TOKEN_ANY:
        if (crosses)
            add_place(glob, to, last, step, place + 1);
        break;
    case TOKEN_SET:
        if (set_has(&glob->sets[t->set], c))
            add_place(glob, to, last, step, place + 1);
        break;
    case TOKEN_STAR:
        if (crosses)
            add_place(glob, to, last, step, place);
        break;
    case TOKEN_DEEP:
        add_place(glob, to, last, step, place);
        break;
    case TOKEN_SKIP:
    case TOKEN_NEVER:
        break;
    }
}

static bool accepts(const gaz_glob *glob, const places *now)
{
    for (size_t k = 0; k < now->len; k++)
        if (now->items[k] == glob->len)
            return true;
    return false;
}

void gaz_glob_prefixes(const gaz_glob *glob, const char *text, size_t len, gaz_glob_hit hit,
                       void *ctx)
{
    places sets[2], *now = &sets[0], *next = &sets[1];
    uint32_t last[TOKENS_MAX + 1];
    memset(last, 0, (glob->len + 1) * sizeof last[0]);
    now->len = 0;
    add_place(glob, now, last, 1, 0);
    for (size_t i = 0; now->len; i++) {
        if ((i == len || text[i] == '/') && accepts(glob, now))
            hit(ctx, i);
        if (i == len)
            break;
        next->len = 0;
        for (size_t k = 0; k < now->len; k++)
            advance(glob, now->items[k], (uint8_t)text[i], next, last, (uint32_t)i + 2);
        places *swap = now;
        now = next;
        next = swap;
    }
}

typedef struct whole {
    size_t len;
    bool matches;
} whole;

static void hit_end(void *ctx, size_t at)
{
    whole *w = ctx;
    if (at == w->len)
        w->matches = true;
}

bool gaz_glob_run(const gaz_glob *glob, const char *text, size_t len)
{
    whole w = {.len = len};
    gaz_glob_prefixes(glob, text, len, hit_end, &w);
    return w.matches;
}
