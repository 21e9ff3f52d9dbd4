#!/bin/bash
# clang-tidy over a build's compile_commands.json: tidy.sh BUILD-FOLDER [FILE-PATTERN]. It is slow, so a file that passed is
# remembered in BUILD-FOLDER/tidy/ by the hash of what it is after preprocessing, with .clang-tidy and the version.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
pattern="${2:-.}"
cache="$build/tidy"
mkdir -p "$cache"
common=$({ clang-tidy --version; cat "$root/.clang-tidy"; } | sha256sum)
export build cache common

check_one() {
    local file="$1" command="$2" key out
    command=$(sed -E 's/^[^ ]*ccache //; s/ -MD | -MT [^ ]+| -MF [^ ]+| -o [^ ]+| -Werror//g; s/ -c ([^ ]+)$/ -E -CC \1/' <<<"$command")
    key=$({ printf '%s' "$common"; eval "$command"; } 2>/dev/null | sha256sum | cut -c1-40)
    [ -e "$cache/$key" ] && return
    if out=$(clang-tidy -p "$build" --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option "$file" 2>/dev/null); then
        : >"$cache/$key"
    else
        printf '%s\n' "$out"
        return 1
    fi
}
export -f check_one

jq -r --arg root "$root" --arg pattern "$pattern" \
    '.[] | select(.file | startswith($root + "/")) | select(.file | test("/build/|/generated/") | not) | select(.file | test($pattern)) | .file + "\u0000" + .command + "\u0000"' \
    "$build/compile_commands.json" | tr -d '\n' |
    xargs -0r -n 2 -P "$(nproc)" bash -c 'check_one "$0" "$1"'
