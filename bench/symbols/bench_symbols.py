#!/usr/bin/env python3
"""Symbols, references and the graph of a large tree: what they cost to make, to keep fresh and to ask.

usage: bench/symbols/bench_symbols.py [--corpus DIR] [--gaz PROGRAM] [--reps N] [--commits N] [--trees DIR...] [--json FILE] [--skip-peers]

- build: text alone, then symbols (`gaz index` on what has text), then the graph (the first question that needs it); seconds, peak
  RssAnon, and bytes of the segments beside the text.
- peers in the same run: universal-ctags over the same tree, once alone and once as two processes on half of the files each (it knows no
  references), and codebase-memory-mcp where it is on PATH (its npm package fetches a program when it is installed).
- ask: client wall time over HTTP keep-alive, medians of --reps; each question another name, so that no cache of answers helps.
- update: commits that change one file of a repository which borrows the corpus's objects; from the moment the new word is found in
  text until its definition, and the graph's new edge, are answered.
- languages: bytes a second and core for --trees (default: the corpus), by gaz-symbols-speed; ctags on the same files.
"""
import argparse
import http.client
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
for folder in ("search", "update"):
    sys.path.insert(0, os.path.join(ROOT, "bench", folder))
import bench_search  # noqa: E402  (the paths are set just above)
import bench_update  # noqa: E402

SEED = 6  # of the names and files that are asked about


class Asker:
    """One connection to a server."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.connection.port, timeout=300)

    def get(self, url, /, **query):
        start = time.perf_counter()
        self.connection.request("GET", url + "?" + urllib.parse.urlencode(query, doseq=True))
        answer = self.connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - start
        return seconds, answer.status, json.loads(body)


def peak_of(pid, work):
    """The most RssAnon of a process and its children while work() runs, and what it gives."""
    peak, done = [0], threading.Event()

    def watch():
        while not done.is_set():
            peak[0] = max(peak[0], bench_search.anonymous_bytes(pid))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = work()
    done.set()
    watcher.join()
    return result, peak[0]


def build(gaz, corpus, home):
    env = dict(os.environ, GAZ_HOME=home)
    subprocess.run([gaz, "add", corpus, "--name", "corpus", "--no-index"], env=env, stdout=subprocess.DEVNULL, check=True)
    text = bench_search.build_run([gaz, "index", "corpus", "--text-only"], env)
    before = bench_search.tree_bytes(home)
    symbols = bench_search.build_run([gaz, "index", "corpus"], env)
    status = json.loads(subprocess.run([gaz, "status", "--json"], env=env, stdout=subprocess.PIPE, check=True).stdout)
    return {"text": text, "symbols": symbols, "text_bytes": status["index"]["text_bytes"],
            "symbol_bytes": bench_search.tree_bytes(home) - before}


def names_of(asker, paths, rng):
    """Names of functions that files define."""
    names = []
    for path in paths:
        found = [s["name"] for s in asker.get("/v1/outline", path=path)[2].get("symbols", []) if s["kind"] == "function"]
        names += rng.sample(found, min(3, len(found)))
    return list(dict.fromkeys(names))


def with_uses(asker, names, wanted, low, high):
    """Names of one definition whose uses are between low and high."""
    found = []
    for name in names:
        answer = asker.get("/v1/references", name=name, limit=high + 1)[2]
        if not answer.get("ambiguous") and low <= answer.get("resolved", 0) <= high:
            found.append(name)
        if len(found) == wanted:
            break
    return found


# Functions of Linux with one definition that are used often; bench takes those with about 1,000 resolved uses.
OFTEN = ("clk_prepare_enable kobject_put device_register netdev_priv pci_set_master usb_submit_urb usb_free_urb request_irq free_irq "
         "pci_enable_device pci_disable_device regulator_enable regulator_disable clk_disable_unprepare platform_set_drvdata "
         "dma_alloc_coherent spi_register_driver i2c_smbus_read_byte_data i2c_smbus_write_byte_data snd_soc_component_update_bits "
         "device_property_read_u32 of_property_read_u32 of_node_put devm_clk_get platform_get_irq pm_runtime_enable regmap_update_bits "
         "regmap_write regmap_read dev_set_drvdata v4l2_ctrl_new_std media_entity_pads_init input_report_key input_sync "
         "unregister_netdev register_netdev free_netdev pci_write_config_word pci_read_config_word kthread_run usb_control_msg "
         "complete_all wake_up_process schedule_timeout_uninterruptible gpiod_set_value_cansleep mutex_is_locked").split()


def measure(asker, url, questions, reps):
    """Medians and the worst of one question each."""
    times = []
    for i in range(reps):
        seconds, status, answer = asker.get(url, **questions[i % len(questions)])
        if status != 200:
            sys.exit("bench: %s: %s" % (url, answer))
        times.append(seconds)
    times.sort()
    return {"median": statistics.median(times), "p90": times[len(times) * 9 // 10], "most": times[-1], "questions": len(questions)}


def ask(gaz, home, corpus, reps):
    server, result = bench_search.Server(gaz, home), {}
    rng = random.Random(SEED)
    try:
        asker = Asker(server)
        asker.get("/v1/symbols", name="main", match="exact")
        (seconds, _, _), peak = peak_of(server.process.pid, lambda: asker.get("/v1/deps/cycles", limit=1))
        result["graph"] = {"seconds": seconds, "peak_bytes": peak}
        tree = subprocess.run(["git", "ls-tree", "-r", "--name-only", "HEAD"], cwd=corpus, stdout=subprocess.PIPE, text=True, check=True)
        sources = [p for p in tree.stdout.splitlines() if p.endswith((".c", ".h"))]
        rng.shuffle(sources)
        names = names_of(asker, sources[:200], rng)
        often = with_uses(asker, OFTEN, 8, 700, 1500)
        changes = [{"change": sources[i * 10:i * 10 + 10]} for i in range(30)]
        result["symbols"] = measure(asker, "/v1/symbols", [{"name": n, "match": "exact"} for n in names], reps)
        result["symbols fuzzy"] = measure(asker, "/v1/symbols", [{"name": n[:-1]} for n in names], reps)
        result["definition"] = measure(asker, "/v1/definition", [{"name": n} for n in names], reps)
        if often:
            result["references 1,000"] = measure(asker, "/v1/references", [{"name": n, "limit": 1000} for n in often], reps)
        result["references"] = measure(asker, "/v1/references", [{"name": n} for n in names], reps)
        result["callers"] = measure(asker, "/v1/callers", [{"name": n} for n in names], reps)
        for direction in ("dependencies", "dependents"):
            questions = [{"path": p, "depth": 3, "direction": direction} for p in sources[:reps]]
            result["deps 3 " + direction] = measure(asker, "/v1/deps", questions, reps)
        result["impact 10 files"] = measure(asker, "/v1/impact", changes, reps)
        result["server"] = {"peak_bytes": bench_search.anonymous_bytes(server.process.pid)}
    finally:
        server.stop()
    return result


def until(asker, found, url, question):
    """Asks until an answer is as wanted."""
    start = time.perf_counter()
    while time.perf_counter() - start < 60:
        _, status, answer = asker.get(url, **question)
        if status == 200 and found(answer):
            return
    sys.exit("bench: %s %s never shows what was committed" % (url, question))


def one_commit(asker, repository, sources, number):
    """A file that gets a new function and one more include."""
    word = "zqsymbol%dx" % number
    path = sources[number * 7919 % len(sources)]
    text = "#include <linux/zlib.h>\nint %s(void)\n{\n    return 0;\n}\n" % word
    repository.head = repository.commit("main", [path], word, text.encode())
    start = time.perf_counter()
    asker.connection.request("POST", "/v1/index", json.dumps({"repo": "corpus"}), {"Content-Type": "application/json"})
    asker.connection.getresponse().read()
    until(asker, lambda a: a["files"], "/v1/search", {"q": word})
    text_at = time.perf_counter()
    until(asker, lambda a: a["total"] == 1, "/v1/symbols", {"name": word, "match": "exact"})
    symbols_at = time.perf_counter()
    until(asker, lambda a: any(f["path"] == "include/linux/zlib.h" for f in a["files"]), "/v1/deps", {"path": path})
    return {"text": text_at - start, "symbols": symbols_at - text_at, "graph": time.perf_counter() - text_at}


def update(gaz, corpus, scratch, commits):
    """Commits to a repository that has the corpus's tree."""
    home, server = os.path.join(scratch, "update-home"), None
    env = dict(os.environ, GAZ_HOME=home)
    repository = bench_update.Repository(corpus, os.path.join(scratch, "corpus.git"))
    sources = [f for f in repository.files if f.endswith(".c") and f.startswith(("drivers/", "fs/", "kernel/", "net/"))]
    subprocess.run([gaz, "add", repository.path, "--name", "corpus", "--no-index"], env=env, stdout=subprocess.DEVNULL, check=True)
    subprocess.run([gaz, "index", "corpus"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    server = bench_search.Server(gaz, home)
    try:
        asker = Asker(server)
        one_commit(asker, repository, sources, 0)
        rounds = [one_commit(asker, repository, sources, i + 1) for i in range(commits)]
    finally:
        server.stop()
    shutil.rmtree(home)
    spread = {}
    for what in ("text", "symbols", "graph"):
        times = sorted(r[what] for r in rounds)
        spread[what] = {"median": statistics.median(times), "p90": times[len(times) * 9 // 10], "most": times[-1]}
    return spread


# ---- peers ----

def ctags(corpus, scratch):
    """Alone, and two at once on half of the files each."""
    if not shutil.which("ctags"):
        return None
    names = subprocess.run(["git", "ls-files"], cwd=corpus, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    lists = []
    for i, part in enumerate((names, names[::2], names[1::2])):
        lists.append(os.path.join(scratch, "ctags-%d" % i))
        with open(lists[i], "w", encoding="utf-8") as file:
            file.write("\n".join(part) + "\n")
    command = ["ctags", "--sort=no", "--fields=+nKS", "--links=no", "-L"]
    start = time.perf_counter()
    alone = [subprocess.Popen(command + [lists[0], "-f", lists[0] + ".tags"], cwd=corpus, stderr=subprocess.DEVNULL)]
    [p.wait() for p in alone]
    middle = time.perf_counter()
    both = [subprocess.Popen(command + [name, "-f", name + ".tags"], cwd=corpus, stderr=subprocess.DEVNULL) for name in lists[1:]]
    [p.wait() for p in both]
    return {"alone": middle - start, "two": time.perf_counter() - middle, "bytes": os.path.getsize(lists[0] + ".tags")}


def codebase_memory(corpus, scratch):
    if not shutil.which("codebase-memory-mcp"):
        return None
    env = dict(os.environ, HOME=scratch, XDG_CACHE_HOME=scratch)
    command = ["codebase-memory-mcp", "cli", "index_repository", json.dumps({"repo_path": corpus})]
    return bench_search.build_run(command, env)


def languages(gaz, trees, scratch):
    lists = os.path.join(scratch, "lists")
    os.mkdir(lists)
    program = bench_search.build_beside(gaz, "gaz-symbols-speed")
    lines = subprocess.run([program, lists, *trees], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    table = []
    for line in lines:
        name, files, size, tree, facts, definitions, references = line.split("\t")
        row = {"name": name, "files": int(files), "bytes": int(size), "tree": float(tree), "facts": float(facts),
               "definitions": int(definitions), "references": int(references), "ctags": None}
        if shutil.which("ctags"):
            command = ["ctags", "--sort=no", "--fields=+nKS", "-f", os.devnull, "-L", os.path.join(lists, name)]
            row["ctags"] = bench_search.timed(command)[0]
        table.append(row)
    return sorted(table, key=lambda r: -r["bytes"])


# ---- telling ----

def tell_build(b, peers):
    text, symbols, graph = b["text"], b["symbols"], b["ask"]["graph"]
    total = symbols["seconds"] + graph["seconds"]
    print("text %.1f s; then symbols and references %.1f s, peak %.0f MiB; graph %.1f s, peak %.0f MiB of the server: %.1f s" % (
        text["seconds"], symbols["seconds"], symbols["peak_bytes"] / 2**20, graph["seconds"], graph["peak_bytes"] / 2**20, total))
    print("segments of symbols: %.0f MB = %.3f x the text" % (b["symbol_bytes"] / 1e6, b["symbol_bytes"] / b["text_bytes"]))
    if peers["ctags"]:
        c = peers["ctags"]
        print("universal-ctags (definitions alone, no references): %.1f s, two at once %.1f s = %.2f x ours, tags %.0f MB" % (
            c["alone"], c["two"], c["two"] / total, c["bytes"] / 1e6))
    if peers["codebase-memory-mcp"]:
        c = peers["codebase-memory-mcp"]
        print("codebase-memory-mcp: %.1f s = %.2f x text, symbols and graph of ours, peak %.0f MiB" % (
            c["seconds"], c["seconds"] / (total + text["seconds"]), c["peak_bytes"] / 2**20))
    else:
        print("codebase-memory-mcp is not on PATH")


def tell_ask(result):
    print("\n%-26s %9s %9s %9s" % ("ms over HTTP", "median", "p90", "most"))
    for name, row in result.items():
        if "median" in row:
            print("%-26s %9.2f %9.2f %9.2f" % (name, row["median"] * 1e3, row["p90"] * 1e3, row["most"] * 1e3))


def tell_update(result, commits):
    print("\none-file commits, %d: text after %.0f ms; behind it symbols %.0f ms (p90 %.0f, most %.0f), symbols and graph %.0f ms (p90 %.0f, most %.0f)" % (
        commits, result["text"]["median"] * 1e3, *(result[w][k] * 1e3 for w in ("symbols", "graph") for k in ("median", "p90", "most"))))


def tell_languages(table):
    print("\n%-20s %8s %9s %14s %14s %14s" % ("a core's MB/s", "MB", "files", "parsing", "all facts", "ctags"))
    for r in table:
        if r["bytes"] >= 100000:
            peer = "%14.1f" % (r["bytes"] / 1e6 / r["ctags"]) if r["ctags"] else "%14s" % "-"
            print("%-20s %8.2f %9d %14.1f %14.1f %s" % (r["name"], r["bytes"] / 1e6, r["files"], r["bytes"] / 1e6 / max(r["tree"], 1e-9),
                                                        r["bytes"] / 1e6 / max(r["facts"], 1e-9), peer))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--reps", type=int, default=101)
    parser.add_argument("--commits", type=int, default=21)
    parser.add_argument("--trees", nargs="*")
    parser.add_argument("--skip-peers", action="store_true")
    parser.add_argument("--json")
    args = parser.parse_args()
    corpus = bench_search.corpus_of(args)
    scratch = tempfile.mkdtemp(prefix="gaz-bench-")
    home = os.path.join(scratch, "home")
    try:
        result = build(args.gaz, corpus, home)
        result["ask"] = ask(args.gaz, home, corpus, args.reps)
        shutil.rmtree(home)
        peers = {"ctags": None if args.skip_peers else ctags(corpus, scratch),
                 "codebase-memory-mcp": None if args.skip_peers else codebase_memory(corpus, scratch)}
        tell_build(result, peers)
        tell_ask(result["ask"])
        result["update"] = update(args.gaz, corpus, scratch, args.commits)
        tell_update(result["update"], args.commits)
        result["languages"] = languages(args.gaz, args.trees or [corpus], scratch)
        tell_languages(result["languages"])
        result["peers"] = peers
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
