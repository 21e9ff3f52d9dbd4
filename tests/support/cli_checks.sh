# What the shell tests of gaz share: a home of its own, gaz run, checks counted, a server ended. Sourced; the variable GAZ_BUILD_DIR says
# where gaz is. A script sets $server to the process it starts.
set -uo pipefail

build=${GAZ_BUILD_DIR:?the build directory}
work=$(mktemp -d "${TMPDIR:-/tmp}/gaz-cli-XXXXXX")
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

for variable in $(compgen -e | grep '^GAZ_' | grep -v '^GAZ_\(BUILD\|SOURCE\)_DIR$'); do unset "$variable"; done
export GAZ_HOME=$work/home HOME=$work GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR= TERM=xterm COLUMNS=100
export http_proxy=http://127.0.0.1:1 # asking loopback through a proxy would fail

count=0 failed=0
# run WORD…: runs gaz, standard input from $input; leaves $out, $err and $code.
run() {
    "$build/gaz" "$@" >"$work/out" 2>"$work/err" <"${input:-/dev/null}"
    code=$?
    out=$(cat "$work/out")
    err=$(cat "$work/err")
}
# ok NAME CONDITION…: one check.
ok() {
    local name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        printf '  exit %s\n  out: %s\n  err: %s\n' "${code-}" "${out-}" "${err-}" | sed 's/^/# /'
    fi
}
is() { [ "$1" = "$2" ]; }
has() { [[ $1 == *"$2"* ]]; }
gives() { # gives CODE OUT: what run left
    [ "$code" = "$1" ] && [ "$out" = "$2" ]
}
commit() { git -C "$1" -c user.name=t -c user.email=t@example.org commit -qm "$2"; }

# finish: what a script ends with.
finish() {
    echo "1..$count"
    [ "$failed" = 0 ]
}
