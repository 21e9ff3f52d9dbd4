#!/usr/bin/env bash
# Precision and recall of references, recall of definitions, precision and completeness of imports, against an oracle, on a tree of sources.
# usage: bench/precision/run.sh PROGRAM c|go|java|python|rust|typescript TREE [SHOW]
#   PROGRAM  resolve_tree, as built (ninja resolve_tree)
#   SHOW     how many wrong and missed ones to print
# The oracles and what they were tried with; one whose program is not on the PATH is skipped by name:
#   c           clang 14; its flags in GAZ_CLANG_FLAGS. Imports: bench/graph/check_includes.py
#   go          go 1.26 with golang.org/x/tools 0.52.0 (oracle_go, built here; modules come from the Go module proxy)
#   java        JDK 17; jars that the sources need in GAZ_CLASSPATH (`mvn dependency:build-classpath`). An import edge: a file names a type of another
#   python      npm @sourcegraph/scip-python 0.6.6. Imports: bench/graph/check_imports.py
#   rust        rust-analyzer (rustup component add rust-analyzer; 1.95.0). Imports: dep-info of cargo, by rust_modules.py
#   typescript  node with npm typescript 5.9.3, which NODE_PATH must find
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 3 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,5p >&2; exit 2; }
program=$(realpath "$1") language=$2 tree=$(realpath "$3") show=${4:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

need() {
    command -v "$1" >/dev/null || { echo "skipped: $language, there is no $1"; exit 0; }
}

say_why() {
    tail -n 5 "$work/log" >&2
    echo "run.sh: the oracle of $language failed" >&2
    exit 1
}

case $language in
c)
    need clang
    mapfile -t files < <(cd "$tree" && find . -name '*.c' -printf '%P\n' | LC_ALL=C sort)
    read -ra flags <<<"${GAZ_CLANG_FLAGS:-}"
    python3 "$here/oracle_clang.py" "$tree" "${files[@]}" -- "${flags[@]}" >"$work/oracle"
    ;;
go)
    need go
    (cd "$here/oracle_go" && go build -o "$work/oracle_go" .) >"$work/log" 2>&1 || say_why
    (cd "$tree" && "$work/oracle_go" .) >"$work/oracle"
    ;;
java)
    need javac
    java "$here/OracleJava.java" "$tree" ${GAZ_CLASSPATH:+"$GAZ_CLASSPATH"} >"$work/oracle"
    ;;
python)
    need scip-python
    (cd "$tree" && scip-python index . --project-name tree --project-version 1 --output "$work/index.scip") >"$work/log" 2>&1 || say_why
    python3 "$here/oracle_scip.py" "$work/index.scip" "$tree" >"$work/oracle"
    ;;
rust)
    need rust-analyzer
    (cd "$tree" && rust-analyzer scip . --output "$work/index.scip") >"$work/log" 2>&1 || say_why
    python3 "$here/oracle_scip.py" "$work/index.scip" "$tree" >"$work/oracle"
    ;;
typescript)
    need node
    node -e 'require("typescript").createProgram' 2>/dev/null || { echo "skipped: typescript, node finds no package typescript"; exit 0; }
    node "$here/oracle_typescript.js" "$tree" >"$work/oracle"
    ;;
*)
    echo "run.sh: there is no oracle for '$language'; there are c, go, java, python, rust and typescript" >&2
    exit 2
    ;;
esac
"$program" "$tree" >"$work/edges"
if [ "$language" = rust ]; then
    (cd "$tree" && python3 "$here/rust_modules.py" "$tree" "$work/edges")
fi
python3 "$here/compare.py" "$work/edges" "$work/oracle" --show "$show"
