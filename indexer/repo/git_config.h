/* Single settings out of a repository's configuration file, read without following it anywhere. */
#ifndef GAZ_REPO_GIT_CONFIG_H
#define GAZ_REPO_GIT_CONFIG_H

#include "gaz/base/strbuf.h"

#define GAZ_CONFIG_VALUE_MAX 4096

/** @param section     lower case  @param subsection  as written; "" when there is none  @param key
 * lower case */
typedef GAZ_CHECKED gaz_status (*gaz_config_visit)(void *ctx, const char *section,
                                                   const char *subsection, const char *key,
                                                   const char *value, gaz_error *err);
/** Visits each setting of the `config` file in a git directory, in the order of the file. A missing
 * file has none. */
GAZ_CHECKED gaz_status gaz_config_each(const char *git_dir, gaz_config_visit visit, void *ctx,
                                       gaz_error *err);

#endif
