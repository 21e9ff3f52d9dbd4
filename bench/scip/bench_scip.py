#!/usr/bin/env python3
"""What importing a SCIP index costs and changes: bench_scip.py GAZ REPOSITORY INDEX [--sample N] [--json FILE]

GAZ is the program, REPOSITORY a checkout whose HEAD the index was made of, INDEX a file of scip-python, scip-typescript or the like.
Starts a server on a data directory of its own, asks for the definition of every use that the index binds to a place in the tree
(or of N of them), imports the index, asks again, and compares: with the compiler, and the time of answers. The index is read here
without our reader.
"""
import argparse
import collections
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "precision"))
from oracle_scip import fields, numbers  # noqa: E402


def read_index(path, tree):
    """The uses of symbols that have a definition in the index: (path, line, column in bytes, text) → places of definitions."""
    definitions, uses = collections.defaultdict(set), []
    for number, document in fields(open(path, "rb").read()):
        if number != 2:
            continue
        name, occurrences = None, []
        for key, value in fields(document):
            if key == 1:
                name = value.decode()
            elif key == 2:
                parts = {1: b"", 2: b"", 3: 0}
                parts.update(dict(fields(value)))
                occurrences.append((numbers(parts[1]), parts[2].decode(), parts[3]))
        try:
            lines = open(os.path.join(tree, name), encoding="utf-8").read().split("\n")
        except (OSError, UnicodeDecodeError):
            continue
        for place, symbol, roles in occurrences:
            if symbol.startswith("local "):
                continue
            line, column = place[0], place[1]
            end = place[2] if len(place) == 3 else None
            text = lines[line].encode("utf-16-le")
            at = len(text[:2 * column].decode("utf-16-le", "replace").encode())
            word = text[2 * column:2 * end].decode("utf-16-le", "replace") if end is not None else ""
            if roles & 1:
                definitions[symbol].add((name, line + 1))
            elif re.fullmatch(r"\w+", word):
                uses.append((name, line + 1, at + 1, symbol))
    return [(p, l, c, definitions[s]) for p, l, c, s in uses if definitions.get(s)]


class Server:
    def __init__(self, gaz, home):
        self.env = dict(os.environ, GAZ_HOME=home)
        self.process = subprocess.Popen([gaz, "serve", "--listen", "127.0.0.1:0"], env=self.env, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                self.url = "http://" + json.load(open(os.path.join(home, "server.json")))["address"]
                self.get("/healthz")
                return
            except (OSError, ValueError, KeyError):
                time.sleep(0.02)
        raise SystemExit("the server does not answer")

    def get(self, path, **query):
        url = self.url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            with urllib.request.urlopen(url, timeout=120) as answer:
                return json.load(answer) if path != "/healthz" else None
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise SystemExit(f"{url}: {error.read().decode()}")

    def post(self, path, body, **query):
        request = urllib.request.Request(self.url + path + "?" + urllib.parse.urlencode(query), data=body,
                                         headers={"Content-Type": "application/x-protobuf"}, method="POST")
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def ask(server, uses):
    """Each use as (method, whether one of the answers is the compiler's), and what the answers took."""
    out, times = [], []
    for path, line, column, wanted in uses:
        answer = server.get("/v1/definition", at=f"{path}:{line}:{column}")
        if answer is None:
            out.append(("no name", False))
            continue
        times.append(answer["took_us"])
        targets = {(t["path"], t.get("line", 1)) for t in answer["targets"]}
        out.append((answer["method"], bool(targets & wanted) and answer["method"] != "ambiguous"))
    return out, times


def tell(name, answers, times):
    edges = [same for method, same in answers if method not in ("none", "ambiguous", "local", "no name")]
    methods = collections.Counter(method for method, _ in answers)
    row = {"uses": len(answers), "edges": len(edges), "as_the_compiler": sum(edges),
           "recall": round(sum(edges) / len(answers), 4), "precise": round(sum(edges) / max(1, len(edges)), 4),
           "p50_us": int(statistics.median(times)), "p99_us": int(sorted(times)[len(times) * 99 // 100]), "methods": dict(methods)}
    print(f"{name:<8} {row['edges']:>7} {row['as_the_compiler']:>9} {row['recall']:>8.1%} {row['precise']:>8.1%} "
          f"{row['p50_us']:>7} {row['p99_us']:>7}  " + ", ".join(f"{m} {n}" for m, n in methods.most_common()))
    return row


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gaz")
    parser.add_argument("repository")
    parser.add_argument("index")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--json")
    args = parser.parse_args()
    gaz, tree = os.path.abspath(args.gaz), os.path.abspath(args.repository)
    uses = read_index(args.index, tree)
    if args.sample and args.sample < len(uses):
        uses = random.Random(1).sample(uses, args.sample)
    data = open(args.index, "rb").read()
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([gaz, "add", tree, "--name", "tree"], env=dict(os.environ, GAZ_HOME=home), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = Server(gaz, home)
        try:
            server.get("/v1/definition", at="%s:%d:%d" % uses[0][:3])
            before = ask(server, uses)
            start = time.time()
            imported = server.post("/v1/scip", data)
            took = time.time() - start
            start = time.time()
            server.get("/v1/definition", at="%s:%d:%d" % uses[0][:3])
            first = time.time() - start
            after = ask(server, uses)
        finally:
            server.stop()
    print(f"{imported['tool']} {imported['version']}: {imported['documents']} files, {imported['occurrences']} occurrences; "
          f"{len(data)} bytes came, {imported['bytes']} are kept ({imported['bytes'] / len(data):.1%}); "
          f"imported in {took * 1000:.0f} ms, first answer after it {first * 1000:.1f} ms")
    print(f"{'':<8} {'edges':>7} {'compiler':>9} {'recall':>8} {'precise':>8} {'p50 us':>7} {'p99 us':>7}")
    result = {"import_ms": round(took * 1000, 1), "first_ms": round(first * 1000, 1), "uploaded": len(data), "imported": imported,
              "before": tell("before", *before), "after": tell("after", *after)}
    if args.json:
        with open(args.json, "w") as out:
            json.dump(result, out, indent=1)


if __name__ == "__main__":
    main()
