/* Names of the reasons for which a file is not searched. */
#include "gaz/base/skip.h"

#include <stddef.h>

const char *gaz_skip_name(gaz_skip skip)
{
    static const char *const names[] = {"",    "binary",     "excluded",  "symlink", "submodule",
                                        "lfs", "unreadable", "too_large", "crashed"};
    return (size_t)skip < sizeof names / sizeof names[0] ? names[skip] : "unreadable";
}
