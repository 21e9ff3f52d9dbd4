#!/bin/bash
# Fetches the grammars that package-lock.json pins: fetch.sh FOLDER makes FOLDER/node_modules. Quick when that is done already; a
# run that was interrupted is done again. Nothing of a package is run (--ignore-scripts); peer ranges of grammars contradict each
# other (--legacy-peer-deps).
set -euo pipefail
grammars=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
folder="$1"
[ ! -e "$folder/fetched" ] || exit 0
command -v npm >/dev/null || {
    echo "grammars: npm is missing, which fetches the grammars; install it: apt-get install --no-install-recommends nodejs npm" >&2
    exit 1
}
mkdir -p "$folder"
cp "$grammars/package.json" "$grammars/package-lock.json" "$folder/"
cd "$folder"
npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --prefer-offline --loglevel=error </dev/null || {
    echo "grammars: npm could not fetch the grammars; its messages are above. Is there a network, or an npm cache that holds them" \
        "(npm config get cache)? ENOTCACHED means that npm is told to stay offline (npm config get offline)." >&2
    exit 1
}
# Three quarters of it are programs built for other systems.
find node_modules \( -name prebuilds -o -name tree-sitter-cli -o -name yarn -o -name npm-check-updates \) -prune -exec rm -rf {} +
find node_modules -name '*.wasm' -delete
touch fetched
