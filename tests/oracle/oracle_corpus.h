/* A tree of files made to be hard to search rightly: every line end, encoding and size there is,
 * seeded. It is kept in memory, written to a repository by git itself, and laid out in folders for
 * ripgrep by how ripgrep has to read each file. */
#ifndef GAZ_TESTS_ORACLE_CORPUS_H
#define GAZ_TESTS_ORACLE_CORPUS_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/strbuf.h"
#include "pattern_random.h"

#define CORPUS_FILES_MAX 200

/* How a file is to be read. */
typedef enum corpus_kind {
    CORPUS_SKIPPED, /* not searched; `skip` says why */
    CORPUS_PLAIN,   /* as it is; ripgrep finds byte-order marks itself */
    CORPUS_LATIN1   /* -E latin1 */
} corpus_kind;

/* What makes a file hard. A file may be several. */
enum {
    TRAIT_CRLF = 1,
    TRAIT_LONE_CR = 2,
    TRAIT_NO_NEWLINE = 4,
    TRAIT_NUL = 8,      /* late, so that it is text */
    TRAIT_INVALID = 16, /* UTF-8 that is none */
    TRAIT_LATIN1 = 32,
    TRAIT_UTF16 = 64,
    TRAIT_LONG_LINE = 128,   /* over a chunk */
    TRAIT_MANY_CHUNKS = 256, /* over four chunks, the last of them in CRLF */
    TRAIT_BOM = 512,
    TRAITS = 10
};
extern const char *const corpus_traits[TRAITS];

typedef struct corpus_file {
    char path[96];
    corpus_kind kind;
    const char *skip;     /* SKIPPED: as `gaz status --skipped` words it */
    const char *encoding; /* else: as `gaz file` words it */
    const char *mode;     /* "100644", "100755", "120000" */
    char *bytes;          /* as git holds it */
    size_t len;
    bool perl; /* valid as read, and without a lone CR: what -P is comparable on */
} corpus_file;

/* Ascending by path. */
typedef struct corpus {
    corpus_file files[CORPUS_FILES_MAX];
    size_t count;
} corpus;

typedef struct corpus_size {
    unsigned small;              /* random small files of each kind */
    size_t huge_line, huge_file; /* bytes */
} corpus_size;

void corpus_init(corpus *c, dice *d, const corpus_size *size);
/* The next commit: some files changed, added, renamed, removed. */
void corpus_change(corpus *c, dice *d);
void corpus_copy(corpus *to, const corpus *from);
void corpus_release(corpus *c);

/* Commits the corpus as the whole tree of a branch, on top of what the branch has. `dir` is a bare
 * repository. */
void corpus_commit(const corpus *c, const char *dir, const char *branch, unsigned number);
/* Lays it out below `dir`: plain/, latin1/, and of them what -P is for: plain.perl/, latin1.perl/.
 */
void corpus_lay_out(const corpus *c, const char *dir);
unsigned corpus_traits_of(const corpus_file *f);
/* The file of a path, or NULL. */
const corpus_file *corpus_find(const corpus *c, const char *path, size_t len);

#endif
