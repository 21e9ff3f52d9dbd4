/* Attribute macros in the heads of C declarations, `static __alloc_size(1, 2) void *f(…)`: the
 * grammar takes such a call for an expression and loses the function. Heads are looked at where a
 * line begins with a name, as those of functions do by nearly every style.
 *
 * Hidden is a macro with arguments before a type and a name, and a macro without any between `*`
 * and a name. `API(int) f(…)` stays: the grammar knows a type behind a macro. */
#include <ctype.h>
#include <string.h>
#include "collect.h"
#include "hidden_text.h"

enum { ARGUMENTS_MAX = 400, HEAD_MAX = 2000 };

/* Words of compilers that grammars know, or that are types. */
static const char known[] =
    " __attribute__ __attribute __declspec __typeof__ __typeof __extension__ "
    "__asm__ __asm __alignas __based __restrict __restrict__ __volatile__ "
    "__const __inline __inline__ __underlying_type __decltype __unaligned ";
static const char basic_types[] =
    " void char short int long unsigned signed float double struct union "
    "enum bool _Bool ";

typedef struct head {
    const char *text;
    uint32_t len, at;
} head;

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static uint32_t skip_space(const head *h, uint32_t at)
{
    while (at < h->len && isspace((unsigned char)h->text[at]))
        at++;
    return at;
}

static uint32_t skip_name(const head *h, uint32_t at)
{
    while (at < h->len && is_name(h->text[at]))
        at++;
    return at;
}

static bool is_among(const char *words, const char *word, size_t len)
{
    for (const char *at = words; (at = strchr(at, ' ')) != NULL && at[1]; at++)
        if (strncmp(at + 1, word, len) == 0 && at[1 + len] == ' ')
            return true;
    return false;
}

static bool is_reserved(const char *word, size_t len)
{
    return len > 3 && word[0] == '_' && word[1] == '_' && !is_among(known, word, len);
}

static bool is_capital(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isupper((unsigned char)word[i]) && !isdigit((unsigned char)word[i]) && word[i] != '_')
            return false;
    return len > 3;
}

/* Past the ')' that closes the '(' at `at`; 0 when there is none near by, or what stands between is
 * no list of arguments. */
static uint32_t skip_arguments(const head *h, uint32_t at)
{
    unsigned depth = 0;
    uint32_t end = h->len - at < ARGUMENTS_MAX ? h->len : at + ARGUMENTS_MAX;
    for (; at < end; at++) {
        char c = h->text[at];
        if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return at + 1;
        else if (c == '{' || c == '}' || c == ';' || c == '#')
            return 0;
    }
    return 0;
}

/* Whether a type and a name follow: `void *f`, `int f`, `const char *f`. */
static bool declares(const head *h, uint32_t at)
{
    at = skip_space(h, at);
    uint32_t end = skip_name(h, at);
    if (end == at || isdigit((unsigned char)h->text[at]))
        return false;
    uint32_t next = skip_space(h, end);
    return next < h->len && (h->text[next] == '*' || (next > end && is_name(h->text[next])));
}

/* Past the attribute macros that stand at a place. */
static uint32_t skip_reserved(const head *h, uint32_t at)
{
    for (;;) {
        uint32_t end = skip_name(h, at);
        if (end == at || !is_reserved(h->text + at, end - at))
            return at;
        at = skip_space(h, end);
        if (at < h->len && h->text[at] == '(') {
            uint32_t past = skip_arguments(h, at);
            if (!past)
                return at;
            at = skip_space(h, past);
        }
    }
}

/* A name before `int` is no type of its own. */
static bool before_basic_type(const head *h, const char *word, size_t len, uint32_t at)
{
    at = skip_reserved(h, at);
    uint32_t end = skip_name(h, at);
    return end > at && is_among(basic_types, h->text + at, end - at) &&
           !gaz_is_c_keyword(word, len, true) && !is_among(known, word, len) &&
           !is_among(basic_types, word, len);
}

/* Arguments no type could be: the grammar takes `API(int)` for one. */
static bool no_type(const head *h, uint32_t open, uint32_t close)
{
    uint32_t first = skip_space(h, open + 1);
    return isdigit((unsigned char)h->text[first]) || h->text[first] == '"' ||
           memchr(h->text + open, ',', close - open) != NULL;
}

/* One head, from the beginning of its line to the first thing that is neither name nor `*`. */
static bool see_head(head *h, hidden_text *hidden)
{
    uint32_t stop = h->len - h->at < HEAD_MAX ? h->len : h->at + HEAD_MAX;
    for (bool star = false; h->at < stop;) {
        uint32_t start = h->at, end = skip_name(h, start), next = skip_space(h, end);
        const char *word = h->text + start;
        if (end == start) {
            star = *word == '*';
            if (!star)
                return true;
            h->at = skip_space(h, start + 1);
            continue;
        }
        bool reserved = is_reserved(word, end - start);
        bool call = next < h->len && h->text[next] == '(';
        uint32_t past = call ? skip_arguments(h, next) : 0;
        bool macro = past && declares(h, past) &&
                     (reserved || (is_capital(word, end - start) && no_type(h, next, past)));
        bool bare = !call && next < h->len && is_name(h->text[next]) &&
                    ((star && reserved) || before_basic_type(h, word, end - start, next));
        if (call && !macro)
            return true;
        if ((macro || bare) &&
            !gaz_vec_push(&hidden->ranges, ((raw_range){start, macro ? past : end})))
            return false;
        h->at = macro ? skip_space(h, past) : next;
        star = star && bare;
    }
    return true;
}

/* Whether the text is in a comment at `to`, if it is at `from` or not. What strings hold is taken
 * for text: behind one that opens a comment nothing is hidden up to the next end of one. */
static bool in_comment(const char *text, uint32_t from, uint32_t to, bool inside)
{
    while (from + 1 < to) {
        const char *at = memchr(text + from, inside ? '*' : '/', to - from - 1);
        if (!at)
            return inside;
        from = (uint32_t)(at - text) + 1;
        if (text[from] == (inside ? '/' : '*')) {
            inside = !inside;
            from++;
        }
    }
    return inside;
}

bool gaz_hidden_attributes_find(hidden_text *hidden, const char *text, uint32_t len)
{
    head h = {text, len, 0};
    bool inside = false;
    while (h.at < len) {
        uint32_t line = h.at;
        if (!inside && (isalpha((unsigned char)text[h.at]) || text[h.at] == '_') &&
            !see_head(&h, hidden))
            return false;
        const char *stop = memchr(text + h.at, '\n', len - h.at);
        h.at = stop ? (uint32_t)(stop - text) + 1 : len;
        inside = in_comment(text, line, h.at, inside);
    }
    return true;
}
