#!/bin/bash
# Whether every source file is formatted as .clang-format says: format.sh [ROOT]. Names the files that are not; ./dev format mends them.
set -euo pipefail
cd "${1:-.}"
bad=$(find . \( -name .git -o -name build -o -name .cache -o -name node_modules -o -path ./tests/unit/symbols/units \) -prune -o -type f \( -name '*.c' -o -name '*.h' \) -print0 |
    xargs -0r -P "$(nproc)" -n 8 sh -c 'for f; do clang-format "$f" | cmp -s - "$f" || echo "${f#./}: not formatted; run ./dev format"; done' sh | LC_ALL=C sort)
if [ -n "$bad" ]; then
    printf '%s\n' "$bad"
    exit 1
fi
