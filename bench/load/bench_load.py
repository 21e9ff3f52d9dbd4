#!/usr/bin/env python3
"""Requests per second and latencies of a mixed stream of queries at 1, 16 and 256 connections, next to libmicrohttpd answering
two words, and the memory of idle connections.

usage: bench/load/bench_load.py [--corpus DIR] [--gaz PROGRAM] [--seconds N] [--json FILE]

The stream is the published queries in turn, first 50 files, each made unique by a harmless atom; wrk, on the same machine, sends it.
"""
import argparse
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench", "search"))
import bench_search  # noqa: E402  (the path is set just above)

MANY = 10000
PARKED = 4  # seconds after which an idle connection is parked for certain

LUA = """
local queries = { %s }
local at, thread = 0, 0
function setup(t) t:set("number", thread) thread = thread + 1 end
function request()
    at = at + 1
    return wrk.format("GET", queries[at %% #queries + 1] .. "%%20-file%%3A%%5Ezz" .. number .. "x" .. at .. "%%24")
end
function done(summary, latency, requests)
    local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format("RESULT %%d %%d %%f %%f %%f\\n", summary.requests, bad, summary.duration / 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


def run_wrk(url, script, connections, seconds):
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", "%ds" % seconds, "--timeout", "30s", "-s", script, url]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    requests, bad, duration, p50, p99 = re.search(r"RESULT (\d+) (\d+) (\S+) (\S+) (\S+)", out).groups()
    return {"connections": connections, "per_second": int(requests) / float(duration), "errors": int(bad), "p50_ms": float(p50), "p99_ms": float(p99)}


def ask(held, port):
    """Asks once on each connection; the number of good answers."""
    for s in held:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
    return sum(s.recv(4096).startswith(b"HTTP/1.1 200 ") for s in held)


def idle_bytes(gaz, home, count, **settings):
    """Anonymous memory per connection that has been served once and is kept alive. Each is asked again afterwards."""
    server = bench_search.Server(gaz, home, **settings)
    pid, port = server.process.pid, server.connection.port
    held, good = [], 0
    while len(held) < 100 + count:
        if len(held) == 100:  # what is made once is there
            time.sleep(PARKED)
            before = bench_search.anonymous_bytes(pid)
        new = [socket.create_connection(("127.0.0.1", port)) for _ in range(min(100, 100 + count - len(held)))]
        good += ask(new, port)
        held += new
    time.sleep(PARKED)
    after = bench_search.anonymous_bytes(pid)
    for at in range(0, len(held), 100):
        good += ask(held[at:at + 100], port)
    for s in held:
        s.close()
    server.stop()
    if good != 2 * len(held):
        sys.exit("of %d requests on idle connections %d were answered" % (2 * len(held), good))
    return (after - before) / count


def write_script(path, targets):
    with open(path, "w", encoding="utf-8") as file:
        file.write(LUA % ", ".join('"%s"' % t for t in targets))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus")
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--idle", type=int, default=2000)
    parser.add_argument("--json")
    args = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], MANY + 500), limit[1]))
    corpus = bench_search.corpus_of(args)
    scratch = tempfile.mkdtemp(prefix="gaz-bench-")
    home = os.path.join(scratch, "home")
    result = {"gaz": [], "hello": []}
    try:
        bench_search.build(args.gaz, corpus, home)
        server = bench_search.Server(args.gaz, home)
        port = server.connection.port
        targets = []
        for query in bench_search.read_queries([]):
            server.search(query, "")
            plain = server.query(query).rsplit(" ", 1)[0]
            targets.append("/v1/search?" + urllib.parse.urlencode({"limit": 50, "q": plain}))
        script = os.path.join(scratch, "queries.lua")
        write_script(script, [t.replace("\\", "\\\\") for t in targets])
        for connections in (1, 16, 256):
            result["gaz"].append(run_wrk("http://127.0.0.1:%d" % port, script, connections, args.seconds))
        server.stop()
        result["idle_connection_bytes"] = idle_bytes(args.gaz, home, args.idle)
        result["idle_connection_bytes_of_many"] = idle_bytes(args.gaz, home, MANY, GAZ_SERVER_CONNECTIONS=str(MANY + 200))
        hello = os.path.join(scratch, "hello")
        subprocess.run(["cc", "-O2", "-o", hello, os.path.join(HERE, "hello.c"), "-lmicrohttpd"], check=True)
        port = bench_search.free_port()
        ceiling = subprocess.Popen([hello, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ceiling.stdout.readline()
        for connections in (1, 16, 256):
            result["hello"].append(run_wrk("http://127.0.0.1:%d" % port, script, connections, max(2, args.seconds // 3)))
        ceiling.stdin.close()
        ceiling.wait()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print("%-6s %11s %10s %9s %9s %7s %9s" % ("", "connections", "req/s", "p50 ms", "p99 ms", "errors", "ceiling/"))
    for name in ("gaz", "hello"):
        for i, r in enumerate(result[name]):
            print("%-6s %11d %10.0f %9.2f %9.2f %7d %9.1f" % (name, r["connections"], r["per_second"], r["p50_ms"], r["p99_ms"], r["errors"],
                                                            result["hello"][i]["per_second"] / r["per_second"]))
    print("of %d idle connections each holds %.0f bytes, of %d %.0f" % (
        args.idle, result["idle_connection_bytes"], MANY, result["idle_connection_bytes_of_many"]))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    sys.exit(1 if any(r["errors"] for r in result["gaz"]) else 0)


if __name__ == "__main__":
    main()
