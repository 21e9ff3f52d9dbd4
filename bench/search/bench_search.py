#!/usr/bin/env python3
"""Index build, disk and query latency next to ripgrep, codesearch and git grep, in one run on one machine.

usage: bench/search/bench_search.py [--corpus DIR] [--gaz PROGRAM] [--reps N] [--only IDS] [--json FILE] [--skip-peers]

Prints a table and writes JSON. Client wall time for every peer, best of --reps; ratios are peer / gaz (above 1: gaz is faster).
gaz answers over HTTP keep-alive with its block cache warm; every query carries a harmless atom that is unique, so that no cache
of answers could help. Line counts of gaz and ripgrep are compared: a difference fails the run.
"""
import argparse
import http.client
import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def timed(command, **kwargs):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **kwargs)
    return time.perf_counter() - start, done


def best(reps, command, **kwargs):
    runs = [timed(command, **kwargs) for _ in range(reps)]
    return min(r[0] for r in runs), runs[0][1]


def tree_bytes(path):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(path) for f in files)


def read_queries(only):
    queries = []
    with open(os.path.join(HERE, "queries.tsv"), encoding="utf-8") as file:
        for line in file:
            ident, kind, text, flags = line.rstrip("\n").split("\t")
            literal = kind.startswith(("literal", "unicode-literal", "icase-mid", "icase-rare"))
            if not only or ident in only:
                queries.append({"id": ident, "text": text, "literal": literal, "fold": "i" in flags})
    return queries


def gaz_query(query, unique):
    text = query["text"]
    if query["literal"]:
        atom = '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')
    else:
        atom = "/%s/" % text.replace("/", "\\/")
    return "%s case:%s -file:^zz%d$" % (atom, "no" if query["fold"] else "yes", unique)


class Server:
    def __init__(self, gaz, home):
        self.process = subprocess.Popen([gaz, "serve", "--listen", "127.0.0.1:0"], env=dict(os.environ, GAZ_HOME=home),
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = int(re.search(r":(\d+)/", self.process.stdout.readline()).group(1))
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.unique = 0

    def search(self, query, suffix):
        self.unique += 1
        path = "/v1/search?" + urllib.parse.urlencode({"q": gaz_query(query, self.unique) + suffix, "limit": 50})
        start = time.perf_counter()
        self.connection.request("GET", path)
        body = self.connection.getresponse().read()
        return time.perf_counter() - start, body

    def rss_anon(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1)) * 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def build(gaz, corpus, home):
    env = dict(os.environ, GAZ_HOME=home)
    subprocess.run([gaz, "add", corpus, "--name", "corpus", "--no-index"], env=env, stdout=subprocess.DEVNULL, check=False)
    seconds, done = timed([gaz, "index", "corpus"], env=env)
    if done.returncode != 0:
        sys.exit("bench: gaz index failed")
    status = json.loads(subprocess.run([gaz, "status", "--json"], env=env, stdout=subprocess.PIPE, check=True).stdout)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return {"seconds": seconds, "peak_bytes": peak, "disk_bytes": tree_bytes(home), "text_bytes": status["index"]["text_bytes"]}


def peers_of(query, corpus, index, reps):
    fold = ["-i"] if query["fold"] else []
    fixed = ["-F"] if query["literal"] else []
    rg, rg_out = best(reps, ["rg", "--no-config", "--no-ignore", "--hidden", "--glob", "!.git", "--crlf", "-c", *fold, *fixed, "-e",
                             query["text"], "."], cwd=corpus)
    lines = sum(int(l.rsplit(b":", 1)[1]) for l in rg_out.stdout.splitlines())
    grep, _ = best(max(1, reps // 2), ["git", "-C", corpus, "grep", "-c", "-a", *fold, *(fixed or ["-P"]), "-e", query["text"]])
    csearch = None
    if index:
        pattern = re.escape(query["text"]) if query["literal"] else query["text"]
        csearch, _ = best(reps, ["csearch", "-c", *fold, pattern], env=dict(os.environ, CSEARCHINDEX=index))
    return {"rg": rg, "git grep": grep, "csearch": csearch, "lines": lines}


def geometric(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--json")
    parser.add_argument("--skip-peers", action="store_true")
    args = parser.parse_args()
    corpus = args.corpus or subprocess.run([os.path.join(ROOT, "bench/corpus.sh")], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    scratch = tempfile.mkdtemp(prefix="gaz-bench-")
    home = os.path.join(scratch, "home")
    index = None
    result = {"queries": []}
    failed = False
    try:
        result["build"] = build(args.gaz, corpus, home)
        b = result["build"]
        print("build: %.1f s, peak memory %.0f MiB, disk %.0f MB = %.3f x text (%.0f MB)" % (
            b["seconds"], b["peak_bytes"] / 2**20, b["disk_bytes"] / 1e6, b["disk_bytes"] / b["text_bytes"], b["text_bytes"] / 1e6))
        if shutil.which("cindex") and not args.skip_peers:
            index = os.path.join(scratch, "csearchindex")
            result["cindex_seconds"], _ = timed(["cindex", corpus], env=dict(os.environ, CSEARCHINDEX=index))
            print("cindex: %.1f s, %.0f MB" % (result["cindex_seconds"], os.path.getsize(index) / 1e6))
        server = Server(args.gaz, home)
        print("%-4s %9s %9s %9s %9s %9s %9s %7s %7s %7s" % ("id", "lines", "all ms", "first50", "rg", "csearch", "git grep", "rg/", "cs/", "gg/"))
        for query in read_queries(args.only.split(",") if args.only else []):
            server.search(query, " count:all")
            everything = [server.search(query, " count:all") for _ in range(args.reps)]
            first = min(server.search(query, "")[0] for _ in range(args.reps))
            row = {"id": query["id"], "all": min(e[0] for e in everything), "first50": first}
            answer = json.loads(everything[0][1])
            row["lines"], row["complete"] = answer["stats"]["lines"], answer["complete"]
            if not args.skip_peers:
                peers = peers_of(query, corpus, index, max(2, args.reps // 2))
                if peers["lines"] != row["lines"]:
                    failed = True
                    print("%s: gaz finds %d lines, ripgrep %d" % (row["id"], row["lines"], peers["lines"]), file=sys.stderr)
                row.update({k: peers[k] for k in ("rg", "git grep", "csearch")})
            result["queries"].append(row)
            ms = lambda k: "%9.1f" % (row[k] * 1e3) if row.get(k) else "        -"
            ratio = lambda k: "%7.1f" % (row[k] / row["all"]) if row.get(k) else "      -"
            print("%-4s %9d %9.2f %9.2f %s %s %s %s %s %s" % (row["id"], row["lines"], row["all"] * 1e3, row["first50"] * 1e3, ms("rg"), ms("csearch"),
                                                             ms("git grep"), ratio("rg"), ratio("csearch"), ratio("git grep")), flush=True)
        result["rss_anon"] = server.rss_anon()
        server.stop()
        if not args.skip_peers:
            for peer in ("rg", "csearch", "git grep"):
                ratios = [q[peer] / q["all"] for q in result["queries"] if q.get(peer)]
                if ratios:
                    print("%-9s / gaz: geometric mean %.1f, least %.2f, slower than it on %d of %d" % (
                        peer, geometric(ratios), min(ratios), sum(r < 1 for r in ratios), len(ratios)))
        print("server RssAnon after all queries (block cache included): %.0f MiB" % (result["rss_anon"] / 2**20))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
