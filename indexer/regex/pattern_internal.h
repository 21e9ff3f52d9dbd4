/* A compiled pattern, as its compiler and its matcher see it. */
#ifndef GAZ_REGEX_PATTERN_INTERNAL_H
#define GAZ_REGEX_PATTERN_INTERNAL_H

#include "exact.h"
#include "gaz/regex/pattern.h"
#include "machine.h"

struct gaz_pattern {
    gaz_arena arena;      /* the tree */
    const gaz_node *root; /* for Perl patterns: weakened */
    bool perl, path, multiline, folds;
    bool line_end;           /* has a $, so a match may end in the "\r" of a line's end */
    bool ends_line;          /* every match ends with a $, as regex-syntax judges it */
    bool text_end;           /* has a \z, so only the end of the whole text decides */
    gaz_machine machines[2]; /* for ASCII texts, and for all */
    gaz_exact programs[2];   /* for ASCII subjects (may be absent), and for all */
    bool same;               /* machines[0] is machines[1]'s twin: use [1] */
};

typedef GAZ_VEC(gaz_range) gaz_range_vec;

struct gaz_matcher {
    const gaz_pattern *pattern;
    hs_scratch_t *scratch;
    gaz_exact_run run;
    gaz_exact bytes; /* for subjects with bad UTF-8: compiled when the first is met */
    bool bytes_tried;
    GAZ_VEC(size_t) ends; /* of an unordered scanner */
    /* Matches of the last multi-line text: those that end at matches_from or behind it, as far as
     * they were looked for. */
    gaz_range_vec matches;
    const char *matches_text;
    size_t matches_len, matches_from;
    size_t matches_next;   /* where to look for more */
    size_t matches_before; /* how many were forgotten */
    bool matches_known, matches_all;
};

/** The machine for a text. */
const gaz_machine *gaz_matcher_machine(const gaz_matcher *m, unsigned flags);
/** Finds the next match in a subject with the program that suits it. As gaz_exact_find(). */
GAZ_CHECKED gaz_status gaz_matcher_find(gaz_matcher *m, const gaz_subject *subject,
                                        gaz_text_class kind, size_t from, size_t *start,
                                        size_t *end, gaz_error *err);
/** What kind of text a part is; looks at it where the flags do not say. */
gaz_text_class gaz_matcher_class(unsigned flags, const char *text, size_t len);
/** Multi-line: fills m->matches with the first ones of this text; m->matches_all says if all. */
GAZ_CHECKED gaz_status gaz_matcher_collect(gaz_matcher *m, const gaz_scan *scan, gaz_error *err);
/** Adds further ones. @param keep  those that end before it are forgotten, to make room */
GAZ_CHECKED gaz_status gaz_matcher_collect_more(gaz_matcher *m, const gaz_scan *scan, size_t keep,
                                                gaz_error *err);
/** Multi-line: whether there may be a match at all. */
GAZ_CHECKED gaz_status gaz_matcher_maybe(gaz_matcher *m, const gaz_scan *scan, bool *maybe,
                                         gaz_error *err);
/** The part of a line that PCRE2 sees. */
gaz_subject gaz_matcher_subject(const gaz_pattern *p, const gaz_scan *scan, size_t start,
                                size_t end);

#endif
