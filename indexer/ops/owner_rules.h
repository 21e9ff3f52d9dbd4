/* The CODEOWNERS file of a ref, and what it says of many files at once. Private to the ops module.
 */
#ifndef GAZ_OPS_OWNER_RULES_H
#define GAZ_OPS_OWNER_RULES_H

#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "gaz/repo/history.h"
#include "handlers.h"

#define OWNER_RULES_SHOWN 1000 /* of one answer */

/* A rule that some of the files match. Points into the parsed file. */
typedef struct owner_rule {
    gaz_owner_match match;
    uint32_t files;
} owner_rule;

typedef struct owner_rules {
    gaz_owners *owners; /* NULL: there is no such file */
    const char *path;   /* static */
    GAZ_VEC(owner_rule) found;
    gaz_map numbers;  /* line → rule + 1 */
    uint32_t unowned; /* files that no rule, or one without owners, matches */
    bool failed;
} owner_rules;

/* Reads the file, wherever it is; without one nothing matches. Release in any case. */
GAZ_CHECKED gaz_status owner_rules_open(owner_rules *r, gaz_ref_files *files, gaz_error *err);
void owner_rules_release(owner_rules *r);
/* Forgets the files that were added. */
void owner_rules_reset(owner_rules *r);
GAZ_CHECKED gaz_status owner_rules_add(owner_rules *r, const char *path, size_t len,
                                       gaz_error *err);
/* "rules": those found, most files first; "unowned". */
void owner_rules_put(owner_rules *r, gaz_json_writer *w);
/* "owners": each owner with its files, most first. */
GAZ_CHECKED gaz_status owner_rules_put_owners(owner_rules *r, gaz_json_writer *w, gaz_arena *arena,
                                              gaz_error *err);

#endif
