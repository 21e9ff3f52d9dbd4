#!/usr/bin/env bash
# The corpus of the figures: the sources of Debian's linux-source-6.1, committed whole into one pack. Prints its path.
# usage: bench/corpus.sh [DIRECTORY]   (default: build/corpus/linux)
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build/corpus/linux}
archive=/usr/src/linux-source-6.1.tar.xz
if [ ! -e "$dir/.git/gaz-corpus-ready" ]; then
    [ -e "$archive" ] || { echo "bench: install the package linux-source-6.1 (./dev bench does)" >&2; exit 1; }
    rm -rf "$dir"
    mkdir -p "$dir"
    tar -xf "$archive" -C "$dir" --strip-components=1
    git -C "$dir" init -q
    git -C "$dir" add -Af # its own .gitignore hides everything otherwise
    git -C "$dir" -c gc.auto=0 -c user.name=bench -c user.email=bench@localhost commit -qm corpus
    git -C "$dir" repack -adq
    touch "$dir/.git/gaz-corpus-ready"
fi
realpath "$dir"
