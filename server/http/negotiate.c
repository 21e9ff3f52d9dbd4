/* Both headers are lists of ranges with weights; the most specific range that fits a candidate
 * gives its weight. What cannot be read counts as absent: a header that is wrong must not turn an
 * answer into an error. */
#include "negotiate.h"

#include <string.h>
#include <strings.h>

typedef struct range {
    const char *name;
    size_t len;
    int weight; /* thousandths */
} range;

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* "0", "0.5", "1.000"; anything else is 1. */
static int read_weight(const char *p, const char *end)
{
    int weight = 0;
    if (p == end || (*p != '0' && *p != '1'))
        return 1000;
    weight = (*p++ - '0') * 1000;
    if (p < end && *p == '.')
        p++;
    for (int unit = 100; unit && p < end && *p >= '0' && *p <= '9'; unit /= 10)
        weight += (*p++ - '0') * unit;
    return weight > 1000 ? 1000 : weight;
}

/* Steps over "name;param=x;q=0.5, …". */
static bool next_range(const char **at, range *out)
{
    const char *p = *at;
    while (*p == ',' || is_space(*p))
        p++;
    if (!*p)
        return false;
    const char *end = p + strcspn(p, ",");
    *at = end;
    const char *stop = memchr(p, ';', (size_t)(end - p));
    stop = stop ? stop : end;
    out->name = p;
    out->weight = 1000;
    for (const char *q = stop; q < end; q++) {
        if (*q != ';')
            continue;
        for (q++; q < end && is_space(*q);)
            q++;
        if (end - q > 2 && (*q == 'q' || *q == 'Q') && q[1] == '=')
            out->weight = read_weight(q + 2, end);
        q--;
    }
    while (stop > p && is_space(stop[-1]))
        stop--;
    out->len = (size_t)(stop - p);
    return true;
}

static bool name_is(const range *r, const char *name)
{
    return strlen(name) == r->len && strncasecmp(r->name, name, r->len) == 0;
}

/* 3: the type itself, 2: its family, 1: anything, 0: does not fit. */
static int specificity(const range *r, const char *type)
{
    size_t family = strcspn(type, "/") + 1;
    if (name_is(r, type))
        return 3;
    if (r->len == family + 1 && r->name[family] == '*' && strncasecmp(r->name, type, family) == 0)
        return 2;
    return r->len == 3 && memcmp(r->name, "*/*", 3) == 0 ? 1 : 0;
}

static int weight_of(const char *accept, const char *type)
{
    int best = 0, weight = 0;
    range r;
    while (next_range(&accept, &r)) {
        int s = specificity(&r, type);
        if (s <= best)
            continue;
        best = s;
        weight = r.weight;
    }
    return weight;
}

const char *gaz_media_type(gaz_media media)
{
    static const char *const names[] = {[GAZ_MEDIA_JSON] = "application/json",
                                        [GAZ_MEDIA_NDJSON] = "application/x-ndjson",
                                        [GAZ_MEDIA_EVENTS] = "text/event-stream"};
    return names[media];
}

bool gaz_negotiate_media(const char *accept, unsigned offered, gaz_media *out)
{
    int best = 0;
    for (unsigned m = GAZ_MEDIA_JSON; m <= GAZ_MEDIA_EVENTS; m++) {
        if (!(offered & 1u << m))
            continue;
        int weight = accept && *accept ? weight_of(accept, gaz_media_type((gaz_media)m)) : 1000;
        if (weight <= best)
            continue;
        best = weight;
        *out = (gaz_media)m;
    }
    return best > 0;
}

bool gaz_negotiate_html(const char *accept)
{
    range r;
    if (!accept)
        return false;
    for (const char *p = accept; next_range(&p, &r);)
        if (name_is(&r, "text/html"))
            return r.weight > 0 && r.weight >= weight_of(accept, "application/json");
    return false;
}

gaz_coding gaz_negotiate_coding(const char *accept)
{
    static const struct {
        const char *name;
        gaz_coding e;
    } known[] = {{"zstd", GAZ_CODING_ZSTD}, {"gzip", GAZ_CODING_GZIP}, {"x-gzip", GAZ_CODING_GZIP}};
    int weights[3] = {-1, -1, -1}, any = -1;
    range r;
    if (!accept)
        return GAZ_CODING_IDENTITY;
    while (next_range(&accept, &r)) {
        for (size_t i = 0; i < 3; i++)
            if (name_is(&r, known[i].name))
                weights[i] = r.weight;
        if (r.len == 1 && *r.name == '*')
            any = r.weight;
    }
    gaz_coding best = GAZ_CODING_IDENTITY;
    int most = 0;
    for (size_t i = 0; i < 3; i++) {
        int weight = weights[i] >= 0 ? weights[i] : i < 2 ? any : -1;
        if (weight <= most)
            continue;
        most = weight;
        best = known[i].e;
    }
    return best;
}

const char *gaz_coding_name(gaz_coding e)
{
    static const char *const names[] = {
        [GAZ_CODING_IDENTITY] = "identity", [GAZ_CODING_GZIP] = "gzip", [GAZ_CODING_ZSTD] = "zstd"};
    return names[e];
}

bool gaz_is_json_type(const char *type)
{
    static const char json[] = "application/json";
    if (!type || strncasecmp(type, json, sizeof json - 1) != 0)
        return false;
    for (type += sizeof json - 1; is_space(*type);)
        type++;
    if (!*type)
        return true;
    if (*type != ';')
        return false;
    for (type++; is_space(*type);)
        type++;
    if (strncasecmp(type, "charset=", 8) != 0)
        return true;
    type += 8;
    type += *type == '"';
    return strncasecmp(type, "utf-8", 5) == 0;
}
