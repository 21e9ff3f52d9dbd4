#!/usr/bin/env bash
# Precision and recall of resolved references against an oracle, on a tree of sources.
# usage: bench/precision/run.sh PROGRAM c|python|typescript TREE [SHOW]
#   PROGRAM  resolve_tree, as built (ninja resolve_tree)
#   SHOW     how many wrong and missed ones to print
# The oracles: clang; @sourcegraph/scip-python and @sourcegraph/scip-typescript, found as scip-python and scip-typescript on the PATH.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 3 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,6p >&2; exit 2; }
program=$(realpath "$1") language=$2 tree=$(realpath "$3") show=${4:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $language in
c)
    mapfile -t files < <(cd "$tree" && find . -name '*.c' -printf '%P\n' | LC_ALL=C sort)
    read -ra flags <<<"${GAZ_CLANG_FLAGS:-}"
    python3 "$here/oracle_clang.py" "$tree" "${files[@]}" -- "${flags[@]}" >"$work/oracle"
    ;;
python)
    (cd "$tree" && scip-python index . --project-name tree --project-version 1 --output "$work/index.scip") >"$work/log" 2>&1
    python3 "$here/oracle_scip.py" "$work/index.scip" "$tree" >"$work/oracle"
    ;;
typescript)
    (cd "$tree" && scip-typescript index --infer-tsconfig --output "$work/index.scip") >"$work/log" 2>&1
    python3 "$here/oracle_scip.py" "$work/index.scip" "$tree" >"$work/oracle"
    ;;
*)
    echo "run.sh: there is no oracle for '$language'; there are c, python and typescript" >&2
    exit 2
    ;;
esac
"$program" "$tree" >"$work/edges"
python3 "$here/compare.py" "$work/edges" "$work/oracle" --show "$show"
