#!/usr/bin/env python3
"""What a change costs: a one-file commit until it is searchable, and a second branch that differs in 1 % of its files.

usage: bench/update/bench_update.py [--corpus DIR] [--gaz PROGRAM] [--commits N] [--json FILE]

The repository borrows the corpus's objects and has a branch `main`. Each commit changes one file (another one each time) and is
made with git's plumbing; timed is `POST /v1/index?wait=1` to a running server, and after it a search that must find the new word.
Next to it what the other tools do about a commit: codesearch indexes the tree again.
"""
import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench", "search"))
import bench_search  # noqa: E402  (the path is set just above)


class Repository:
    """A bare repository that grows by plumbing alone."""

    def __init__(self, corpus, path):
        who = {"GIT_%s_%s" % (role, what): "bench" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.path = path
        self.env = dict(os.environ, GIT_DIR=path, GIT_INDEX_FILE=path + "/bench-index", **who)
        objects = os.path.join(self.git("rev-parse", "--absolute-git-dir", cwd=corpus, env=dict(os.environ)).strip(), "objects")
        tree = self.git("rev-parse", "HEAD^{tree}", cwd=corpus, env=dict(os.environ)).strip()
        self.git("init", "-q", "--bare", "-b", "main", path, env=dict(os.environ))
        with open(path + "/objects/info/alternates", "w", encoding="utf-8") as file:
            file.write(objects + "\n")
        self.git("read-tree", tree)
        self.head = self.git("commit-tree", tree, "-m", "corpus").strip()
        self.git("update-ref", "refs/heads/main", self.head)
        listing = self.git("ls-files", "-s", "-z").split("\0")
        self.files = [entry.split("\t", 1)[1] for entry in listing if entry.startswith("100644")]

    def git(self, *args, data=None, cwd=None, env=None):
        done = subprocess.run(["git", *args], env=env or self.env, cwd=cwd, input=data, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode("utf-8", "surrogateescape")

    def commit(self, branch, paths, word, before=b""):
        """A commit on `branch` in which each of the files has one more line at its end, and `before` at its beginning."""
        ids = []
        for path in paths:
            text = subprocess.run(["git", "cat-file", "blob", ":" + path], env=self.env, stdout=subprocess.PIPE, check=True).stdout
            ids.append(self.git("hash-object", "-w", "--stdin", data=before + text + b"\n/* %s */\n" % word.encode()).strip())
        lines = "".join("100644 blob %s\t%s\0" % pair for pair in zip(ids, paths)).replace(" blob ", " ")
        self.git("update-index", "-z", "--index-info", data=lines.encode("utf-8", "surrogateescape"))
        commit = self.git("commit-tree", self.git("write-tree").strip(), "-p", self.head, "-m", word).strip()
        self.git("update-ref", "refs/heads/" + branch, commit)
        return commit


def ask(connection, method, path, body=None):
    connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 400:
        sys.exit("bench: %s %s: %s" % (method, path, text[:300]))
    return json.loads(text)


def one_commit(connection, repository, number):
    word = "zqupdate%dx" % number
    path = repository.files[number * 7919 % len(repository.files)]
    repository.head = repository.commit("main", [path], word)
    start = time.perf_counter()
    ask(connection, "POST", "/v1/index?wait=1", {"repo": "corpus", "text_only": True})
    indexed = time.perf_counter()
    found = ask(connection, "GET", "/v1/search?" + urllib.parse.urlencode({"q": word}))
    if [f["path"] for f in found["files"]] != [path]:
        sys.exit("bench: %s is not found in %s" % (word, path))
    return {"index": indexed - start, "search": time.perf_counter() - indexed}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--commits", type=int, default=31)
    parser.add_argument("--json")
    args = parser.parse_args()
    corpus = bench_search.corpus_of(args)
    scratch = tempfile.mkdtemp(prefix="gaz-bench-")
    home = os.path.join(scratch, "home")
    env = dict(os.environ, GAZ_HOME=home)
    result, server = {}, None
    try:
        repository = Repository(corpus, os.path.join(scratch, "corpus.git"))
        subprocess.run([args.gaz, "add", repository.path, "--name", "corpus", "--branches", "*", "--no-index"], env=env,
                       stdout=subprocess.DEVNULL, check=True)
        subprocess.run([args.gaz, "index", "corpus", "--text-only"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        server = bench_search.Server(args.gaz, home)
        connection = http.client.HTTPConnection("127.0.0.1", server.connection.port, timeout=120)
        one_commit(connection, repository, 0)
        rounds = [one_commit(connection, repository, i + 1) for i in range(args.commits)]
        times = sorted(r["index"] for r in rounds)
        result["update"] = {"median": statistics.median(times), "p90": times[len(times) * 9 // 10], "most": times[-1],
                            "search": statistics.median(r["search"] for r in rounds)}
        before = bench_search.tree_bytes(home)
        repository.commit("second", repository.files[::100], "zqbranch")
        start = time.perf_counter()
        ask(connection, "POST", "/v1/index?wait=1", {"repo": "corpus", "text_only": True})
        result["branch"] = {"seconds": time.perf_counter() - start, "files": len(repository.files[::100]), "before": before,
                            "added": bench_search.tree_bytes(home) - before}
        again = bench_search.timed(["cindex", corpus], env=dict(os.environ, CSEARCHINDEX=os.path.join(scratch, "csearchindex")))[0] \
            if shutil.which("cindex") else None
        result["codesearch"] = again
    finally:
        if server:
            server.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    u, b = result["update"], result["branch"]
    print("one-file commit, %d times: searchable after %.0f ms at the median (p90 %.0f, most %.0f); the search itself %.1f ms" % (
        args.commits, u["median"] * 1e3, u["p90"] * 1e3, u["most"] * 1e3, u["search"] * 1e3))
    if result["codesearch"]:
        print("codesearch indexes the tree again: %.1f s, %.0f times as long" % (result["codesearch"], result["codesearch"] / u["median"]))
    print("a branch with %d changed files (1 %%): %.2f s, disk +%.2f MB = %.2f %%" % (
        b["files"], b["seconds"], b["added"] / 1e6, 100 * b["added"] / b["before"]))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
