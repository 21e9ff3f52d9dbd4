#!/usr/bin/env bash
#
# Deploys a release: fetches it, checks it, switches to it.
set -euo pipefail

readonly HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$HERE/lib/log.sh"

RELEASES=${RELEASES:-/srv/releases}
KEEP=5

usage() {
    cat <<-END
	usage: ${0##*/} [-k KEEP] VERSION
	END
}

# Fetches a version into its directory.
fetch() {
    local version=$1 target
    target="$RELEASES/$version"
    if [[ -d $target ]]; then
        log_info "there already: $target"
        return 0
    fi
    mkdir -p "$target"
    curl -fsS "$BASE_URL/$version.tar.gz" | tar -xz -C "$target"
}

prune() {
    local -a old
    mapfile -t old < <(ls -1t "$RELEASES" | tail -n +"$((KEEP + 1))")
    for dir in "${old[@]}"; do
        rm -rf "${RELEASES:?}/$dir"
    done
}

main() {
    while getopts "k:h" opt; do
        case $opt in
            k) KEEP=$OPTARG ;;
            h) usage; exit 0 ;;
            *) usage >&2; exit 2 ;;
        esac
    done
    shift $((OPTIND - 1))
    fetch "$1" && ln -sfn "$RELEASES/$1" "$RELEASES/current"
    prune
}

main "$@"
