/* The numbered migrations of the catalogue, compiled in from schemas/migrations. Private to the
 * store. */
#ifndef GAZ_STORE_MIGRATE_H
#define GAZ_STORE_MIGRATE_H

#include <stddef.h>

typedef struct gaz_migration {
    unsigned version; /**< 1, 2, … without gaps */
    const char *name; /**< "0001-catalogue" */
    const char *sql;
} gaz_migration;

extern const gaz_migration gaz_migrations[];
extern const size_t gaz_migration_count;

#endif
