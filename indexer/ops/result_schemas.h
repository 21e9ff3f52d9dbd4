/* The files of schemas/results, as they were when the program was built. */
#ifndef GAZ_OPS_RESULT_SCHEMAS_H
#define GAZ_OPS_RESULT_SCHEMAS_H

#include <stddef.h>

typedef struct gaz_result_schema_file {
    const char *name; /**< without ".json" */
    const char *text; /**< NUL-terminated */
    size_t len;
} gaz_result_schema_file;

extern const gaz_result_schema_file gaz_result_schemas[];
extern const size_t gaz_result_schemas_count;

#endif
