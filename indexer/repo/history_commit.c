/* One commit, read whole: its links, who made it and when, its message. Anything may stand in a
 * commit object, so each field is taken as far as it makes sense: times are clamped, text that is
 * not UTF-8 is read as Latin-1 (what git's `encoding` header says is mostly that, and is no more to
 * be trusted than the rest), what is too long is cut and said to be. */
#include "gaz/repo/history.h"

#include <string.h>

#include "gaz/base/utf8.h"
#include "repo.h"

#define OFFSET_MAX 1440 /* minutes */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read a commit");
}

/* ---- text ---- */

/* Bytes of `text` up to `max` that do not end inside a character. */
static size_t cut_at(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max && ((unsigned char)text[max] & 0xC0) == 0x80)
        max--;
    return max;
}

static char *from_latin1(gaz_arena *arena, const char *text, size_t len, size_t *out_len)
{
    char *copy = gaz_arena_alloc(arena, len * 2 + 1), *to = copy;
    for (size_t i = 0; copy && i < len; i++) {
        char buffer[4];
        size_t n = gaz_utf8_put(buffer, (unsigned char)text[i]);
        memcpy(to, buffer, n);
        to += n;
    }
    if (copy)
        *out_len = (size_t)(to - copy);
    return copy;
}

/* A copy as UTF-8; NULL when out of memory. Cut before it is looked at: the cost is that of what is
 * kept. */
static char *as_utf8(gaz_arena *arena, const char *text, size_t len, size_t max, size_t *out_len)
{
    size_t kept = cut_at(text, len, max);
    char *copy;
    if (gaz_utf8_valid(text, kept)) {
        *out_len = kept;
        return gaz_arena_strndup(arena, text, kept);
    }
    kept = len < max ? len : max;
    copy = from_latin1(arena, text, kept, out_len);
    if (copy) {
        *out_len = cut_at(copy, *out_len, max);
        copy[*out_len] = '\0';
    }
    return copy;
}

/* A name or an address: no control bytes, no spaces around it. */
static const char *person_text(gaz_arena *arena, const char *text, size_t len)
{
    size_t kept = 0, at = 0;
    char *copy = as_utf8(arena, text, len, GAZ_HISTORY_PERSON_MAX, &len);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)copy[i] >= 0x20 && copy[i] != 0x7f)
            copy[kept++] = copy[i];
    while (kept && copy[kept - 1] == ' ')
        kept--;
    copy[kept] = '\0';
    while (copy[at] == ' ')
        at++;
    return copy + at;
}

/* ---- people ---- */

/* A decimal number that may be signed, clamped. False when there is no digit. */
static bool read_time(const char **at, const char *end, int64_t *out)
{
    const char *p = *at;
    while (p < end && *p == ' ')
        p++;
    bool negative = p < end && *p == '-', any = false;
    int64_t value = 0;
    p += negative || (p < end && *p == '+');
    for (; p < end && *p >= '0' && *p <= '9'; p++, any = true)
        if (value <= GAZ_HISTORY_TIME_MAX)
            value = value * 10 + (*p - '0');
    value = value > GAZ_HISTORY_TIME_MAX ? GAZ_HISTORY_TIME_MAX : value;
    value = negative ? -value : value;
    *out = value < GAZ_HISTORY_TIME_MIN ? GAZ_HISTORY_TIME_MIN : value;
    *at = p;
    return any;
}

/* "+0130" as minutes; 0 when it says something else. */
static int32_t read_offset(const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    if (end - at < 5 || (*at != '+' && *at != '-'))
        return 0;
    int32_t digits = 0;
    for (int i = 1; i < 5; i++) {
        if (at[i] < '0' || at[i] > '9')
            return 0;
        digits = digits * 10 + (at[i] - '0');
    }
    int32_t minutes = digits / 100 * 60 + digits % 100;
    if (minutes > OFFSET_MAX)
        return 0;
    return *at == '-' ? -minutes : minutes;
}

/* "Name <address> seconds offset" */
static gaz_status read_person(gaz_arena *arena, const char *at, const char *end, gaz_signature *out,
                              gaz_error *err)
{
    const char *open = memchr(at, '<', (size_t)(end - at));
    const char *name_end = open ? open : end;
    const char *close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
    const char *address = open ? open + 1 : end, *address_end = close ? close : end;
    const char *rest = close ? close + 1 : end;
    for (const char *p = rest; p < end; p++) /* an address with '>' in it */
        if (*p == '>')
            rest = p + 1;
    gaz_signature person = {.when = 0};
    person.name = person_text(arena, at, (size_t)(name_end - at));
    person.email = person_text(arena, address, (size_t)(address_end - address));
    if (!person.name || !person.email)
        return no_memory(err);
    if (read_time(&rest, end, &person.when))
        person.offset = read_offset(rest, end);
    *out = person;
    return GAZ_OK;
}

/* ---- the object ---- */

typedef struct header {
    const char *key, *key_end, *value, *end;
    const char *next;
} header;

/* The header line at `at`; false at the empty line, and at the end. */
static bool next_header(const char *at, const char *end, header *out)
{
    const char *eol = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    if (at >= end || eol == at)
        return false;
    out->end = eol ? eol : end;
    out->next = eol ? eol + 1 : end;
    const char *space = memchr(at, ' ', (size_t)(out->end - at));
    out->key = at;
    out->key_end = space ? space : out->end;
    out->value = space ? space + 1 : out->end;
    return true;
}

static bool is_key(const header *h, const char *key)
{
    size_t len = strlen(key);
    return (size_t)(h->key_end - h->key) == len && memcmp(h->key, key, len) == 0;
}

static bool value_oid(const header *h, gaz_oid *out)
{
    char hex[GAZ_OID_HEX] = "";
    if (h->end - h->value != GAZ_OID_HEX - 1)
        return false;
    memcpy(hex, h->value, GAZ_OID_HEX - 1);
    return gaz_oid_parse(hex, out, NULL) == GAZ_OK;
}

static gaz_status malformed(const gaz_oid *id, gaz_error *err)
{
    char hex[GAZ_OID_HEX];
    gaz_oid_format(id, hex);
    return gaz_error_set(err, GAZ_E_CORRUPT, "commit %s is malformed", hex);
}

static size_t count_parents(const char *at, const char *end)
{
    header h;
    size_t count = 0;
    while (count <= GAZ_HISTORY_PARENTS_MAX && next_header(at, end, &h) && is_key(&h, "parent")) {
        count++;
        at = h.next;
    }
    return count;
}

static gaz_status read_parents(const char **at, const char *end, gaz_arena *arena,
                               gaz_commit_info *out, gaz_error *err)
{
    header h;
    size_t count = count_parents(*at, end);
    out->parents_cut = count > GAZ_HISTORY_PARENTS_MAX;
    count = out->parents_cut ? GAZ_HISTORY_PARENTS_MAX : count;
    gaz_oid *parents = gaz_arena_array(arena, count + 1, sizeof *parents);
    if (!parents)
        return no_memory(err);
    for (size_t i = 0; next_header(*at, end, &h) && is_key(&h, "parent"); i++) {
        if (i < count && !value_oid(&h, &parents[i]))
            return malformed(&out->id, err);
        *at = h.next;
    }
    out->parents = parents;
    out->parent_count = (uint32_t)count;
    return GAZ_OK;
}

static gaz_status read_message(const char *at, const char *end, gaz_arena *arena,
                               gaz_commit_info *out, gaz_error *err)
{
    size_t len = (size_t)(end - at);
    out->message_cut = len > GAZ_HISTORY_MESSAGE_MAX;
    char *text = as_utf8(arena, at, len, GAZ_HISTORY_MESSAGE_MAX, &out->message_len);
    if (!text)
        return no_memory(err);
    for (size_t i = 0; i < out->message_len; i++)
        if (!text[i])
            text[i] = ' ';
    out->message = text;
    return GAZ_OK;
}

static gaz_status parse(const gaz_object *object, gaz_arena *arena, gaz_commit_info *out,
                        gaz_error *err)
{
    const char *at = (const char *)object->data, *end = at + object->len;
    header h;
    if (!next_header(at, end, &h) || !is_key(&h, "tree") || !value_oid(&h, &out->tree))
        return malformed(&out->id, err);
    at = h.next;
    out->author = out->committer = (gaz_signature){.name = "", .email = ""};
    gaz_status st = read_parents(&at, end, arena, out, err);
    bool author = false, committer = false;
    for (; st == GAZ_OK && next_header(at, end, &h); at = h.next) {
        if (!author && is_key(&h, "author")) {
            st = read_person(arena, h.value, h.end, &out->author, err);
            author = true;
        } else if (!committer && is_key(&h, "committer")) {
            st = read_person(arena, h.value, h.end, &out->committer, err);
            committer = true;
        }
    }
    return st == GAZ_OK ? read_message(at < end ? at + 1 : end, end, arena, out, err) : st;
}

gaz_status gaz_history_commit(gaz_repo *repo, const gaz_oid *id, gaz_arena *arena,
                              gaz_commit_info *out, gaz_error *err)
{
    gaz_object object = {.data = NULL};
    gaz_commit_info info = {.id = *id};
    char hex[GAZ_OID_HEX];
    gaz_status st = gaz_object_read(repo, id, GAZ_COMMIT_BYTES_MAX, true, &object, err);
    if (st != GAZ_OK)
        return st;
    gaz_oid_format(id, hex);
    if (object.type != GIT_OBJECT_COMMIT)
        st = gaz_error_set(err, GAZ_E_INVALID, "%s is a %s, not a commit", hex,
                           git_object_type2string(object.type));
    else
        st = parse(&object, arena, &info, err);
    gaz_object_free(&object);
    if (st == GAZ_OK)
        *out = info;
    return st;
}
