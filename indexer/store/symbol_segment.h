/* An open symbol segment and its dictionary. Private to the store. */
#ifndef GAZ_STORE_SYMBOL_SEGMENT_H
#define GAZ_STORE_SYMBOL_SEGMENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "symbol_format.h"
#include "symbol_words.h"

struct gaz_symbol_segment {
    atomic_uint refs;
    gaz_sealed *file;
    uint32_t docs, names, definitions, blocks, pair_count;
    uint64_t references, imports, text_bytes;
    uint8_t pairs[SYMBOL_PAIRS_MAX][2]; /* kind, flags */
    pthread_mutex_t lock;               /* over what follows */
    symbol_words *words;                /* opened at the first question */
};

/* GAZ_E_CORRUPT with the usual hint. */
gaz_status symbol_segment_damaged(const char *what, gaz_error *err);

/* A walk over the dictionary, name by name. */
typedef struct symbol_walk {
    gaz_symbol_segment *seg;
    uint32_t rank; /* of the name it stands at */
    const uint8_t *at, *end;
    uint64_t list; /* where the name's list begins, and how long it is */
    uint32_t list_len;
    uint32_t len;
    char name[GAZ_SYMBOL_NAME_MAX];
} symbol_walk;
/* Stands at a name; GAZ_DONE beyond the last. */
GAZ_CHECKED gaz_status symbol_walk_to(symbol_walk *w, gaz_symbol_segment *seg, uint32_t rank,
                                      gaz_error *err);
GAZ_CHECKED gaz_status symbol_walk_next(symbol_walk *w, gaz_error *err);
/* Stands at the first name that is not below `name`. @return GAZ_DONE when there is none */
GAZ_CHECKED gaz_status symbol_walk_seek(symbol_walk *w, gaz_symbol_segment *seg, const char *name,
                                        size_t len, gaz_error *err);
bool symbol_walk_is(const symbol_walk *w, const char *name, size_t len);

typedef struct symbol_place {
    uint32_t doc, index;
    uint8_t kind, flags;
} symbol_place;
/* Reads the list of the name a walk stands at. */
typedef struct symbol_list {
    const gaz_symbol_segment *seg;
    const uint8_t *at, *end;
    uint32_t left, doc, index; /* `left` of definitions, then of uses */
    bool begun;
} symbol_list;
GAZ_CHECKED gaz_status symbol_list_open(const symbol_walk *w, symbol_list *out, gaz_error *err);
/* All definitions first: GAZ_DONE behind the last. */
GAZ_CHECKED gaz_status symbol_list_definition(symbol_list *list, symbol_place *out, gaz_error *err);
/* Then uses. */
GAZ_CHECKED gaz_status symbol_list_uses(symbol_list *list, gaz_error *err);
GAZ_CHECKED gaz_status symbol_list_use(symbol_list *list, uint32_t *doc, uint32_t *count,
                                       gaz_error *err);

/* A record opened, with what decoding it needs. */
typedef struct symbol_reading {
    gaz_symbol_segment *seg;
    gaz_arena *arena;
    symbol_record record;
    const uint8_t *names_at; /* the first name whose rank is not known */
    uint32_t *ranks;         /* the first `ranks_known` of its names */
    uint32_t ranks_known, rank;
    gaz_symbol_name *known; /* names met already; NULL: not remembered */
} symbol_reading;
/* @param remember  names met, for decoding many facts */
GAZ_CHECKED gaz_status symbol_reading_open(symbol_reading *r, gaz_symbol_segment *seg, uint32_t doc,
                                           gaz_arena *arena, bool remember, gaz_error *err);
symbol_decoding symbol_reading_decoding(symbol_reading *r);
/* The place of a rank among its names, or GAZ_SYMBOL_NONE. */
GAZ_CHECKED gaz_status symbol_reading_place(symbol_reading *r, uint32_t rank, uint32_t *place,
                                            gaz_error *err);
/* One definition, its depth included. */
GAZ_CHECKED gaz_status symbol_reading_definition(symbol_reading *r, uint32_t index,
                                                 gaz_symbol_definition *out, gaz_error *err);
/* The document and index of a definition by its number in the segment. */
GAZ_CHECKED gaz_status symbol_segment_definition_at(gaz_symbol_segment *seg, uint32_t number,
                                                    uint32_t *doc, uint32_t *index, gaz_error *err);
/* The list of bands under a trigram: differences of their numbers; empty when there is none. */
GAZ_CHECKED gaz_status symbol_segment_gram(gaz_symbol_segment *seg, uint32_t gram,
                                           const uint8_t **at, const uint8_t **end, gaz_error *err);
GAZ_CHECKED gaz_status symbol_segment_words(gaz_symbol_segment *seg, symbol_words **out,
                                            gaz_error *err);

#endif
