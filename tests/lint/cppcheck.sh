#!/bin/bash
# cppcheck over a build's compile_commands.json: cppcheck.sh BUILD-FOLDER. Results of unchanged files are kept in the build folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$build/cppcheck"
# Left out: what needs the headers of libraries to judge, and variableScope and friends, which are style.
exec cppcheck --project="$build/compile_commands.json" --cppcheck-build-dir="$build/cppcheck" -j "$(nproc)" --quiet \
    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --library=posix --library=gnu --std=c11 \
    --suppress=missingIncludeSystem --suppress='*:*/generated/*' --suppress="*:$root/build/*" --suppress=normalCheckLevelMaxBranches \
    --template='{file}:{line}: {severity}: {message} [{id}]'
