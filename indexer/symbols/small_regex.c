/* A small regular expression engine: a parser that writes a nondeterministic automaton (Thompson,
 * 1968) and a simulation that keeps the set of states it may be in. It exists because predicates
 * run once for each match of a pattern, over names: no expression may be slow, and the indexer's
 * own regex module stands on the same stair as this one. */
#include <string.h>
#include "small_regex.h"

enum { OP_SET, OP_SPLIT, OP_BEGIN, OP_END, OP_ACCEPT };
enum { NONE = 255, REPEAT_MAX = 16 };

typedef struct builder {
    small_regex *re;
    const char *at, *end;
    int depth;
    bool failed;
} builder;

/* A part of the automaton: where it starts, and where it ends: a state whose `a` is yet to be set.
 */
typedef struct fragment {
    uint8_t start, out;
} fragment;

static fragment parse_alternatives(builder *b);

static uint8_t add_state(builder *b, uint8_t op, uint8_t set, uint8_t next, uint8_t other)
{
    if (b->re->state_count >= SMALL_REGEX_MAX - 1) {
        b->failed = true;
        return 0;
    }
    b->re->states[b->re->state_count] = (small_regex_state){op, set, next, other};
    return (uint8_t)b->re->state_count++;
}

/* A state that does nothing but lead on. */
static uint8_t add_joint(builder *b)
{
    return add_state(b, OP_SPLIT, 0, NONE, NONE);
}

static void set_bit(uint32_t set[8], unsigned byte)
{
    set[byte >> 5] |= 1u << (byte & 31);
}

static void set_range(uint32_t set[8], unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        set_bit(set, c);
}

/* \d \w \s and their opposites; anything else stands for itself. */
static void set_escape(uint32_t set[8], char c)
{
    uint32_t part[8] = {0};
    switch (c) {
    case 'd':
    case 'D':
        set_range(part, '0', '9');
        break;
    case 'w':
    case 'W':
        set_range(part, '0', '9');
        set_range(part, 'a', 'z');
        set_range(part, 'A', 'Z');
        set_bit(part, '_');
        break;
    case 's':
    case 'S':
        set_range(part, '\t', '\r');
        set_bit(part, ' ');
        break;
    default:
        set_bit(part, (unsigned char)(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c));
        break;
    }
    bool inverted = c == 'D' || c == 'W' || c == 'S';
    for (int i = 0; i < 8; i++)
        set[i] |= inverted ? ~part[i] : part[i];
}

static void parse_class(builder *b, uint32_t set[8])
{
    bool inverted = b->at < b->end && *b->at == '^';
    b->at += inverted;
    for (bool first = true; b->at < b->end && (*b->at != ']' || first); first = false) {
        char c = *b->at++;
        if (c == '\\' && b->at < b->end) {
            set_escape(set, *b->at++);
        } else if (b->at + 1 < b->end && *b->at == '-' && b->at[1] != ']') {
            set_range(set, (unsigned char)c, (unsigned char)b->at[1]);
            b->at += 2;
        } else {
            set_bit(set, (unsigned char)c);
        }
    }
    b->failed |= b->at == b->end;
    b->at++;
    for (int i = 0; inverted && i < 8; i++)
        set[i] = ~set[i];
}

/* The number of the set made last; one that is there already is used again. */
static uint8_t keep_set(small_regex *re)
{
    uint32_t last = re->set_count - 1;
    for (uint32_t i = 0; i < last; i++) {
        if (memcmp(re->sets[i], re->sets[last], sizeof re->sets[i]) != 0)
            continue;
        memset(re->sets[last], 0, sizeof re->sets[last]);
        re->set_count--;
        return (uint8_t)i;
    }
    return (uint8_t)last;
}

static fragment parse_set(builder *b)
{
    if (b->re->set_count >= SMALL_REGEX_MAX / 4) {
        b->failed = true;
        return (fragment){0, 0};
    }
    uint32_t *set = b->re->sets[b->re->set_count++];
    char c = *b->at++;
    if (c == '[') {
        parse_class(b, set);
    } else if (c == '.') {
        set_range(set, 0, 255);
        set['\n' >> 5] &= ~(1u << ('\n' & 31));
    } else if (c == '\\' && b->at < b->end) {
        set_escape(set, *b->at++);
    } else {
        b->failed |= strchr("*+?{}\\])", c) != NULL;
        set_bit(set, (unsigned char)c);
    }
    uint8_t state = add_state(b, OP_SET, keep_set(b->re), NONE, NONE);
    return (fragment){state, state};
}

static fragment parse_group(builder *b)
{
    b->at++;
    if (b->end - b->at >= 2 && b->at[0] == '?' && b->at[1] == ':')
        b->at += 2;
    fragment inner = {0, 0};
    if (++b->depth > 16)
        b->failed = true;
    else
        inner = parse_alternatives(b);
    b->depth--;
    if (b->at < b->end && *b->at == ')')
        b->at++;
    else
        b->failed = true;
    return inner;
}

static fragment parse_atom(builder *b)
{
    if (*b->at == '(')
        return parse_group(b);
    if (*b->at == '^' || *b->at == '$') {
        uint8_t state = add_state(b, *b->at++ == '^' ? OP_BEGIN : OP_END, 0, NONE, NONE);
        return (fragment){state, state};
    }
    return parse_set(b);
}

static fragment joined(builder *b, fragment first, fragment second)
{
    b->re->states[first.out].a = second.start;
    return (fragment){first.start, second.out};
}

static fragment repeated(builder *b, fragment inner, char how)
{
    uint8_t out = add_joint(b);
    uint8_t split = add_state(b, OP_SPLIT, 0, inner.start, out);
    b->re->states[inner.out].a = how == '?' ? out : split;
    return (fragment){how == '+' ? inner.start : split, out};
}

static unsigned parse_number(builder *b)
{
    unsigned number = 0;
    while (b->at < b->end && *b->at >= '0' && *b->at <= '9' && number <= REPEAT_MAX)
        number = number * 10 + (unsigned)(*b->at++ - '0');
    return number;
}

/* {m}, {m,} and {m,n}: the atom is parsed again for each time. */
static fragment parse_counted(builder *b, const char *atom)
{
    b->at++;
    unsigned least = parse_number(b), most = least;
    bool open = false;
    if (b->at < b->end && *b->at == ',') {
        b->at++;
        open = b->at < b->end && *b->at == '}';
        most = open ? least : parse_number(b);
    }
    if (b->at == b->end || *b->at != '}' || most > REPEAT_MAX || least > most) {
        b->failed = true;
        return (fragment){0, 0};
    }
    const char *after = b->at + 1;
    uint8_t joint = add_joint(b);
    fragment all = {joint, joint};
    for (unsigned i = 0; i < most + open && !b->failed; i++) {
        b->at = atom;
        fragment one = parse_atom(b);
        if (i >= least)
            one = repeated(b, one, open ? '*' : '?');
        all = joined(b, all, one);
    }
    b->at = after;
    return all;
}

static fragment parse_sequence(builder *b)
{
    uint8_t joint = add_joint(b);
    fragment all = {joint, joint};
    while (b->at < b->end && *b->at != '|' && *b->at != ')' && !b->failed) {
        const char *atom = b->at;
        uint32_t states = b->re->state_count, sets = b->re->set_count;
        fragment one = parse_atom(b);
        if (b->at < b->end && strchr("*+?", *b->at)) {
            one = repeated(b, one, *b->at++);
        } else if (b->at < b->end && *b->at == '{') {
            b->re->state_count = states;
            memset(b->re->sets + sets, 0, (b->re->set_count - sets) * sizeof *b->re->sets);
            b->re->set_count = sets;
            one = parse_counted(b, atom);
        }
        all = joined(b, all, one);
    }
    return all;
}

static fragment parse_alternatives(builder *b)
{
    fragment all = parse_sequence(b);
    while (b->at < b->end && *b->at == '|' && !b->failed) {
        b->at++;
        fragment other = parse_sequence(b);
        uint8_t out = add_joint(b);
        uint8_t split = add_state(b, OP_SPLIT, 0, all.start, other.start);
        b->re->states[all.out].a = out;
        b->re->states[other.out].a = out;
        all = (fragment){split, out};
    }
    return all;
}

bool gaz_small_regex_compile(small_regex *regex, const char *pattern, size_t len)
{
    memset(regex, 0, sizeof *regex);
    builder b = {.re = regex, .at = pattern, .end = pattern + len};
    fragment all = parse_alternatives(&b);
    uint8_t accept = add_state(&b, OP_ACCEPT, 0, NONE, NONE);
    if (b.failed || b.at != b.end)
        return false;
    regex->states[all.out].a = accept;
    regex->start = all.start;
    return true;
}

/* The set of states, without those that lead on for free. */
typedef struct state_set {
    uint8_t items[SMALL_REGEX_MAX];
    uint32_t len;
    uint32_t seen[SMALL_REGEX_MAX / 32];
    bool accepted;
} state_set;

static void enter(const small_regex *re, state_set *set, uint8_t first, bool begin, bool end)
{
    /* Every state is left once at most, to two others. */
    uint8_t waiting[2 * SMALL_REGEX_MAX + 1];
    uint32_t count = 0;
    waiting[count++] = first;
    while (count > 0) {
        uint8_t state = waiting[--count];
        if (state == NONE || set->seen[state >> 5] >> (state & 31) & 1)
            continue;
        set->seen[state >> 5] |= 1u << (state & 31);
        const small_regex_state *s = &re->states[state];
        bool passes = s->op == OP_SPLIT || (s->op == OP_BEGIN && begin) || (s->op == OP_END && end);
        set->accepted |= s->op == OP_ACCEPT;
        if (s->op == OP_SET)
            set->items[set->len++] = state;
        if (!passes)
            continue;
        waiting[count++] = s->b;
        waiting[count++] = s->a;
    }
}

bool gaz_small_regex_search(const small_regex *regex, const char *text, size_t len)
{
    state_set sets[2];
    state_set *now = &sets[0], *next = &sets[1];
    memset(now, 0, sizeof *now);
    for (size_t i = 0;; i++) {
        enter(regex, now, regex->start, i == 0, i == len);
        if (now->accepted || i == len)
            return now->accepted;
        if (now->len == 0 && i > 0) {
            i = len - 1; /* nothing begins here, so nothing begins before the end */
            memset(now, 0, sizeof *now);
            continue;
        }
        unsigned byte = (unsigned char)text[i];
        memset(next, 0, sizeof *next);
        for (uint32_t k = 0; k < now->len; k++) {
            const small_regex_state *s = &regex->states[now->items[k]];
            if (regex->sets[s->set][byte >> 5] >> (byte & 31) & 1)
                enter(regex, next, s->a, false, i + 1 == len);
        }
        state_set *swap = now;
        now = next;
        next = swap;
    }
}
