#!/usr/bin/env python3
"""Block sizes and dictionaries for the text of segments: size, speed, and the cost of one chunk alone.

usage: bench/blocks/bench_blocks.py [--corpus DIR] [--gaz PROGRAM] [--every N] [--json FILE]

Takes runs of 200 neighbouring files, one of every N runs, and packs them with gaz-blocks (blocks.c).
"""
import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench", "search"))
import bench_search  # noqa: E402  (the path is set just above)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    corpus = bench_search.corpus_of(args)
    listing = subprocess.run(["git", "-C", corpus, "ls-files"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    paths = [os.path.join(corpus, path) for i, path in enumerate(listing) if i // 200 % args.every == 0]
    program = bench_search.build_beside(args.gaz, "gaz-blocks")
    out = subprocess.run([program], input="\n".join(p for p in paths if not os.path.islink(p)) + "\n", stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    rows = [dict(zip(("block", "dictionary", "packed", "pack_mb_s", "unpack_mb_s", "chunk_us"), map(float, line.split("\t"))))
            for line in out.splitlines()]
    print("%9s %11s %9s %12s %12s %14s" % ("block", "dictionary", "x text", "pack MB/s", "unpack MB/s", "one chunk us"))
    for r in rows:
        print("%9d %11d %9.3f %12.0f %12.0f %14.1f" % (r["block"], r["dictionary"], r["packed"], r["pack_mb_s"], r["unpack_mb_s"], r["chunk_us"]))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
