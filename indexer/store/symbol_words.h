/* Words of definitions: an FTS5 index over the parts of their names, and over their signatures and
 * comments. It is a small SQLite database that is made beside a segment, becomes one of its
 * sections, and is read where it is mapped. Private to the store. */
#ifndef GAZ_STORE_SYMBOL_WORDS_H
#define GAZ_STORE_SYMBOL_WORDS_H

#include <stdbool.h>
#include "gaz/base/strbuf.h"

typedef struct symbol_word_writer symbol_word_writer;
/* @param path  of the database, which must not exist; removed by closing */
GAZ_CHECKED gaz_status symbol_word_writer_open(const char *path, symbol_word_writer **out,
                                               gaz_error *err);
void symbol_word_writer_close(symbol_word_writer *w);
/* Words with blanks between (symbol_split_words()), perhaps none. Rows of each sort come in
 * ascending order: of names their ranks, of signatures and comments the numbers of definitions. */
GAZ_CHECKED gaz_status symbol_word_writer_name(symbol_word_writer *w, int64_t row,
                                               const gaz_strbuf *words, gaz_error *err);
GAZ_CHECKED gaz_status symbol_word_writer_text(symbol_word_writer *w, int64_t row,
                                               const gaz_strbuf *words, gaz_error *err);
/* Puts the file into its final form; it stays until symbol_word_writer_close(). */
GAZ_CHECKED gaz_status symbol_word_writer_finish(symbol_word_writer *w, gaz_error *err);

typedef struct symbol_words symbol_words;
/* Opens a database of bytes, which outlive it. Threading: any; queries share a few connections. */
GAZ_CHECKED gaz_status symbol_words_open(const uint8_t *data, size_t len, symbol_words **out,
                                         gaz_error *err);
void symbol_words_close(symbol_words *words);
/* Visits rows that hold all words, ascending. @return false from `visit` to stop
 * @param names  words of names, else of signatures and comments
 * @param words  as from symbol_split_words(), at least one; the last may be a beginning */
GAZ_CHECKED gaz_status symbol_words_find(symbol_words *words, bool names, const char *split,
                                         bool (*visit)(void *ctx, int64_t row), void *ctx,
                                         gaz_error *err);
/* SQLite's own check of the database. */
GAZ_CHECKED gaz_status symbol_words_check(symbol_words *words, gaz_error *err);

#endif
