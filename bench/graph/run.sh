#!/bin/bash
# The file graph measured: run.sh BUILD TREE [PYTHON-TREE]. Prints the table of gaz-graph-bench for TREE with facts of a scan of its
# #include lines, its include edges beside gcc's (flags for the kernel's x86), and the imports of PYTHON-TREE beside Python's own.
set -euo pipefail
here=$(dirname "$0")
build=$1 tree=$2 python=${3:-}
ninja -C "$build" gaz-graph-bench >/dev/null
bench=$(find "$build" -name gaz-graph-bench -type f | head -1)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$bench" "$tree" "$scratch/facts" --scan
"$bench" "$tree" "$scratch/facts" --scan --edges >"$scratch/edges"
python3 "$here/check_includes.py" "$tree" "$scratch/edges" 150 -- -M -MG -nostdinc -w -D__KERNEL__ \
    -Iarch/x86/include -Iinclude -Iarch/x86/include/uapi -Iinclude/uapi -include include/linux/compiler_types.h
if [ -n "$python" ]; then
    "$bench" "$python" "$scratch/python" --edges >"$scratch/python-edges"
    python3 "$here/check_imports.py" "$python" "$scratch/python-edges"
fi
