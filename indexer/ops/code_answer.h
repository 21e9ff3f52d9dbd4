/* What answers about code are made of: a ref opened, the definition a request means, and the JSON
 * of places. Private to the ops module. */
#ifndef GAZ_OPS_CODE_ANSWER_H
#define GAZ_OPS_CODE_ANSWER_H

#include "gaz/context/code.h"
#include "handlers.h"

/* An answer about one ref, while it is made. */
typedef struct code_answer {
    gaz_call *call;
    int64_t started, deadline;
    gaz_code *code;
    gaz_symbol_view *symbols;
    gaz_strbuf out;
    gaz_json_writer json;
    gaz_arena arena;
    const char *reason; /* why it is not complete, but for symbols that are still to come */
} code_answer;

/* Opens what `repo` and `rev` name and begins the answer: {repo, branch, commit, generation.
 * Release in any case. */
GAZ_CHECKED gaz_status code_begin(code_answer *a, gaz_call *call, gaz_error *err);
/* The same of another revision than `rev` names. */
GAZ_CHECKED gaz_status code_begin_at(code_answer *a, gaz_call *call, const char *rev,
                                     gaz_error *err);
/* complete, reason, took_us} and out. */
GAZ_CHECKED gaz_status code_end(code_answer *a, gaz_error *err);
void code_release(code_answer *a);

/* ---- what a request means ---- */

/* "path:line:column" taken apart: the path ends where the numbers begin. */
typedef struct code_place {
    char *path; /* in the arena */
    uint32_t line, column;
} code_place;
GAZ_CHECKED gaz_status code_place_parse(code_answer *a, const char *text, code_place *out,
                                        gaz_error *err);

/* The definitions that `name` or `at` mean. */
typedef struct code_targets {
    gaz_resolve_target *items;
    uint32_t count;
    bool ambiguous;             /* several, and nothing says which */
    uint8_t method, confidence; /* of `at` */
} code_targets;
/* A definition as it is asked for: one of the first two. */
typedef struct code_meant {
    const char *name, *at;
    const char *below; /* nullable: only definitions of this file or directory */
} code_meant;
GAZ_CHECKED gaz_status code_find_meant(code_answer *a, const code_meant *meant, code_targets *out,
                                       gaz_error *err);
/* By the parameters name, at and path. GAZ_E_NOT_FOUND with near misses. */
GAZ_CHECKED gaz_status code_find_targets(code_answer *a, code_targets *out, gaz_error *err);
/* A file by its path: GAZ_E_NOT_FOUND with near misses. */
GAZ_CHECKED gaz_status code_find_file(code_answer *a, const char *path, uint32_t *file,
                                      gaz_error *err);

/* A file, or all below a directory ("" and "." the root): `count` files from `first` on.
 * GAZ_E_NOT_FOUND with near misses. */
GAZ_CHECKED gaz_status code_find_below(code_answer *a, const char *path, uint32_t *first,
                                       uint32_t *count, gaz_error *err);
/* The parameter `kind` as bits; 0 when it is absent. */
GAZ_CHECKED gaz_status code_read_kinds(const gaz_call *call, uint64_t *kinds, gaz_error *err);

/* ---- JSON ---- */

/* path, and path_bytes where it is not UTF-8. */
void code_put_path(code_answer *a, uint32_t file);
/* The members of a definition, without braces. @param docs  its comment too */
GAZ_CHECKED gaz_status code_put_definition(code_answer *a, uint32_t file, uint32_t index, bool docs,
                                           gaz_error *err);
/* "key": {definition}; null for GAZ_SYMBOL_NONE. Short: name, kind, container, line. */
GAZ_CHECKED gaz_status code_put_enclosing(code_answer *a, uint32_t file, uint32_t index,
                                          gaz_error *err);
/* "targets": [definitions]. */
GAZ_CHECKED gaz_status code_put_targets(code_answer *a, const gaz_resolve_target *items,
                                        uint32_t count, gaz_error *err);
/* "text": a line of a file, cut after 400 bytes. */
GAZ_CHECKED gaz_status code_put_line(code_answer *a, uint32_t file, uint32_t line, gaz_error *err);

/* ---- pages ---- */

/* The parameter `cursor`, of this generation: two numbers. Zero when it is absent. */
GAZ_CHECKED gaz_status code_cursor(code_answer *a, uint32_t *step, uint32_t *at, gaz_error *err);
/* "cursor": how to go on, or null. */
void code_put_cursor(code_answer *a, bool more, uint32_t step, uint32_t at);

/* The same where a list goes over several definitions. */
typedef struct code_place_in_list {
    uint32_t which, step, at;
} code_place_in_list;
GAZ_CHECKED gaz_status code_list_cursor(code_answer *a, code_place_in_list *place, gaz_error *err);
void code_put_list_cursor(code_answer *a, bool more, const code_place_in_list *place);

#endif
