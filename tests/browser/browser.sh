# Sourced: a server on loopback and a headless chromium, both ended and cleaned up at exit.
#   start_server [WORD…]   after the data directory is filled; sets $url
#   dom URL [FLAG…]        the document after scripts ran, in $dom; what the console said, in $console
#   shot FILE URL [FLAG…]  a picture
build=${GAZ_BUILD_DIR:?the build directory}
work=$(mktemp -d "${TMPDIR:-/tmp}/gaz-browser-XXXXXX")
server= url= dom= console=
browser=$(command -v chromium || command -v chromium-browser || true)

cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

for variable in $(compgen -e | grep '^GAZ_' | grep -v '^GAZ_\(BUILD\|SOURCE\)_DIR$'); do unset "$variable"; done
export GAZ_HOME=$work/data HOME=$work GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy

start_server() {
    "$build/gaz" serve --listen 127.0.0.1:0 "$@" >"$work/serve.out" 2>"$work/serve.err" &
    server=$!
    local tries
    for tries in $(seq 200); do
        url=$(sed -n 's/^Gazetteer is at \(http:[^ ]*\)\/$/\1/p' "$work/serve.out")
        [ -z "$url" ] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    echo "the server did not start: $(cat "$work/serve.err")" >&2
    return 1
}

# A profile of its own each time, and nothing that talks to the network.
look() {
    local profile
    profile=$(mktemp -d "$work/profile-XXXXXX")
    timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --disable-extensions \
        --disable-dev-shm-usage --hide-scrollbars --enable-logging=stderr --user-data-dir="$profile" "$@"
    local code=$?
    rm -rf "$profile"
    return $code
}

dom() {
    local page=$1
    shift
    dom=$(look "$@" --dump-dom "$page" 2>"$work/console")
    console=$(grep -aE 'CONSOLE' "$work/console" || true)
}

shot() {
    local file=$1 page=$2
    shift 2
    look "$@" --screenshot="$file" "$page" >/dev/null 2>&1
}
