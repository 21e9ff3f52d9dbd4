#!/usr/bin/env python3
"""Index build, disk and query latency next to ripgrep, codesearch, git grep and zoekt, in one run on one machine.

usage: bench/search/bench_search.py [--corpus DIR] [--gaz PROGRAM] [--reps N] [--only IDS] [--json FILE] [--skip-peers]

Prints tables and writes JSON. Client wall time for every tool, medians of --reps; ratios are peer / gaz (above 1: gaz is faster).
gaz and zoekt answer over HTTP keep-alive. Every query to gaz carries a harmless atom that is unique, so that no cache of answers
could help. `all` is every match counted and 50 files rendered; `first` the first 50 files and nothing more; `cold` is `all` of a
server that has just been started and has answered a search without candidates, so that its tables are there and its block cache
is empty (the page cache is warm). `floor` is gaz-floor (floor.c): the corpus' text in memory, of which the candidates are
scanned on all cores, and nothing else; `packed` is the same with the candidates copied side by side. Line counts of gaz and ripgrep are compared: a difference fails the run. A tool that is not on PATH is left out: cindex and csearch (package codesearch), zoekt-git-index and zoekt-webserver
(github.com/sourcegraph/zoekt/cmd/..., built with Go).
"""
import argparse
import http.client
import json
import math
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NOTHING = {"text": "zzqqxx_not_there", "literal": True, "fold": False}
PEERS = ("rg", "csearch", "git grep", "zoekt all", "zoekt first")


def timed(command, **kwargs):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **kwargs)
    return time.perf_counter() - start, done


def median_of(reps, command, **kwargs):
    runs = [timed(command, **kwargs) for _ in range(reps)]
    return statistics.median(r[0] for r in runs), runs[0][1]


def tree_bytes(path):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(path) for f in files)


def anonymous_bytes(pid):
    """RssAnon of a process and its descendants."""
    total = 0
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as file:
            found = re.search(r"RssAnon:\s+(\d+)", file.read())
            total += int(found.group(1)) * 1024 if found else 0
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, task), encoding="ascii") as file:
                total += sum(anonymous_bytes(int(child)) for child in file.read().split())
    except (FileNotFoundError, ProcessLookupError):
        pass
    return total


def build_run(command, env):
    """Seconds and peak RssAnon (sampled every 20 ms) of a command and what it starts."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = [0]

    def watch():
        while process.poll() is None:
            peak[0] = max(peak[0], anonymous_bytes(process.pid))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    watcher.join()
    if code != 0:
        sys.exit("bench: %s failed" % command[0])
    return {"seconds": seconds, "peak_bytes": peak[0]}


def corpus_of(args):
    made = [os.path.join(ROOT, "bench/corpus.sh")]
    return args.corpus or subprocess.run(made, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def read_queries(only):
    queries = []
    with open(os.path.join(HERE, "queries.tsv"), encoding="utf-8") as file:
        for line in file:
            ident, kind, text, flags = line.rstrip("\n").split("\t")
            literal = kind.startswith(("literal", "unicode-literal", "icase-mid", "icase-rare"))
            if not only or ident in only:
                queries.append({"id": ident, "text": text, "literal": literal, "fold": "i" in flags})
    return queries


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def query_text(query):
    text = query["text"]
    if query["literal"]:
        atom = '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')
    else:
        atom = "/%s/" % text.replace("/", "\\/")
    return "%s case:%s" % (atom, "no" if query["fold"] else "yes")


class Server:
    """gaz serve."""

    def __init__(self, gaz, home, **settings):
        env = dict(os.environ, GAZ_HOME=home, **settings)
        self.process = subprocess.Popen([gaz, "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        port = int(re.search(r":(\d+)/", self.process.stdout.readline()).group(1))
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.unique = 0

    def query(self, query):
        self.unique += 1
        return "%s -file:^zz%d$" % (query_text(query), self.unique)

    def search(self, query, suffix):
        path = "/v1/search?" + urllib.parse.urlencode({"q": self.query(query) + suffix, "limit": 50})
        start = time.perf_counter()
        self.connection.request("GET", path)
        body = self.connection.getresponse().read()
        return time.perf_counter() - start, body

    def rss_anon(self):
        return anonymous_bytes(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Zoekt:
    """zoekt-webserver, asked over its JSON interface."""

    def __init__(self, index):
        port = free_port()
        self.process = subprocess.Popen(["zoekt-webserver", "-rpc", "-index", index, "-listen", "127.0.0.1:%d" % port],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        shards, deadline = len([f for f in os.listdir(index) if f.endswith(".zoekt")]), time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                result = json.loads(self.ask("a", {"MaxDocDisplayCount": 1})[1])["Result"]
                if result["ShardsScanned"] + result["ShardsSkipped"] + result["ShardsSkippedFilter"] >= shards:
                    return
            except (OSError, http.client.HTTPException, KeyError, TypeError, ValueError):
                self.connection.close()
            time.sleep(0.1)
        self.stop()
        sys.exit("bench: zoekt-webserver does not answer")

    def ask(self, text, options):
        body = json.dumps({"Q": text, "Opts": options})
        start = time.perf_counter()
        self.connection.request("POST", "/api/search", body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse().read()
        return time.perf_counter() - start, answer

    def search(self, query, everything):
        text = re.escape(query["text"]) if query["literal"] else query["text"]
        text = 'content:"%s" case:%s' % (text.replace("\\", "\\\\").replace('"', '\\"'), "no" if query["fold"] else "yes")
        options = {"MaxDocDisplayCount": 50}
        if everything:
            options.update(ShardMaxMatchCount=10**9, TotalMaxMatchCount=10**9, MaxWallTime=60 * 10**9)
        return self.ask(text, options)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def build_beside(gaz, name):
    """A program of this directory, in the build directory of gaz."""
    where = os.path.dirname(os.path.abspath(gaz))
    subprocess.run(["cmake", "--build", where, "--target", name], stdout=subprocess.DEVNULL, check=True)
    return os.path.join(where, name)


def build(gaz, corpus, home):
    env = dict(os.environ, GAZ_HOME=home)
    subprocess.run([gaz, "add", corpus, "--name", "corpus", "--no-index"], env=env, stdout=subprocess.DEVNULL, check=False)
    result = build_run([gaz, "index", "corpus", "--text-only"], env)
    status = json.loads(subprocess.run([gaz, "status", "--json"], env=env, stdout=subprocess.PIPE, check=True).stdout)
    result.update(disk_bytes=tree_bytes(home), text_bytes=status["index"]["text_bytes"])
    return result


def build_peers(corpus, scratch):
    builds = {}
    if shutil.which("cindex"):
        index = os.path.join(scratch, "csearchindex")
        builds["codesearch"] = build_run(["cindex", corpus], dict(os.environ, CSEARCHINDEX=index))
        builds["codesearch"]["disk_bytes"] = os.path.getsize(index)
        builds["codesearch"]["index"] = index
    if shutil.which("zoekt-git-index"):
        index = os.path.join(scratch, "zoekt")
        builds["zoekt"] = build_run(["zoekt-git-index", "-disable_ctags", "-parallelism", str(os.cpu_count()), "-index", index, corpus],
                                    dict(os.environ))
        builds["zoekt"]["disk_bytes"] = tree_bytes(index)
        builds["zoekt"]["index"] = index
    return builds


def peers_of(query, corpus, builds, zoekt, reps):
    fold = ["-i"] if query["fold"] else []
    fixed = ["-F"] if query["literal"] else []
    few = max(2, reps // 3)
    row = {}
    row["rg"], out = median_of(few, ["rg", "--no-config", "--no-ignore", "--hidden", "--glob", "!.git", "--crlf", "-c", *fold, *fixed, "-e",
                                     query["text"], "."], cwd=corpus)
    row["rg_lines"] = sum(int(l.rsplit(b":", 1)[1]) for l in out.stdout.splitlines())
    row["git grep"], _ = median_of(few, ["git", "-C", corpus, "grep", "-c", "-a", *fold, *(fixed or ["-P"]), "-e", query["text"]])
    if "codesearch" in builds:
        pattern = re.escape(query["text"]) if query["literal"] else query["text"]
        row["csearch"], _ = median_of(few, ["csearch", "-c", *fold, pattern], env=dict(os.environ, CSEARCHINDEX=builds["codesearch"]["index"]))
    if zoekt:
        for key, everything in (("zoekt all", True), ("zoekt first", False)):
            slow = zoekt.search(query, everything)[0] > 1
            row[key] = statistics.median(zoekt.search(query, everything)[0] for _ in range(few if slow else reps))
    return row


def cold_time(gaz, home, query, reps):
    """A virtual machine's memory that was idle comes back from its host at a fortieth of the usual speed: the first server takes
    it, and the ones after it find it there. What a server with an empty cache needs should not depend on who used memory before."""
    times = []
    for _ in range(1 + max(3, reps // 3)):
        server = Server(gaz, home)
        server.search(NOTHING, " count:all")
        times.append(server.search(query, " count:all")[0])
        server.stop()
    return statistics.median(times[1:])


def floors(program, home, queries, reps):
    """What gaz-floor needs for the chunks that the index leaves for each query."""
    lines = []
    for query in queries:
        pattern = "".join("\\x%02x" % byte for byte in query["text"].encode()) if query["literal"] else query["text"]
        lines.append("%s\t%s\t%s" % (query_text(query), pattern, "i" if query["fold"] else "-"))
    out = subprocess.run([program, home, str(reps)], input="\n".join(lines) + "\n", stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split("\t") for line in out.splitlines()]
    return [{"chunks": int(r[0]), "chunk_bytes": int(r[1]), "floor": float(r[3]) / 1e3, "packed": float(r[4]) / 1e3} for r in rows]


def measure(server, query, reps):
    """Warm times, and how many of the exhaustive top ten the first 50 hold."""
    everything = json.loads(server.search(query, " count:all")[1])
    first = json.loads(server.search(query, "")[1])
    best, shown = [f["path"] for f in everything["files"][:10]], {f["path"] for f in first["files"]}
    return {
        "all": statistics.median(server.search(query, " count:all")[0] for _ in range(reps)),
        "first": statistics.median(server.search(query, "")[0] for _ in range(reps)),
        "lines": everything["stats"]["lines"],
        "complete": everything["complete"],
        "candidates": everything["stats"]["candidates"],
        "all_bytes": everything["stats"]["bytes_scanned"],
        "first_bytes": first["stats"]["bytes_scanned"],
        "top10": sum(path in shown for path in best) / len(best) if best else 1.0,
    }


def geometric(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def cell(value, scale, digits):
    return "%9.*f" % (digits, value * scale) if value is not None else "%9s" % "-"


def print_builds(result):
    print("%-12s %9s %12s %9s %9s" % ("build", "seconds", "anon MiB", "disk MB", "x text"))
    for name, b in [("gaz", result["build"]), *result["peer_builds"].items()]:
        print("%-12s %9.1f %12.0f %9.0f %9.3f" % (name, b["seconds"], b["peak_bytes"] / 2**20, b["disk_bytes"] / 1e6,
                                                b["disk_bytes"] / result["build"]["text_bytes"]))


def print_work(rows):
    print("%-4s %10s %10s %10s %12s   (what the index leaves, and what was read of it)" % ("id", "files", "chunks", "all MB", "first MB"))
    for r in rows:
        print("%-4s %10d %10d %10.1f %12.1f" % (r["id"], r["candidates"], r["chunks"], r["all_bytes"] / 1e6, r["first_bytes"] / 1e6))


def print_summary(rows):
    for peer, mine in (("rg", "all"), ("csearch", "all"), ("git grep", "all"), ("zoekt all", "all"), ("zoekt first", "first"),
                       ("rg", "cold"), ("csearch", "cold"), ("zoekt all", "cold")):
        ratios = {r["id"]: r[peer] / r[mine] for r in rows if r.get(peer) and r.get(mine)}
        if ratios:
            slower = [k for k, v in ratios.items() if v < 1]
            print("%-11s / gaz %-5s: geometric mean %6.1f, least %5.2f, slower on %d of %d %s" % (
                peer, mine, geometric(list(ratios.values())), min(ratios.values()), len(slower), len(ratios), " ".join(slower)))
    over = {r["id"]: r["all"] / max(0.001, 2 * r["floor"]) for r in rows}
    print("all / max(1 ms, 2 x floor): geometric mean %.2f, most %.2f, above 1 on %s" % (
        geometric(list(over.values())), max(over.values()), " ".join(k for k, v in over.items() if v > 1) or "none"))
    print("first above 2 ms on %s" % (" ".join(r["id"] for r in rows if r["first"] > 0.002) or "none"))
    print("first 50 hold %.2f of the exhaustive top ten on average" % (10 * statistics.mean(r["top10"] for r in rows)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--reps", type=int, default=9)
    parser.add_argument("--only", default="")
    parser.add_argument("--json")
    parser.add_argument("--skip-peers", action="store_true")
    args = parser.parse_args()
    corpus = corpus_of(args)
    queries = read_queries(args.only.split(",") if args.only else [])
    scratch = tempfile.mkdtemp(prefix="gaz-bench-")
    home = os.path.join(scratch, "home")
    failed = False
    zoekt = server = None
    try:
        result = {"build": build(args.gaz, corpus, home)}
        result["peer_builds"] = {} if args.skip_peers else build_peers(corpus, scratch)
        print_builds(result)
        floor_program = build_beside(args.gaz, "gaz-floor")
        if "zoekt" in result["peer_builds"]:
            zoekt = Zoekt(result["peer_builds"]["zoekt"]["index"])
        server = Server(args.gaz, home)
        rows = [dict(id=q["id"], **measure(server, q, args.reps)) for q in queries]
        result["rss_anon"] = server.rss_anon()
        server.stop()
        server = None
        for row, query, floor in zip(rows, queries, floors(floor_program, home, queries, args.reps)):
            row.update(floor, cold=cold_time(args.gaz, home, query, args.reps))
        columns = ("all", "floor", "packed", "first", "cold", *PEERS)
        print("%-4s %8s %5s" % ("id", "lines", "top10") + "".join("%10s" % (c if c != "zoekt first" else "zoekt 1st") for c in columns) + "   (ms)")
        for row, query in zip(rows, queries):
            if not args.skip_peers:
                row.update(peers_of(query, corpus, result["peer_builds"], zoekt, args.reps))
                if row["rg_lines"] != row["lines"]:
                    failed = True
                    print("%s: gaz finds %d lines, ripgrep %d" % (row["id"], row["lines"], row["rg_lines"]), file=sys.stderr)
            print("%-4s %8d %5.1f" % (row["id"], row["lines"], 10 * row["top10"]) + "".join(" " + cell(row.get(c), 1e3, 2) for c in columns), flush=True)
        result["queries"] = rows
        print_work(rows)
        print_summary(rows)
        print("server RssAnon after all queries (block cache included): %.0f MiB" % (result["rss_anon"] / 2**20))
    finally:
        for process in (zoekt, server):
            if process:
                process.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
