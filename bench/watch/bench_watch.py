#!/usr/bin/env python3
"""How long after a save a file is found, in a work tree of the corpus: watched by the server, and looked at on demand.

usage: bench/watch/bench_watch.py [--corpus DIR] [--gaz PROGRAM] [--saves N] [--json FILE] [--keep DIR]

The corpus is checked out beside its repository (objects are shared). Each save adds a line with a word that is nowhere else to a
file chosen at random; half of the saves write in place, half write another file and rename it, as editors do. The clock runs from
the end of the save until an answer over HTTP has the file; questions follow each other after a millisecond.
Bytes are those that the server and its workers hand to the block layer (/proc/PID/io), the save's own not among them.
Peers search the same tree for the word: git grep --untracked and ripgrep, both told not to look at ignore files (the corpus's own
hide most of it).
"""
import argparse
import http.client
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NAME = "linux"
RUN = "%08x" % random.SystemRandom().getrandbits(32)  # words are new in a tree that was kept, too
PAUSE_S = 0.001  # between questions


class Server:
    """gaz serve, with or without a watch over work trees."""

    def __init__(self, gaz, home, log, watch):
        env = dict(os.environ, GAZ_HOME=home, GAZ_SERVER_WATCH="true" if watch else "false")
        self.log = open(log, "w+", encoding="utf-8")
        self.process = subprocess.Popen([gaz, "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE, stderr=self.log, text=True)
        port = int(re.search(r":(\d+)/", self.process.stdout.readline()).group(1))
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def search(self, query, rev):
        """Files found."""
        self.connection.request("GET", "/v1/search?" + urllib.parse.urlencode({"q": query, "repo": NAME, "rev": rev}))
        answer = json.loads(self.connection.getresponse().read())
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["stats"]["files"]

    def wait_for_watch(self):
        while True:
            with open(self.log.name, encoding="utf-8") as file:
                if " added, " in file.read():
                    return
            time.sleep(0.05)

    def processes(self):
        """The server, and whoever works for it."""
        found = [self.process.pid]
        for pid in os.listdir("/proc"):
            try:
                with open("/proc/%s/stat" % pid, encoding="utf-8") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            if parent == self.process.pid:
                found.append(int(pid))
        return found

    def written(self):
        total = 0
        for pid in self.processes():
            try:
                with open("/proc/%d/io" % pid, encoding="utf-8") as file:
                    total += int(re.search(r"^write_bytes: (\d+)", file.read(), re.M).group(1))
            except OSError:
                pass
        return total

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def save(tree, path, word, rename):
    """@return when it was done"""
    full = os.path.join(tree, path)
    if rename:
        shutil.copyfile(full, full + ".swp~")
        with open(full + ".swp~", "a", encoding="utf-8") as file:
            file.write("/* %s */\n" % word)
        os.rename(full + ".swp~", full)
    else:
        with open(full, "a", encoding="utf-8") as file:
            file.write("/* %s */\n" % word)
    return time.perf_counter()


def measure_saves(server, tree, files, count, rng, watched):
    rows = []
    for i in range(count):
        word = "gazsave%s%06d%s" % ("w" if watched else "d", i, RUN)
        path = rng.choice(files)
        before = server.written()
        done = save(tree, path, word, i % 2 == 1)
        questions = 0
        while True:
            questions += 1
            if server.search(word, "worktree") == 1:
                break
            if time.perf_counter() - done > 30:
                raise RuntimeError("%s was saved in %s and is not found" % (word, path))
            time.sleep(PAUSE_S)
        seconds = time.perf_counter() - done
        time.sleep(0.3)  # what is published late is counted, too
        rows.append({"path": path, "rename": i % 2 == 1, "seconds": seconds, "questions": questions, "bytes": server.written() - before})
    return rows


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]


def peer(command, cwd, reps=5):
    times = []
    for _ in range(reps):
        start = time.perf_counter()
        subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def prepare(args, scratch):
    corpus = args.corpus or subprocess.run([os.path.join(ROOT, "bench/corpus.sh")], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    tree = os.path.join(scratch, "tree")
    if not os.path.exists(tree):
        subprocess.run(["git", "clone", "-q", "--shared", corpus, tree], check=True)
        subprocess.run(["git", "-C", tree, "checkout", "-q"], check=True)
    home = os.path.join(scratch, "home")
    if not os.path.exists(home):
        subprocess.run([args.gaz, "add", tree, "--name", NAME], env=dict(os.environ, GAZ_HOME=home), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
    return tree, home


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--saves", type=int, default=60)
    parser.add_argument("--json")
    parser.add_argument("--keep", help="a directory to work in and to leave as it is")
    args = parser.parse_args()
    scratch = args.keep or tempfile.mkdtemp(prefix="gaz-bench-")
    os.makedirs(scratch, exist_ok=True)
    rng = random.Random(7)
    result = {}
    try:
        tree, home = prepare(args, scratch)
        listing = subprocess.run(["git", "-C", tree, "ls-files", "-z", "*.c", "*.h"], stdout=subprocess.PIPE, check=True).stdout
        files = [f.decode() for f in listing.split(b"\0") if f]
        server = Server(args.gaz, home, os.path.join(scratch, "watch.log"), True)
        start = time.perf_counter()
        server.wait_for_watch()
        result["ready_s"] = time.perf_counter() - start
        measure_saves(server, tree, files, 5, rng, True)
        result["watched"] = measure_saves(server, tree, files, args.saves, rng, True)
        server.stop()
        server = Server(args.gaz, home, os.path.join(scratch, "demand.log"), False)
        server.search("gaznothing", "worktree")
        result["demand"] = measure_saves(server, tree, files, max(3, args.saves // 6), rng, False)
        server.stop()
        word = "gazsavew%06d%s" % (args.saves - 1, RUN)
        result["peers"] = {"git grep --untracked": peer(["git", "grep", "--untracked", "--no-exclude-standard", "-lF", word], tree)}
        if shutil.which("rg"):
            result["peers"]["ripgrep"] = peer(["rg", "--no-ignore", "-lF", word, "."], tree)
    finally:
        if not args.keep:
            shutil.rmtree(scratch, ignore_errors=True)
    print("%-36s %9s %9s %9s %14s" % ("", "median ms", "p99 ms", "most ms", "bytes a save"))
    for name, title in (("watched", "found after a save, watched"), ("demand", "found after a save, looked at on demand")):
        ms = [r["seconds"] * 1e3 for r in result[name]]
        print("%-36s %9.1f %9.1f %9.1f %14.0f" % (title, statistics.median(ms), percentile(ms, 99), max(ms), statistics.median(r["bytes"] for r in result[name])))
    for name, seconds in result["peers"].items():
        print("%-36s %9.1f" % (name, seconds * 1e3))
    print("the watch was ready after %.1f s" % result["ready_s"])
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
