#!/usr/bin/env python3
"""What it costs to look at remotes, and how long a push takes until it is found.

usage: bench/poll/bench_poll.py [--gaz PROGRAM] [--repos N] [--rounds N] [--interval SECONDS] [--json FILE]

N repositories lie behind the servers of the tests (tests/support/git_servers.py: git http-backend and sshd on loopback).
A look that finds nothing: what a server starts for each, `gaz-worker HOME poll NAME`, next to `git ls-remote` (the question alone) and
`git fetch` in the same clone. Processor time is that of the program and all it starts, the git server's own not among it.
Idle: processor time of `gaz serve` and its workers while it looks at all of them and none has anything new.
A push: one file with a new word, in a repository chosen at random; the clock runs from the push until a search over HTTP has the file,
asked every 5 ms: left to the looks, and with an index run asked for at once, as a hook does.
"""
import argparse
import http.client
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FILES = 20  # of a repository
TICK = os.sysconf("SC_CLK_TCK")
GIT_ENV = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0")


class Remotes:
    """Repositories behind real git servers."""

    def __init__(self, scratch, count, rng):
        self.dir = os.path.join(scratch, "servers")
        os.makedirs(self.dir)
        self.process = subprocess.Popen([sys.executable, os.path.join(ROOT, "tests/support/git_servers.py"), self.dir],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            sys.exit("bench: the git servers do not start; they need openssl, git, openssh-client and openssh-server")
        self.ports = dict(re.findall(r"(\w+)=(\d+)", line))
        self.names = ["r%04d" % i for i in range(count)]
        self.when = 1700000000
        for name in self.names:
            path = self.path(name)
            subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], env=GIT_ENV, check=True)
            self.commit(name, {"src/f%d.txt" % i: "".join("%s word %08x\n" % (name, rng.getrandbits(32)) for _ in range(80)) for i in range(FILES)})

    def path(self, name):
        return os.path.join(self.dir, "remote", name + ".git")

    def url(self, door, name):
        if door == "file":
            return "file://" + self.path(name)
        below = self.dir + "/remote" if door == "ssh" else ""
        return "%s://127.0.0.1:%s%s/%s.git" % (door, self.ports[door], below, name)

    def commit(self, name, files):
        """@return when it was done"""
        self.when += 1
        goes_on = os.path.exists(os.path.join(self.path(name), "refs/heads/main"))
        stream = ["commit refs/heads/main\ncommitter B <b@example.org> %d +0000\ndata 2\nc\n" % self.when]
        stream += ["from refs/heads/main^0\n"] if goes_on else []
        stream += ["M 644 inline %s\ndata %d\n%s\n" % (path, len(text), text) for path, text in files.items()]
        subprocess.run(["git", "-C", self.path(name), "fast-import", "--quiet"], input="".join(stream), text=True, env=GIT_ENV, check=True)
        return time.perf_counter()

    def settings(self):
        return {"GAZ_REPOS_ALLOW_PRIVATE_URLS": "true", "GAZ_REPOS_SSH_KEY": self.dir + "/client_key",
                "GAZ_REPOS_KNOWN_HOSTS": self.dir + "/known_hosts", "GAZ_REPOS_CA_FILE": self.dir + "/ca.pem"}

    def git_env(self):
        ssh = "ssh -oBatchMode=yes -oIdentityFile=%s/client_key -oUserKnownHostsFile=%s/known_hosts" % (self.dir, self.dir)
        return dict(GIT_ENV, GIT_SSH_COMMAND=ssh, GIT_SSL_CAINFO=self.dir + "/ca.pem")

    def stop(self):
        self.process.kill()
        self.process.wait()


def timed(command, env):
    """@return wall and processor seconds of a program and all it waited for"""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit("bench: %s: %s%s" % (" ".join(command), done.stdout[:300], done.stderr[:300]))
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]


def summary(rows):
    walls, cpus = [r[0] for r in rows], [r[1] for r in rows]
    return {"median_s": statistics.median(walls), "p99_s": percentile(walls, 99), "cpu_s": statistics.mean(cpus)}


def measure_looks(args, remotes, scratch, door):
    """Looks at repositories behind a door, and git's own two ways to ask."""
    home = os.path.join(scratch, "home-" + door)
    env = dict(os.environ, GAZ_HOME=home, **remotes.settings())
    names = remotes.names[:args.looks]
    for name in names:
        subprocess.run([args.gaz, "add", remotes.url(door, name), "--name", name], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=True)
    clones = os.path.join(home, "repos")
    clone_of = {}
    for clone in os.listdir(clones):
        if clone.endswith(".git"):
            config = open(os.path.join(clones, clone, "config"), encoding="utf-8").read()
            clone_of[re.search(r"/(r\d+)\.git", config).group(1)] = os.path.join(clones, clone)
    worker = os.path.join(os.path.dirname(args.gaz), "gaz-worker")
    looks, asks, fetches = [], [], []
    for name in names:  # by turns: the machine's moods reach all alike
        look = timed([worker, home, "poll", name], env)
        if '"changed":false' not in look[2]:
            sys.exit("bench: a look at %s finds what is not there: %s" % (name, look[2]))
        looks.append(look)
        asks.append(timed(["git", "ls-remote", "--symref", remotes.url(door, name)], remotes.git_env()))
        fetches.append(timed(["git", "-C", clone_of[name], "fetch", "--prune", "--quiet"], remotes.git_env()))
    return {"look": summary(looks), "git ls-remote": summary(asks), "git fetch": summary(fetches)}


class Server:
    """gaz serve, which looks at its remotes."""

    def __init__(self, gaz, env):
        self.process = subprocess.Popen([gaz, "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(re.search(r":(\d+)/", self.process.stdout.readline()).group(1))
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            sys.exit("bench: %s %s: %s" % (method, path, text[:300]))
        return json.loads(text)

    def finds(self, word):
        return bool(self.ask("GET", "/v1/search?" + urllib.parse.urlencode({"q": word}))["files"])

    def cpu(self):
        """Its own processor seconds, and those of all that it has waited for."""
        with open("/proc/%d/stat" % self.process.pid, encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return sum(int(f) for f in fields[11:15]) / TICK

    def looks(self):
        """Repositories that have been looked at, and when last."""
        polls = [r["poll"] for r in self.ask("GET", "/v1/repos")["repos"]]
        return [p["last"] for p in polls if p and p["last"]]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def requests(remotes):
    try:
        with open(os.path.join(remotes.dir, "requests"), encoding="utf-8") as file:
            return sum("/info/refs" in line for line in file)
    except OSError:
        return 0


def measure_idle(server, remotes, args):
    while len(server.looks()) < len(remotes.names):
        time.sleep(0.2)
    looks, cpu, start = requests(remotes), server.cpu(), time.perf_counter()
    time.sleep(args.idle)
    seconds, looks, cpu = time.perf_counter() - start, requests(remotes) - looks, server.cpu() - cpu
    return {"seconds": seconds, "looks": looks, "looks_per_s": looks / seconds, "cpu_s": cpu, "cpu_per_look_s": cpu / looks if looks else None}


def measure_pushes(server, remotes, args, rng, hook):
    times = []
    for i in range(args.rounds):
        word = "pushed%s%04d%08x" % ("h" if hook else "p", i, rng.getrandbits(32))
        name = rng.choice(remotes.names)
        done = remotes.commit(name, {"pushed/%d.txt" % i: word + "\n"})
        if hook:
            server.ask("POST", "/v1/index?wait=1", {"repo": name})
        while not server.finds(word):
            if time.perf_counter() - done > 20 * args.interval + 60:
                sys.exit("bench: %s was pushed to %s and is not found" % (word, name))
            time.sleep(0.005)
        times.append(time.perf_counter() - done)
    return times


def measure_server(args, remotes, scratch, rng):
    home = os.path.join(scratch, "home-serve")
    env = dict(os.environ, GAZ_HOME=home, GAZ_POLL_INTERVAL="%dms" % (args.interval * 1000), GAZ_POLL_AT_ONCE=str(args.at_once), **remotes.settings())
    for name in remotes.names:
        subprocess.run([args.gaz, "add", remotes.url("http", name), "--name", name], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    server = Server(args.gaz, env)
    try:
        idle = measure_idle(server, remotes, args)
        return idle, measure_pushes(server, remotes, args, rng, False), measure_pushes(server, remotes, args, rng, True)
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gaz", default=os.path.join(ROOT, "build/release/gaz"))
    parser.add_argument("--repos", type=int, default=24)
    parser.add_argument("--looks", type=int, default=8, help="repositories that are looked at one by one, for each way to reach them")
    parser.add_argument("--rounds", type=int, default=8, help="pushes, for each way to notice them")
    parser.add_argument("--interval", type=float, default=5, help="seconds between two looks of the server at a repository")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--idle", type=float, default=12, help="seconds for which the idle server is watched")
    parser.add_argument("--json")
    args = parser.parse_args()
    args.looks = min(args.looks, args.repos)
    rng = random.Random(7)
    scratch = tempfile.mkdtemp(prefix="gaz-bench-")
    remotes = None
    try:
        remotes = Remotes(scratch, args.repos, rng)
        looks = {door: measure_looks(args, remotes, scratch, door) for door in ("http", "https", "ssh", "file")}
        idle, polled, hooked = measure_server(args, remotes, scratch, rng)
    finally:
        if remotes:
            remotes.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    print("%-8s %-14s %10s %9s %13s" % ("nothing new", "", "median ms", "p99 ms", "processor ms"))
    for door, rows in looks.items():
        for what, row in rows.items():
            print("%-11s %-14s %7.1f %9.1f %13.1f" % (door, what, row["median_s"] * 1e3, row["p99_s"] * 1e3, row["cpu_s"] * 1e3))
    print("idle, %d repositories every %g s: %.1f looks a second, %.1f ms of processor time each, %.1f %% of a core" % (
        args.repos, args.interval, idle["looks_per_s"], (idle["cpu_per_look_s"] or 0) * 1e3, 100 * idle["cpu_s"] / idle["seconds"]))
    for title, times in (("a push is found, left to looks every %g s" % args.interval, polled), ("a push is found, asked for at once", hooked)):
        print("%-44s median %6.0f ms, p90 %6.0f ms, most %6.0f ms" % (title, statistics.median(times) * 1e3, percentile(times, 90) * 1e3, max(times) * 1e3))
    if args.json:
        result = {"repos": args.repos, "interval_s": args.interval, "at_once": args.at_once, "looks": looks, "idle": idle, "push_polled_s": polled,
                  "push_asked_s": hooked}
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
