/* A document's text for showing, in pieces of whole lines: its chunks, each read when it is asked
 * for; or all of it as one piece when a pattern spans lines. Private to the query module. */
#ifndef GAZ_QUERY_PIECE_H
#define GAZ_QUERY_PIECE_H

#include "match.h"

/* Bytes of a line that are shown at most. What is longer is cut around its first match. */
#define LINE_SHOWN_MAX ((size_t)1 << 20)

typedef struct piece {
    const char *text;
    size_t len;          /* bytes at hand */
    size_t full;         /* bytes of the piece; more than `len` when only its beginning was read */
    uint32_t number;     /* in the document */
    uint32_t first_line; /* 0-based */
    uint64_t offset;     /* of its first byte in the document */
    gaz_block *block;    /* NULL: the text is the worker's or in `start` */
    gaz_strbuf start;
    bool loaded;
    bool kept; /* texts point into the block: it stays until the file has been shown */
} piece;

/* A line's place: [start, end) in a piece, without "\n". */
typedef struct spot {
    uint32_t piece, number; /* the line's number, 0-based in the document */
    size_t start, end;
} spot;

typedef struct piece_reader {
    match_worker *worker;
    gaz_segment *segment;
    gaz_doc doc;
    uint32_t doc_number;
    uint32_t count; /* pieces */
    bool whole;     /* one piece, put together by the worker */
    piece slots[2]; /* the two looked at last: a line and its context may lie on both sides of a
                       border */
    unsigned last;
    uint32_t measured; /* a piece whose offset is known */
    uint64_t measured_at;
    GAZ_VEC(gaz_block *) kept;
    size_t kept_bytes;
    gaz_arena arena; /* copies of lines from blocks that are not kept, and what else dies with the
                        file */
} piece_reader;

void pieces_init(piece_reader *r, match_worker *worker);
void pieces_release(piece_reader *r);
/* @param whole  as one piece */
void pieces_open(piece_reader *r, gaz_segment *segment, const gaz_doc *doc, uint32_t number,
                 bool whole);
/* Forgets the document and all texts of it. */
void pieces_close(piece_reader *r);
/* A piece, good until the next but one is asked for. @param start_only the beginning is enough when
 * the rest is one long line */
GAZ_CHECKED gaz_status pieces_get(piece_reader *r, uint32_t number, bool start_only, piece **out,
                                  gaz_error *err);
/* Where a piece begins in the document. */
GAZ_CHECKED gaz_status pieces_offset(piece_reader *r, uint32_t number, uint64_t *out,
                                     gaz_error *err);
/* The line before or after. GAZ_DONE at the document's ends. */
GAZ_CHECKED gaz_status pieces_step(piece_reader *r, bool forward, spot *at, gaz_error *err);
/* Sets text, len and what is cut of a line, without "\r"; the text lives until pieces_close().
 * @param from  where the first match is, relative to the line */
GAZ_CHECKED gaz_status pieces_show(piece_reader *r, const spot *at, size_t from, gaz_hit_line *out,
                                   gaz_error *err);
/* Bytes of a line that pieces_show() shows at most. */
size_t pieces_line_max(const piece_reader *r);

#endif
