#!/usr/bin/env python3
"""The corpus as one repository and as a thousand: first-50 latencies, start-up, open files and memory.

usage: bench/many/bench_many.py [--corpus DIR] [--gaz PROGRAM] [--repositories N] [--reps N] [--json FILE]

The small repositories hold neighbouring files of the corpus, about as many each, and borrow its objects.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench", "search"))
import bench_search  # noqa: E402  (the path is set just above)


def split(corpus, count, out):
    """Makes the repositories; returns their paths."""
    listing = subprocess.run(["git", "-C", corpus, "ls-tree", "-r", "-z", "HEAD"], stdout=subprocess.PIPE, check=True).stdout
    entries = [e for e in listing.split(b"\0") if e]
    who = {"GIT_%s_%s" % (role, what): "bench" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    objects = os.path.join(subprocess.run(["git", "-C", corpus, "rev-parse", "--absolute-git-dir"], stdout=subprocess.PIPE, text=True,
                                          check=True).stdout.strip(), "objects")
    paths = []
    for i in range(count):
        part = entries[len(entries) * i // count:len(entries) * (i + 1) // count]
        path = os.path.join(out, "part%04d.git" % i)
        env = dict(os.environ, GIT_DIR=path, GIT_INDEX_FILE=path + "/bench-index", **who)

        def git(*args, data=None):
            return subprocess.run(["git", *args], env=env, input=data, stdout=subprocess.PIPE, check=True).stdout.decode().strip()

        git("init", "-q", "--bare", "-b", "main", path)
        with open(path + "/objects/info/alternates", "w", encoding="utf-8") as file:
            file.write(objects + "\n")
        index = b"".join(e.replace(b" blob ", b" ", 1) + b"\0" for e in part)
        git("update-index", "-z", "--index-info", data=index)
        commit = git("commit-tree", git("write-tree"), "-m", "part")
        git("update-ref", "refs/heads/main", commit)
        os.remove(path + "/bench-index")
        paths.append(path)
    return paths


def ready_seconds(gaz, home):
    start = time.perf_counter()
    server = bench_search.Server(gaz, home)
    while True:
        server.connection.request("GET", "/readyz")
        answer = server.connection.getresponse()
        answer.read()
        if answer.status == 200:
            return time.perf_counter() - start, server
        time.sleep(0.005)


def measure(gaz, home, queries, reps):
    result = {}
    result["ready_s"], server = ready_seconds(gaz, home)
    result["first"] = {}
    for query in queries:
        server.search(query, " count:all")
        server.search(query, "")
        result["first"][query["id"]] = statistics.median(server.search(query, "")[0] for _ in range(reps))
    result["open_files"] = len(os.listdir("/proc/%d/fd" % server.process.pid))
    with open("/proc/%d/maps" % server.process.pid, encoding="utf-8") as file:
        result["mapped_files"] = len({line.split()[5] for line in file if len(line.split()) > 5 and home in line})
    result["rss_anon"] = server.rss_anon()
    server.stop()
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--repositories", type=int, default=1000)
    parser.add_argument("--reps", type=int, default=9)
    parser.add_argument("--json")
    args = parser.parse_args()
    corpus = bench_search.corpus_of(args)
    queries = bench_search.read_queries([])
    scratch = tempfile.mkdtemp(prefix="gaz-bench-")
    one, many = os.path.join(scratch, "one"), os.path.join(scratch, "many")
    result = {}
    try:
        bench_search.build(args.gaz, corpus, one)
        result["one"] = measure(args.gaz, one, queries, args.reps)
        parts = split(corpus, args.repositories, scratch)
        env = dict(os.environ, GAZ_HOME=many)
        start = time.perf_counter()
        for path in parts:
            subprocess.run([args.gaz, "add", path, "--no-index"], env=env, stdout=subprocess.DEVNULL, check=True)
        result["add_s"] = time.perf_counter() - start
        start = time.perf_counter()
        subprocess.run([args.gaz, "index", "--text-only"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        result["index_s"] = time.perf_counter() - start
        status = json.loads(subprocess.run([args.gaz, "status", "--json"], env=env, stdout=subprocess.PIPE, check=True).stdout)
        result["disk_bytes"], result["index_bytes"] = bench_search.tree_bytes(many), status["index"]["index_bytes"]
        result["many"] = measure(args.gaz, many, queries, args.reps)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print("%-4s %9s %9s %7s" % ("id", "one ms", "many ms", "many/"))
    ratios = []
    for ident, seconds in result["one"]["first"].items():
        ratios.append(result["many"]["first"][ident] / seconds)
        print("%-4s %9.2f %9.2f %7.2f" % (ident, seconds * 1e3, result["many"]["first"][ident] * 1e3, ratios[-1]))
    print("many / one: geometric mean %.2f, most %.2f" % (bench_search.geometric(ratios), max(ratios)))
    print("adding %d repositories %.1f s, indexing them %.1f s, segments %.0f MB, disk %.0f MB until what merges replaced is swept" % (
        args.repositories, result["add_s"], result["index_s"], result["index_bytes"] / 1e6, result["disk_bytes"] / 1e6))
    for name in ("one", "many"):
        r = result[name]
        print("%-4s ready after %.2f s, %d open files, %d of its files mapped, %.0f MiB anonymous" % (
            name, r["ready_s"], r["open_files"], r["mapped_files"], r["rss_anon"] / 2**20))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
