/* A ref of a repository that a request names, and the text of its files. Private to the query
 * module. */
#ifndef GAZ_QUERY_PLACE_H
#define GAZ_QUERY_PLACE_H

#include "engine_private.h"

typedef struct place {
    world *world; /* owned */
    const gaz_snapshot_repo *repo;
    const gaz_ref_row *ref;
    view *view;
} place;

/* The repository and revision a request names; `name` NULL: the only one there is. Give
 * back p->world with world_unref(), on failure too. */
GAZ_CHECKED gaz_status place_find(gaz_engine *e, const char *name, const char *rev, place *p,
                                  gaz_error *err);
/* What identifies the answers that can be made of it. */
void place_token(const place *p, char out[33]);
/* The first entry whose path is not less than `path`. */
size_t place_lower_bound(const view *v, const char *path, size_t len);
/* The entry of a file; GAZ_E_NOT_FOUND with near misses. */
GAZ_CHECKED gaz_status place_file(const place *p, const char *path, size_t *entry, gaz_error *err);

/* The text of a file, and what is known of it. */
typedef struct place_text {
    gaz_strbuf text; /* the caller's */
    uint64_t size;   /* bytes of the blob */
    const char *encoding;
    uint32_t first_line, lines;
} place_text;
/* Reads lines [first, last] (1-based; 0, 0: all). Of a file without text only what is known is
 * set. GAZ_E_LIMIT over query.memory; GAZ_E_CORRUPT, GAZ_E_BUSY when no segment has it. */
GAZ_CHECKED gaz_status place_read(gaz_engine *e, const place *p, size_t entry, uint32_t first,
                                  uint32_t last, place_text *out, gaz_error *err);

#endif
