/* The exact form of a pattern: a PCRE2 program that finds where matches lie. The only header that
 * names PCRE2. */
#ifndef GAZ_REGEX_EXACT_H
#define GAZ_REGEX_EXACT_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "gaz/base/strbuf.h"
#include "syntax.h"

/**
 * Says nothing, but keeps the JIT compiler of PCRE2 up to 10.42 from an optimisation that loses
 * matches: `(1|)b*1` does not find "1" (PCRE2 issue 336). Costs no speed.
 */
#define GAZ_EXACT_PREFIX "(?=)"

/** A compiled program. Immutable, shared. */
typedef struct gaz_exact {
    pcre2_code *code;
    bool utf;
} gaz_exact;

typedef struct gaz_exact_options {
    bool ascii; /**< for ASCII subjects only */
    bool bytes; /**< for subjects with bad UTF-8: exact there, and slower elsewhere */
    bool multiline;
    bool path;
    bool fold; /**< Perl sources only */
    size_t memory_max;
} gaz_exact_options;

/** Compiles a tree. GAZ_E_LIMIT when PCRE2 finds it too large. */
GAZ_CHECKED gaz_status gaz_exact_compile(const gaz_node *root, const gaz_exact_options *options,
                                         gaz_exact *out, gaz_error *err);
/** Compiles a source in Perl's dialect as ripgrep -P does. GAZ_E_INVALID with a column. */
GAZ_CHECKED gaz_status gaz_exact_compile_perl(const char *source, size_t len,
                                              const gaz_exact_options *options, gaz_exact *out,
                                              gaz_error *err);
void gaz_exact_release(gaz_exact *x);
/** Bytes it takes. */
size_t gaz_exact_size(const gaz_exact *x);
/** Writes the tree in PCRE2's syntax; true when it needs UTF mode. For compiling, and for tests. */
bool gaz_exact_print(const gaz_node *root, const gaz_exact_options *options, gaz_strbuf *out);

/** What one thread needs to run programs. */
typedef struct gaz_exact_run {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
} gaz_exact_run;

GAZ_CHECKED gaz_status gaz_exact_run_init(gaz_exact_run *run, gaz_error *err);
void gaz_exact_run_release(gaz_exact_run *run);

typedef struct gaz_subject {
    const char *text;
    size_t len;
    bool valid; /**< known to be valid UTF-8 from `text` on */
    int64_t deadline_us;
} gaz_subject;

/**
 * The first match from `from` on.
 * @return GAZ_OK; GAZ_DONE when there is none; GAZ_E_LIMIT, GAZ_E_TIMEOUT
 */
GAZ_CHECKED gaz_status gaz_exact_find(const gaz_exact *x, gaz_exact_run *run,
                                      const gaz_subject *subject, size_t from, size_t *start,
                                      size_t *end, gaz_error *err);

#endif
