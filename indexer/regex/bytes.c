/* From scalar values to bytes. A set of scalars becomes an alternation of UTF-8 byte sequences (as
 * in Russ Cox, "Regular Expression Matching in the Wild", 2010), which also gives invalid UTF-8 its
 * meaning: it is simply never matched. Sets with too many sequences keep their lead bytes and lose
 * the rest, which is exact for ASCII only.
 *
 * An unbounded repetition of a set becomes one of single bytes, because that is what scanners are
 * fast at: exact on valid UTF-8 when the set holds everything beyond ASCII, and an
 * over-approximation otherwise.
 *
 * Which of several alternatives matches, and how much, does not matter here: only whether something
 * matches. */
#include "bytes.h"

#include <string.h>

#define SEQUENCES_MAX 24 /* byte sequences of a set that are spelt out when sets may be widened */
#define POSITIONS_MAX ((size_t)1 << 20)

typedef gaz_byte_node bnode;

typedef struct translator {
    gaz_arena *arena;
    gaz_byte_options options;
    bool exact[3];
    bool no_memory;
} translator;

static const bnode fail_node = {.kind = GAZ_BYTE_FAIL}, empty_node = {.kind = GAZ_BYTE_EMPTY};

static bnode *new_node(translator *t, gaz_byte_kind kind)
{
    bnode *n = gaz_arena_alloc(t->arena, sizeof *n);
    if (!n) {
        t->no_memory = true;
        return NULL;
    }
    n->kind = kind;
    return n;
}

/* From this class of text on, the translation is not exact. */
static void inexact(translator *t, gaz_text_class from)
{
    for (int i = (int)from; i <= GAZ_CLASS_ANY; i++)
        t->exact[i] = false;
}

static void set_bits(bnode *n, unsigned lo, unsigned hi)
{
    for (unsigned c = lo; c <= hi; c++)
        n->bits[c >> 6] |= UINT64_C(1) << (c & 63);
}

bool gaz_bytes_holds(const gaz_byte_node *set, unsigned byte)
{
    return set->bits[byte >> 6] >> (byte & 63) & 1;
}

static const bnode *range(translator *t, unsigned lo, unsigned hi)
{
    bnode *n = new_node(t, GAZ_BYTE_SET);
    if (!n)
        return &fail_node;
    set_bits(n, lo, hi);
    return n;
}

static const bnode *list(translator *t, gaz_byte_kind kind, const bnode *const *kids, size_t count)
{
    bnode *n = new_node(t, kind), *merged = NULL;
    const bnode **copy = n ? gaz_arena_array(t->arena, count + 1, sizeof *copy) : NULL;
    if (!copy) {
        t->no_memory = true;
        return &fail_node;
    }
    bool empty = false;
    for (size_t i = 0; i < count; i++) {
        const bnode *k = kids[i];
        if (kind == GAZ_BYTE_CONCAT && k->kind == GAZ_BYTE_FAIL)
            return &fail_node;
        if (k->kind == GAZ_BYTE_EMPTY || k->kind == GAZ_BYTE_FAIL) {
            empty = empty || k->kind == GAZ_BYTE_EMPTY;
        } else if (kind == GAZ_BYTE_ALTERNATE && k->kind == GAZ_BYTE_SET) {
            merged = merged ? merged : new_node(t, GAZ_BYTE_SET);
            if (!merged)
                return &fail_node;
            if (!(merged->bits[0] | merged->bits[1] | merged->bits[2] | merged->bits[3]))
                copy[n->count++] = merged;
            for (int w = 0; w < 4; w++)
                merged->bits[w] |= k->bits[w];
        } else {
            copy[n->count++] = k;
        }
    }
    n->kids = copy;
    if (kind == GAZ_BYTE_ALTERNATE && empty)
        copy[n->count++] = &empty_node;
    if (n->count == 0)
        return kind == GAZ_BYTE_CONCAT ? &empty_node : &fail_node;
    return n->count == 1 ? copy[0] : n;
}

static const bnode *pair(translator *t, gaz_byte_kind kind, const bnode *a, const bnode *b)
{
    return list(t, kind, (const bnode *const[]){a, b}, 2);
}

static const bnode *repeat(translator *t, const bnode *kid, uint32_t min, uint32_t max)
{
    if (kid->kind == GAZ_BYTE_FAIL)
        return min == 0 ? &empty_node : kid;
    if (max == 0 || kid->kind == GAZ_BYTE_EMPTY)
        return &empty_node;
    if (min == 1 && max == 1)
        return kid;
    bool kid_star =
        kid->kind == GAZ_BYTE_REPEAT && kid->max == GAZ_REPEAT_INFINITE && kid->min <= 1;
    if (kid_star && min <= 1) /* (x*)+, (x+)?, …: one repetition says the same */
        return repeat(t, kid->kids[0], min && kid->min, GAZ_REPEAT_INFINITE);
    bnode *n = new_node(t, GAZ_BYTE_REPEAT);
    const bnode **kids = n ? gaz_arena_array(t->arena, 1, sizeof *kids) : NULL;
    if (!kids) {
        t->no_memory = true;
        return &fail_node;
    }
    kids[0] = kid;
    n->kids = kids;
    n->count = 1;
    n->min = min;
    n->max = max;
    return n;
}

static const bnode *assertion(translator *t, const char *spelling)
{
    bnode *n = new_node(t, GAZ_BYTE_ASSERT);
    if (!n)
        return &fail_node;
    n->assertion = spelling;
    return n;
}

/* --- sets --- */

typedef struct sequence {
    unsigned char lo[4], hi[4];
    unsigned bytes;
} sequence;

typedef struct sequences {
    sequence *items; /* ascending */
    size_t len, max;
    bool over; /* there were more than max */
} sequences;

static void add_sequence(sequences *s, uint32_t lo, uint32_t hi, unsigned bytes)
{
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    if (s->len == s->max) {
        s->over = true;
        return;
    }
    sequence *q = &s->items[s->len++];
    q->bytes = bytes;
    for (unsigned i = 0; i < bytes; i++) {
        unsigned shift = 6 * (bytes - 1 - i), mask = i ? 0x3F : 0x1F,
                 base = i ? 0x80 : leads[bytes];
        q->lo[i] = (unsigned char)(base | (lo >> shift & mask));
        q->hi[i] = (unsigned char)(base | (hi >> shift & mask));
    }
}

/* Splits lo..hi, all of `bytes` bytes, where a continuation byte does not run its full range. */
static void split(sequences *s, uint32_t lo, uint32_t hi, unsigned bytes)
{
    for (unsigned i = 1; i < bytes && !s->over; i++) {
        uint32_t mask = (UINT32_C(1) << (6 * i)) - 1;
        if ((lo & ~mask) == (hi & ~mask))
            continue;
        if (lo & mask) {
            split(s, lo, lo | mask, bytes);
            split(s, (lo | mask) + 1, hi, bytes);
            return;
        }
        if ((hi & mask) != mask) {
            split(s, lo, (hi & ~mask) - 1, bytes);
            split(s, hi & ~mask, hi, bytes);
            return;
        }
    }
    add_sequence(s, lo, hi, bytes);
}

static const uint32_t length_ends[] = {0x7F, 0x7FF, 0xFFFF, GAZ_SCALAR_MAX};

static void add_sequences(sequences *s, const gaz_node *n)
{
    for (size_t i = 0; i < n->span_count; i++)
        for (unsigned bytes = 2; bytes <= 4; bytes++) {
            uint32_t lo = n->spans[i].lo, hi = n->spans[i].hi;
            lo = lo > length_ends[bytes - 2] ? lo : length_ends[bytes - 2] + 1;
            hi = hi < length_ends[bytes - 1] ? hi : length_ends[bytes - 1];
            if (lo <= hi && !s->over)
                split(s, lo, hi, bytes);
        }
}

/* The alternation of sequences of one length that agree before byte `at`, as a tree: what starts
 * alike is written once, and last bytes become one set. */
static const bnode *merged(translator *t, const sequence *items, size_t len, unsigned at)
{
    const bnode **kids = gaz_arena_array(t->arena, len + 1, sizeof *kids);
    size_t count = 0;
    if (!kids) {
        t->no_memory = true;
        return &fail_node;
    }
    for (size_t i = 0, end; i < len; i = end) {
        for (end = i + 1; end < len && items[end].lo[at] == items[i].lo[at] &&
                          items[end].hi[at] == items[i].hi[at];
             end++)
            continue;
        const bnode *byte = range(t, items[i].lo[at], items[i].hi[at]);
        kids[count++] = at + 1 == items[i].bytes
                            ? byte
                            : pair(t, GAZ_BYTE_CONCAT, byte, merged(t, items + i, end - i, at + 1));
    }
    return list(t, GAZ_BYTE_ALTERNATE, kids, count);
}

static const bnode *of_sequences(translator *t, const sequences *s)
{
    const bnode *kids[3];
    size_t count = 0;
    /* Sequences ascend, but each range of the set starts over with its short ones. */
    for (unsigned bytes = 2; bytes <= 4; bytes++) {
        sequence *same = gaz_arena_array(t->arena, s->len + 1, sizeof *same);
        size_t n = 0;
        if (!same) {
            t->no_memory = true;
            return &fail_node;
        }
        for (size_t i = 0; i < s->len; i++)
            if (s->items[i].bytes == bytes)
                same[n++] = s->items[i];
        if (n)
            kids[count++] = merged(t, same, n, 0);
    }
    return list(t, GAZ_BYTE_ALTERNATE, kids, count);
}

/* All scalars with a lead byte that the set has: each length's leads, then any continuation bytes.
 */
static const bnode *widened(translator *t, const gaz_node *n)
{
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    const bnode *alternatives[3];
    size_t count = 0;
    inexact(t, GAZ_CLASS_VALID);
    for (unsigned bytes = 2; bytes <= 4; bytes++) {
        bnode *lead = new_node(t, GAZ_BYTE_SET);
        bool any = false;
        for (size_t i = 0; lead && i < n->span_count; i++) {
            uint32_t lo = n->spans[i].lo, hi = n->spans[i].hi;
            unsigned shift = 6 * (bytes - 1);
            lo = lo > length_ends[bytes - 2] ? lo : length_ends[bytes - 2] + 1;
            hi = hi < length_ends[bytes - 1] ? hi : length_ends[bytes - 1];
            if (lo <= hi) {
                set_bits(lead, leads[bytes] | lo >> shift, leads[bytes] | hi >> shift);
                any = true;
            }
        }
        if (any)
            alternatives[count++] = pair(t, GAZ_BYTE_CONCAT, lead,
                                         repeat(t, range(t, 0x80, 0xBF), bytes - 1, bytes - 1));
    }
    return list(t, GAZ_BYTE_ALTERNATE, alternatives, count);
}

static const bnode *ascii_part(translator *t, const gaz_node *n, unsigned top)
{
    bnode *set = new_node(t, GAZ_BYTE_SET);
    bool any = false;
    for (size_t i = 0; set && i < n->span_count && n->spans[i].lo <= top; i++) {
        set_bits(set, n->spans[i].lo, n->spans[i].hi < top ? n->spans[i].hi : top);
        any = true;
    }
    return any ? set : &fail_node;
}

static bool beyond_ascii(const gaz_node *n)
{
    return n->span_count > 0 && n->spans[n->span_count - 1].hi > 0x7F;
}

static const bnode *of_set(translator *t, const gaz_node *n)
{
    const bnode *ascii = ascii_part(t, n, 0x7F);
    if (t->options.ascii || !beyond_ascii(n))
        return ascii;
    sequences s = {.max = t->options.widen ? SEQUENCES_MAX : 4096};
    s.items = gaz_arena_array(t->arena, s.max + 1, sizeof *s.items);
    if (!s.items) {
        t->no_memory = true;
        return &fail_node;
    }
    add_sequences(&s, n);
    const bnode *rest = s.over ? widened(t, n) : of_sequences(t, &s);
    return pair(t, GAZ_BYTE_ALTERNATE, ascii, rest);
}

static const bnode *of_scalar(translator *t, uint32_t c)
{
    gaz_span32 span = {c, c};
    gaz_node n = {.kind = GAZ_NODE_SET, .spans = &span, .span_count = 1};
    return of_set(t, &n);
}

/* --- repetitions --- */

/* Whether the set holds every scalar beyond ASCII. */
static bool complete(const gaz_node *n)
{
    size_t k = n->span_count;
    return k >= 2 && n->spans[k - 1].lo == 0xE000 && n->spans[k - 1].hi == GAZ_SCALAR_MAX &&
           n->spans[k - 2].lo <= 0x80 && n->spans[k - 2].hi == 0xD7FF;
}

static const bnode *of_node(translator *t, const gaz_node *n);

/* x{min,} for a set with members beyond ASCII. */
static const bnode *wide_star(translator *t, const gaz_node *n, uint32_t min)
{
    bnode *bytes = new_node(t, GAZ_BYTE_SET);
    if (!bytes)
        return &fail_node;
    const bnode *ascii = ascii_part(t, n->kids[0], 0x7F);
    for (int w = 0; w < 4 && ascii->kind == GAZ_BYTE_SET; w++)
        bytes->bits[w] = ascii->bits[w];
    set_bits(bytes, 0x80, 0xFF);
    if (!complete(n->kids[0])) {
        inexact(t, GAZ_CLASS_VALID); /* a scalar has at least one byte */
        return repeat(t, bytes, min, GAZ_REPEAT_INFINITE);
    }
    inexact(t, GAZ_CLASS_ANY);
    const bnode *star = repeat(t, bytes, 0, GAZ_REPEAT_INFINITE);
    return min == 0 ? star
                    : pair(t, GAZ_BYTE_CONCAT, repeat(t, of_set(t, n->kids[0]), min, min), star);
}

static const bnode *of_repeat(translator *t, const gaz_node *n)
{
    static const uint32_t kept[] = {GAZ_REPEAT_INFINITE, 24, 1}; /* counts that survive relaxing */
    uint32_t min = n->min, max = n->max, most = kept[t->options.relaxed];
    if (max != GAZ_REPEAT_INFINITE && max > most) {
        max = GAZ_REPEAT_INFINITE;
        inexact(t, GAZ_CLASS_ASCII);
    }
    if (min > most) {
        min = most;
        inexact(t, GAZ_CLASS_ASCII);
    }
    bool wide = n->kids[0]->kind == GAZ_NODE_SET && beyond_ascii(n->kids[0]) && !t->options.ascii;
    if (wide && t->options.widen && max == GAZ_REPEAT_INFINITE)
        return wide_star(t, &(gaz_node){.kids = n->kids, .count = 1}, min);
    return repeat(t, of_node(t, n->kids[0]), min, max);
}

/* --- assertions --- */

static bool ascii_word(const gaz_node *n)
{
    static const gaz_span32 word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    if (n->kind == GAZ_NODE_SCALAR)
        return gaz_spans_hold(word, 4, n->scalar);
    for (size_t i = 0; i < n->span_count; i++)
        for (uint32_t c = n->spans[i].lo; c <= n->spans[i].hi; c++)
            if (!gaz_spans_hold(word, 4, c))
                return false;
    return n->span_count > 0;
}

/* Whether all that `n` matches starts (or ends) with an ASCII word character. */
static bool edge_is_word(const gaz_node *n, bool front)
{
    switch (n->kind) {
    case GAZ_NODE_SCALAR:
    case GAZ_NODE_SET:
        return ascii_word(n);
    case GAZ_NODE_CONCAT:
        return edge_is_word(n->kids[front ? 0 : n->count - 1], front);
    case GAZ_NODE_ALTERNATE:
        for (size_t i = 0; i < n->count; i++)
            if (!edge_is_word(n->kids[i], front))
                return false;
        return true;
    case GAZ_NODE_REPEAT:
        return n->min > 0 && edge_is_word(n->kids[0], front);
    default:
        return false;
    }
}

/* The scanner's \b sees ASCII words only. Beside an ASCII word character it holds wherever the
 * Unicode boundary does; elsewhere it has to go. */
static const bnode *of_word(translator *t, const gaz_node *n, const gaz_node *before,
                            const gaz_node *after)
{
    bool unicode = n->kind == GAZ_NODE_WORD || n->kind == GAZ_NODE_NOT_WORD;
    bool negated = n->kind == GAZ_NODE_NOT_WORD || n->kind == GAZ_NODE_NOT_WORD_ASCII;
    if (t->options.relaxed) {
        inexact(t, GAZ_CLASS_ASCII);
        return &empty_node;
    }
    if (unicode && !t->options.ascii) {
        bool beside =
            (before && edge_is_word(before, false)) || (after && edge_is_word(after, true));
        inexact(t, beside && !negated ? GAZ_CLASS_VALID : GAZ_CLASS_ASCII);
        if (negated || !beside)
            return &empty_node;
    }
    return assertion(t, negated ? "\\B" : "\\b");
}

static const bnode *of_assertion(translator *t, const gaz_node *n)
{
    switch (n->kind) {
    case GAZ_NODE_LINE_START:
        return assertion(t, "^");
    case GAZ_NODE_LINE_END:
        return pair(t, GAZ_BYTE_CONCAT, repeat(t, range(t, '\r', '\r'), 0, 1), assertion(t, "$"));
    case GAZ_NODE_TEXT_START: /* within lines, \A is the line's start */
        return assertion(t, t->options.path || t->options.multiline ? "\\A" : "^");
    default:
        return assertion(t, "\\z");
    }
}

static const bnode *of_list(translator *t, const gaz_node *n)
{
    const bnode **kids = gaz_arena_array(t->arena, n->count, sizeof *kids);
    if (!kids) {
        t->no_memory = true;
        return &fail_node;
    }
    bool concat = n->kind == GAZ_NODE_CONCAT;
    for (size_t i = 0; i < n->count; i++) {
        gaz_node_kind k = n->kids[i]->kind;
        bool word = k == GAZ_NODE_WORD || k == GAZ_NODE_NOT_WORD;
        kids[i] = concat && word ? of_word(t, n->kids[i], i ? n->kids[i - 1] : NULL,
                                           i + 1 < n->count ? n->kids[i + 1] : NULL)
                                 : of_node(t, n->kids[i]);
    }
    return list(t, concat ? GAZ_BYTE_CONCAT : GAZ_BYTE_ALTERNATE, kids, n->count);
}

static const bnode *of_node(translator *t, const gaz_node *n)
{
    if (t->no_memory)
        return &fail_node;
    switch (n->kind) {
    case GAZ_NODE_EMPTY:
        return &empty_node;
    case GAZ_NODE_SCALAR:
        return of_scalar(t, n->scalar);
    case GAZ_NODE_SET:
        return of_set(t, n);
    case GAZ_NODE_BYTES:
        return ascii_part(t, n, t->options.ascii ? 0x7F : 0xFF);
    case GAZ_NODE_CONCAT:
    case GAZ_NODE_ALTERNATE:
        return of_list(t, n);
    case GAZ_NODE_REPEAT:
        return of_repeat(t, n);
    case GAZ_NODE_WORD:
    case GAZ_NODE_NOT_WORD:
    case GAZ_NODE_WORD_ASCII:
    case GAZ_NODE_NOT_WORD_ASCII:
        return of_word(t, n, NULL, NULL);
    default:
        return of_assertion(t, n);
    }
}

static size_t count_positions(const bnode *n)
{
    size_t sum = n->kind == GAZ_BYTE_SET || n->kind == GAZ_BYTE_ASSERT;
    for (size_t i = 0; i < n->count && sum < POSITIONS_MAX; i++)
        sum += count_positions(n->kids[i]);
    if (n->kind == GAZ_BYTE_REPEAT) {
        size_t copies = n->max != GAZ_REPEAT_INFINITE ? n->max : n->min ? n->min : 1;
        /* A repeated byte is counted, not copied. */
        sum = n->kids[0]->kind == GAZ_BYTE_SET ? 1 + copies / 16 : sum * copies;
    }
    return sum < POSITIONS_MAX ? sum : POSITIONS_MAX;
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "the regular expression is too large to be translated");
}

gaz_status gaz_bytes_translate(const gaz_node *root, const gaz_byte_options *options,
                               gaz_arena *arena, gaz_byte_pattern *out, gaz_error *err)
{
    translator t = {.arena = arena, .options = *options, .exact = {true, true, true}};
    const bnode *n = of_node(&t, root);
    if (t.no_memory)
        return no_memory(err);
    *out = (gaz_byte_pattern){.root = n, .positions = count_positions(n)};
    memcpy(out->exact, t.exact, sizeof out->exact);
    return GAZ_OK;
}

/* --- trimming --- */

static const bnode *trim(translator *t, const bnode *n, bool front);

static const bnode *trim_concat(translator *t, const bnode *n, bool front)
{
    size_t from = 0, to = n->count;
    while (from < to && gaz_bytes_nullable(n->kids[front ? from : to - 1])) {
        from += front;
        to -= !front;
    }
    if (from == to)
        return &empty_node;
    const bnode **kids = gaz_arena_array(t->arena, to - from, sizeof *kids);
    if (!kids) {
        t->no_memory = true;
        return n;
    }
    memcpy(kids, n->kids + from, (to - from) * sizeof *kids);
    size_t edge = front ? 0 : to - from - 1;
    kids[edge] = trim(t, kids[edge], front);
    return list(t, GAZ_BYTE_CONCAT, kids, to - from);
}

static const bnode *trim(translator *t, const bnode *n, bool front)
{
    if (t->no_memory)
        return n;
    if (gaz_bytes_nullable(n))
        return &empty_node;
    if (n->kind == GAZ_BYTE_CONCAT)
        return trim_concat(t, n, front);
    if (n->kind == GAZ_BYTE_REPEAT)
        return n->min == 1 ? trim(t, n->kids[0], front) : repeat(t, n->kids[0], n->min, n->min);
    if (n->kind != GAZ_BYTE_ALTERNATE)
        return n;
    const bnode **kids = gaz_arena_array(t->arena, n->count, sizeof *kids);
    if (!kids) {
        t->no_memory = true;
        return n;
    }
    for (size_t i = 0; i < n->count; i++)
        kids[i] = trim(t, n->kids[i], front);
    return list(t, GAZ_BYTE_ALTERNATE, kids, n->count);
}

gaz_status gaz_bytes_trim(gaz_byte_pattern *pattern, gaz_arena *arena, gaz_error *err)
{
    translator t = {.arena = arena};
    const bnode *n = trim(&t, trim(&t, pattern->root, true), false);
    if (t.no_memory)
        return no_memory(err);
    pattern->root = n;
    pattern->positions = count_positions(n);
    return GAZ_OK;
}
