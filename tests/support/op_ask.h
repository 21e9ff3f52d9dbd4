/* Asking operations as a face does: parameters bound by the row, the handler run, the answer parsed
 * and held against the schema of its result. */
#ifndef GAZ_TESTS_OP_ASK_H
#define GAZ_TESTS_OP_ASK_H

#include "engine_fixture.h"
#include "gaz/ops/op.h"

typedef struct asker {
    gaz_services services;
    const void *body; /**< of questions to operations that take one */
    size_t body_len;
    gaz_json *answer; /**< of the last question */
    gaz_error error;
} asker;
void asker_open(asker *a, fixture *f);
void asker_close(asker *a);
/** Asks. @param params  name and text in turn, ended by NULL @return the answer, which lives until
 * the next question; a failure, or an answer that its schema does not allow, fails the test */
const gaz_json *op_ask(asker *a, const char *op, ...) __attribute__((sentinel));
/** The same for questions that must fail: their status; `error` tells the rest. */
gaz_status op_refused(asker *a, const char *op, ...) __attribute__((sentinel));
/** "commits|0|author|name" of an answer; fails the test when there is no such text. */
const char *op_text(const gaz_json *answer, const char *path);
const gaz_json *op_at(const gaz_json *answer, const char *path);

#endif
