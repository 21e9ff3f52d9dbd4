#!/bin/bash
# cppcheck over a build's compile_commands.json: cppcheck.sh BUILD-FOLDER. Results of unchanged files are kept in the build folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$build/cppcheck"
# Only our own sources: generated ones may not be there yet.
jq --arg root "$root" '[.[] | select(.file | startswith($root + "/")) | select(.file | test("/build/|/generated/") | not)]' \
    "$build/compile_commands.json" >"$build/cppcheck/commands.json"
# Left out: NULL at the end of variadic calls, which POSIX makes a pointer; readdir(), which is safe on a stream of one's own, and strtok() in host tools, which have one thread.
exec cppcheck --project="$build/cppcheck/commands.json" --cppcheck-build-dir="$build/cppcheck" -j "$(nproc)" --quiet \
    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --library=posix --library=gnu --std=c11 \
    --suppress=missingIncludeSystem --suppress=varFuncNullUB --suppress=readdirCalled --suppress='strtokCalled:*/gen_*.c' --suppress='*:*/generated/*' --suppress="*:$root/build/*" --suppress=normalCheckLevelMaxBranches \
    --template='{file}:{line}: {severity}: {message} [{id}]'
