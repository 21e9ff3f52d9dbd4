limit=3
files=(a b)

cleanup() { rm -f "$tmp"; }

main() {
    local name=$1 -r size
    local other
    declare -i number=4
    count=$((count + number))
    other=${name:-$DEFAULT}
    tmp="$(mktemp)"
    trap cleanup EXIT INT
    run helper "$other" "$size"
    while read -r line rest; do
        process "$line" <<< "${rest%%:*}"
    done < "$files"
    files[0]=x
    case $name in
        start) start_all ;;
        *) usage >&2; return 1 ;;
    esac
    if check "$limit" && [[ $mode == fast ]]; then
        helper | filter "${files[@]}"
    fi
    (( limit += 2 ))
    export -f helper
    unset tmp
    ./configure --with "$limit"
    LC_ALL=C sort "$tmp"
    cat <<EOF
$name and ${limit}
EOF
}

name=outside
echo "$name" "$1" "$@"
