#!/usr/bin/env bash
# Builds all of it.

readonly VERSION=1.2
declare -r ROOT="/srv" NAME=thing
declare -A seen
export PATH="$PATH:/bin" LANG
count=0
list=(one two)
a=1 b=2

# Says something.
# Twice.
say() {
    echo "$1" "$1"
}

function build {
    say "building"
}

function both() (
    cd "$ROOT" && say "$(pwd)"
)

build_all () {
    local dir
    for dir in "${list[@]}"; do
        build "$dir"
    done
    inner() { say inner; }
    inner
}

build_all "$@"
