/* The files of the folder assets, as they were when the program was built. */
#ifndef GAZ_WEB_ASSET_FILES_H
#define GAZ_WEB_ASSET_FILES_H

#include <stddef.h>

typedef struct gaz_asset_file {
    const char *name;
    const char *data;
    size_t len;
} gaz_asset_file;

extern const gaz_asset_file gaz_asset_files[];
extern const size_t gaz_asset_files_count;

#endif
