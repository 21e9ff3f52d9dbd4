#!/bin/bash
# Precise data at a shell: a SCIP index is imported, listed, used and removed, on a data directory and through a server.
# shellcheck source=tests/support/cli_checks.sh
source "$(dirname "$0")/../support/cli_checks.sh"

# field NUMBER FILE: a length-delimited field of protobuf, shorter than 128 bytes, whose content the file holds.
field() {
    printf "\\x$(printf %02x $(($1 * 8 + 2)))\\x$(printf %02x "$(stat -c %s "$2")")"
    cat "$2"
}
# occurrence LINE FROM TO SYMBOL ROLES: on one line.
occurrence() {
    printf "\\x$(printf %02x "$1")\\x$(printf %02x "$2")\\x$(printf %02x "$3")" >"$work/range"
    printf '%s' "$4" >"$work/symbol"
    { field 1 "$work/range" && field 2 "$work/symbol" && printf "\\x18\\x$(printf %02x "$5")"; } >"$work/occurrence"
    field 2 "$work/occurrence"
}

mkdir "$work/tree"
git init -q -b main "$work/tree"
printf 'class Square:\n    def area(self):\n        return 1\nclass Other:\n    def area(self):\n        return 2\n' >"$work/tree/shapes.py"
printf 'def measure(thing):\n    return thing.area()\n' >"$work/tree/measure.py"
git -C "$work/tree" add -A
commit "$work/tree" first
id=$(git -C "$work/tree" rev-parse HEAD)
run add "$work/tree"

printf 'scip-test' >"$work/name"
field 1 "$work/name" >"$work/tool"
field 2 "$work/tool" >"$work/metadata"
printf 'measure.py' >"$work/path"
{ field 1 "$work/path" && occurrence 1 17 21 's p 1 area().' 0; } >"$work/measure"
printf 'shapes.py' >"$work/path"
{ field 1 "$work/path" && occurrence 1 8 12 's p 1 area().' 1; } >"$work/shapes"
{ field 1 "$work/metadata" && field 2 "$work/measure" && field 2 "$work/shapes"; } >"$work/index.scip"

run references --at shapes.py:2:9
ok "a member of what nobody says is no edge of ours" is "$code" 1
run scip list
ok "there are no indexes at first" eval 'gives 0 "" && has "$err" "gaz scip import FILE"'
run scip import
ok "an import needs a file" eval 'is "$code" 2 && has "$err" "needs a FILE"'
run scip import "$work/gone.scip"
ok "a file that is not there is told" eval 'is "$code" 2 && has "$err" "gone.scip"'
run scip import "$work/tree/shapes.py"
ok "a file that is no index is refused" eval 'is "$code" 2 && has "$err" "no SCIP index"'
run scip import "$work/index.scip" --commit mian
ok "near misses of the commit are named" eval 'is "$code" 2 && has "$err" "main"'
run scip import "$work/index.scip" --commit "$id"
ok "an index is imported" gives 0 "imported 2 occurrences of 2 files of tree@${id:0:10} by scip-test"
run references --at shapes.py:2:9
ok "and answers" gives 0 "measure.py:2: return thing.area()  [measure]"
run scip list
ok "it is listed" eval 'is "$code" 0 && has "$out" "scip-test" && has "$out" "${id:0:10}"'
run status
ok "status tells of it" eval 'is "$code" 0 && has "$out" "PRECISE DATA"'
run check
ok "check looks at it" eval 'is "$code" 0 && has "$out" "no damage"'
run scip remove "${id:0:8}"
ok "it is removed" gives 0 "removed 1 SCIP index of tree"
run scip remove "${id:0:8}"
ok "only once" eval 'is "$code" 2 && has "$err" "gaz scip list tree"'

"$build/gaz" serve --listen 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 500); do
    [ -s "$GAZ_HOME/server.json" ] && "$build/gaz" scip list >/dev/null 2>&1 && break
    sleep 0.02
done
input=$work/index.scip run scip import - --repo tree --below .
ok "a server takes it from standard input" gives 0 "imported 2 occurrences of 2 files of tree@${id:0:10} by scip-test"
run references --at shapes.py:2:9
ok "and answers" gives 0 "measure.py:2: return thing.area()  [measure]"
run scip import "$work/index.scip" --below nowhere
ok "a server refuses with the reason" eval 'is "$code" 2 && has "$err" "there is no directory"'
run scip list --json
ok "JSON is what the endpoint answers" eval 'has "$out" "\"below\":\"\"" && has "$out" "\"occurrences\":2"'
run scip remove all
ok "all are removed through it" gives 0 "removed 1 SCIP index of tree"

finish
