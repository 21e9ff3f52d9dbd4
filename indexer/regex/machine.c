/* Choosing the scanning machine. The byte-level form is trimmed to what decides whether a line
 * matches; what is left is often a literal or a single byte, for which our own search is fastest.
 * The rest goes to Hyperscan, which may refuse it; then it is loosened and tried again, and at last
 * left to PCRE2. */
#include "machine.h"

#include <string.h>

/* Hyperscan's compile time grows faster than the pattern: beyond this it takes seconds. */
#define POSITIONS_MAX 8000
#define TRANSLATION_MAX ((size_t)32 << 20)
#define SOURCE_MAX ((size_t)1 << 20)

void gaz_machine_release(gaz_machine *m)
{
    free(m->needle);
    hs_free_database(m->db);
    *m = (gaz_machine){.kind = GAZ_MACHINE_NEVER};
}

/* Adds a byte that must match as it is, or as a letter of either case. */
static bool add_byte(gaz_needle *n, const gaz_byte_node *set)
{
    unsigned members = 0, first = 256, second = 256;
    for (unsigned c = 0; c < 256 && members < 3; c++)
        if (gaz_bytes_holds(set, c)) {
            second = members++ ? c : 256;
            first = first < 256 ? first : c;
        }
    bool letter = members == 2 && second == (first | 0x20) && first >= 'A' && first <= 'Z';
    if ((members != 1 && !letter) || n->len == GAZ_NEEDLE_MAX)
        return false;
    n->cases[n->len] = letter ? 0x20 : 0;
    n->bytes[n->len++] = (unsigned char)(letter ? second : first);
    return true;
}

static bool add_bytes(gaz_needle *n, const gaz_byte_node *node)
{
    if (node->kind == GAZ_BYTE_SET)
        return add_byte(n, node);
    if (node->kind == GAZ_BYTE_REPEAT && node->min == node->max && node->min <= GAZ_NEEDLE_MAX) {
        for (uint32_t i = 0; i < node->min; i++)
            if (!add_bytes(n, node->kids[0]))
                return false;
        return true;
    }
    if (node->kind != GAZ_BYTE_CONCAT)
        return false;
    for (size_t i = 0; i < node->count; i++)
        if (!add_bytes(n, node->kids[i]))
            return false;
    return true;
}

static gaz_status try_needle(gaz_machine *m, const gaz_byte_node *root, gaz_error *err)
{
    m->needle = calloc(1, sizeof *m->needle);
    if (!m->needle)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory compiling a literal");
    if (add_bytes(m->needle, root) && m->needle->len > 0) {
        gaz_needle_prepare(m->needle);
        m->kind = GAZ_MACHINE_LITERAL;
        return GAZ_OK;
    }
    free(m->needle);
    m->needle = NULL;
    return GAZ_DONE;
}

/* False when Hyperscan refuses. */
static bool compile_scanner(gaz_machine *m, const gaz_byte_node *root, size_t memory_max)
{
    gaz_strbuf sb;
    gaz_strbuf_init(&sb, SOURCE_MAX);
    gaz_bytes_print(root, &sb);
    unsigned flags = HS_FLAG_MULTILINE | (gaz_bytes_may_be_empty(root) ? HS_FLAG_ALLOWEMPTY : 0);
    hs_compile_error_t *refusal = NULL;
    hs_expr_info_t *info = NULL;
    bool ok = sb.failed == GAZ_OK && sb.len > 0 &&
              hs_expression_info(sb.data, flags, &info, &refusal) == HS_SUCCESS &&
              hs_compile(sb.data, flags, HS_MODE_BLOCK, NULL, &m->db, &refusal) == HS_SUCCESS &&
              hs_database_size(m->db, &m->size) == HS_SUCCESS &&
              (!memory_max || m->size <= memory_max);
    m->unordered = !info || info->unordered_matches;
    free(info); /* the library's allocator is malloc unless somebody set another, and nobody does */
    hs_free_compile_error(refusal);
    gaz_strbuf_release(&sb);
    if (!ok) {
        hs_free_database(m->db);
        m->db = NULL;
        m->size = 0;
    }
    return ok;
}

/* `$` as it is spelt: a "\r" may stand before the line's end. */
static bool line_end(const gaz_byte_node *n)
{
    static const uint64_t cr[4] = {UINT64_C(1) << '\r'};
    if (n->kind != GAZ_BYTE_CONCAT || n->count != 2)
        return false;
    const gaz_byte_node *optional = n->kids[0], *end = n->kids[1];
    return optional->kind == GAZ_BYTE_REPEAT && optional->min == 0 && optional->max == 1 &&
           optional->kids[0]->kind == GAZ_BYTE_SET &&
           memcmp(optional->kids[0]->bits, cr, sizeof cr) == 0 && end->kind == GAZ_BYTE_ASSERT &&
           strcmp(end->assertion, "$") == 0;
}

/* Whether all matches are equally long, but for the "\r" before a line's end, which is no part of
 * what is shown. */
static bool fixed_length(const gaz_byte_node *n)
{
    if (n->kind == GAZ_BYTE_REPEAT && n->min != n->max)
        return false;
    if (n->kind == GAZ_BYTE_ALTERNATE)
        return false;
    for (size_t i = 0; i < n->count; i++)
        if (!line_end(n->kids[i]) && !fixed_length(n->kids[i]))
            return false;
    return true;
}

static gaz_status translate(const gaz_node *root, const gaz_machine_options *o, unsigned relaxed,
                            gaz_arena *arena, gaz_byte_pattern *bytes, gaz_machine *m,
                            gaz_error *err)
{
    gaz_byte_options options = {.ascii = o->ascii,
                                .multiline = o->multiline,
                                .path = o->path,
                                .relaxed = relaxed,
                                .widen = true};
    gaz_status st = gaz_bytes_translate(root, &options, arena, bytes, err);
    m->whole = st == GAZ_OK && fixed_length(bytes->root);
    if (st == GAZ_OK)
        st = gaz_bytes_trim(bytes, arena, err);
    for (int i = 0; st == GAZ_OK && i < 3; i++)
        m->exact[i] = bytes->exact[i] && !o->weakened;
    return st;
}

/* What an assertion asks for at the front or at the back of a literal; NONE: nothing we know. */
static gaz_edge edge_of(const gaz_byte_node *n, bool front)
{
    static const struct {
        const char *spelling;
        gaz_edge front, back;
    } known[] = {
        {"\\A", GAZ_EDGE_TEXT, GAZ_EDGE_NONE},
        {"\\z", GAZ_EDGE_NONE, GAZ_EDGE_TEXT},
        {"^", GAZ_EDGE_LINE, GAZ_EDGE_NONE},
        {"\\b", GAZ_EDGE_WORD, GAZ_EDGE_WORD},
    };
    if (!front && line_end(n))
        return GAZ_EDGE_LINE;
    for (size_t i = 0; n->kind == GAZ_BYTE_ASSERT && i < sizeof known / sizeof *known; i++)
        if (strcmp(n->assertion, known[i].spelling) == 0)
            return front ? known[i].front : known[i].back;
    return GAZ_EDGE_NONE;
}

/* A literal may be bound at its ends, as in `^drivers/`, `\.c$` and `\bword\b`: half of what people
 * write. Cutting the assertions off leaves a plain literal to search for; beside what is found the
 * assertions are then looked at. */
static const gaz_byte_node *unbind(const gaz_byte_node *root, gaz_byte_node *inner, bool path,
                                   gaz_edge *before, gaz_edge *after)
{
    size_t from = 0, to = root->kind == GAZ_BYTE_CONCAT ? root->count : 0;
    if (to > 1 && (*before = edge_of(root->kids[0], true)) != GAZ_EDGE_NONE)
        from++;
    if (to > from + 1 && (*after = edge_of(root->kids[to - 1], false)) != GAZ_EDGE_NONE)
        to--;
    /* The edges of paths are the text's, those of lines the line's: others are left to the scanner.
     */
    gaz_edge other = path ? GAZ_EDGE_LINE : GAZ_EDGE_TEXT;
    if (*before == other || *after == other ||
        (path && (*before == GAZ_EDGE_WORD || *after == GAZ_EDGE_WORD)))
        *before = *after = GAZ_EDGE_NONE;
    if (*before == GAZ_EDGE_NONE && *after == GAZ_EDGE_NONE)
        return root;
    *inner = *root;
    inner->kids += from;
    inner->count = to - from;
    return inner;
}

/* Decides without a scanner where that is possible; GAZ_DONE when it is not. */
static gaz_status decide(const gaz_byte_pattern *bytes, bool path, gaz_machine *m, gaz_error *err)
{
    const gaz_byte_node *root = bytes->root;
    gaz_byte_node inner;
    if (root->kind == GAZ_BYTE_FAIL) {
        m->kind = GAZ_MACHINE_NEVER;
        return GAZ_OK;
    }
    if (gaz_bytes_nullable(root)) {
        bool sure = m->exact[GAZ_CLASS_ANY];
        m->kind = sure ? GAZ_MACHINE_ALWAYS : GAZ_MACHINE_NONE;
        return GAZ_OK;
    }
    gaz_edge before = GAZ_EDGE_NONE, after = GAZ_EDGE_NONE;
    gaz_status st = try_needle(m, unbind(root, &inner, path, &before, &after), err);
    if (st == GAZ_OK) {
        m->needle->before = before;
        m->needle->after = after;
    }
    if (st == GAZ_DONE && root->kind == GAZ_BYTE_SET) {
        gaz_byteset_prepare(&m->set, root->bits);
        m->kind = GAZ_MACHINE_BYTESET;
        return GAZ_OK;
    }
    return st;
}

gaz_status gaz_machine_build(const gaz_node *root, const gaz_machine_options *options,
                             gaz_machine *out, gaz_error *err)
{
    gaz_machine m = {.kind = GAZ_MACHINE_NONE};
    gaz_status st = GAZ_OK;
    gaz_arena arena;
    gaz_arena_init(&arena, TRANSLATION_MAX);
    for (unsigned relaxed = 0; relaxed < 3; relaxed++) {
        gaz_byte_pattern bytes;
        gaz_arena_reset(&arena);
        st = translate(root, options, relaxed, &arena, &bytes, &m, NULL);
        if (st != GAZ_OK) { /* too large to spell out; the relaxed form may not be */
            m.kind = GAZ_MACHINE_NONE;
            st = GAZ_OK;
            continue;
        }
        st = decide(&bytes, options->path, &m, err);
        if (st != GAZ_DONE)
            break;
        st = GAZ_OK;
        m.kind = GAZ_MACHINE_NONE;
        if (bytes.positions <= POSITIONS_MAX &&
            compile_scanner(&m, bytes.root, options->memory_max)) {
            m.kind = GAZ_MACHINE_SCANNER;
            break;
        }
    }
    gaz_arena_release(&arena);
    if (m.kind == GAZ_MACHINE_NONE)
        memset(m.exact, 0, sizeof m.exact);
    if (st == GAZ_OK)
        *out = m;
    else
        gaz_machine_release(&m);
    return st;
}
