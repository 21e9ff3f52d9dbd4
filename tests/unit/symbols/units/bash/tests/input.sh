#!/usr/bin/env bats
load helper

setup() {
    dir="$(mktemp -d)"
}

@test "adds two numbers" {
    run add 1 2
    [ "$status" -eq 0 ]
    [ "$output" = 3 ]
}

@test 'fails' {
    run add
}
