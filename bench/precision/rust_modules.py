#!/usr/bin/env python3
"""The files our `mod` edges reach from each crate's root, beside cargo's dep-info: rust_modules.py TREE EDGES

EDGES is the output of resolve_tree. `cargo check --workspace --all-targets --offline` writes a .d file per crate, which names the sources
rustc read. Precise: of the files we reach, those rustc read. Complete: of those rustc read, the ones we reach.
"""
import collections
import glob
import os
import subprocess
import sys
import tempfile


def sources_of(tree, target):
    """Root of a crate -> the files of the tree that rustc read for it."""
    crates = collections.defaultdict(set)
    for name in glob.glob(target + "/debug/deps/*.d"):
        for line in open(name, encoding="utf-8"):
            out, colon, rest = line.rstrip("\n").partition(": ")
            files = [os.path.relpath(os.path.join(tree, f), tree) for f in rest.split() if f.endswith(".rs")]
            files = [f for f in files if not f.startswith("..")]
            if colon and out.endswith(".d") and files:
                crates[files[0]].update(files)
    return crates


def main():
    tree, edges = os.path.realpath(sys.argv[1]), collections.defaultdict(set)
    for line in open(sys.argv[2], encoding="utf-8", errors="replace"):
        f = line.rstrip("\n").split("\t")
        if f[0] == "M":
            edges[f[1]].add(f[2])
    with tempfile.TemporaryDirectory() as target:
        command = ["cargo", "check", "--workspace", "--all-targets", "--quiet", "--offline", "--target-dir", target]
        if subprocess.run(command, cwd=tree, stderr=subprocess.DEVNULL).returncode:
            print("skipped: import edges of rust, cargo check fails")
            return
        crates = sources_of(tree, target)
    reached = right = wanted = 0
    for root, files in sorted(crates.items()):
        seen, work = {root}, [root]
        while work:
            for target in edges[work.pop()] - seen:
                seen.add(target)
                work.append(target)
        reached += len(seen)
        right += len(seen & files)
        wanted += len(files)
        for file in sorted(files ^ seen):
            print(f"  {'missed' if file in files else 'wrong'} module of {root}: {file}")
    print(f"{'modules: precise':32} {reached:8} {100 * right / max(1, reached):7.1f} %")
    print(f"{'modules: complete':32} {wanted:8} {100 * right / max(1, wanted):7.1f} %")


if __name__ == "__main__":
    main()
