#!/usr/bin/env python3
"""Compares what resolve_tree found with an oracle's answers.

usage: compare.py EDGES ORACLE [--show N]

EDGES is the output of resolve_tree. ORACLE has a line per answer, parted by tabs:
  path, byte of a name, targets       a reference. Targets are path:byte, joined by ';': any of them is right; "-": nothing of these files
  path, -1, "-"                       a file the oracle has seen
  "D", path, byte, name               a definition
  "I", path, path of a file, name     a file that another imports or names types of; "dir/" stands for any file there, "-" for none here
References the oracle does not list are not counted, nor local variables, nor those whose definition has another name.

Precision of a rule: right edges / edges the oracle knows. Recall: right edges / references that mean something of the tree. Both also by
how many definitions of the tree have the name: 1, 2-5, more. Imports: our edges that the oracle has too; its edges that we have.
"""
import collections
import random
import sys


class Ours:
    def __init__(self, path):
        self.references, self.definers, self.lines, self.names = {}, collections.Counter(), {}, {}
        self.imports, self.files = collections.defaultdict(dict), set()
        for line in open(path, encoding="utf-8", errors="replace"):
            f = line.rstrip("\n").split("\t")
            if f[0] == "D" and len(f) >= 6:
                self.definers[f[5]] += 1
                self.lines[f[1] + ":" + f[2]] = f[3]
                self.names[f[1] + ":" + f[2]] = f[5]
                self.files.add(f[1])
            elif f[0] == "R" and len(f) >= 10:
                self.references[(f[1], int(f[2]))] = (f[5], f[6], [t for t in f[9].split(";") if t], f[3], f[4])
                self.files.add(f[1])
            elif f[0] == "I" and len(f) >= 5:
                self.imports[f[1]][f[2]] = f[3]


class Oracle:
    def __init__(self, path):
        self.answers, self.definitions, self.covered = collections.defaultdict(set), {}, set()
        self.imports = collections.defaultdict(dict)
        for line in open(path, encoding="utf-8", errors="replace"):
            f = line.rstrip("\n").split("\t")
            if len(f) == 4 and f[0] == "D":
                self.definitions[f[1] + ":" + f[2]] = f[3]
            elif len(f) == 4 and f[0] == "I":
                self.imports[f[1]][f[2]] = f[3]
            elif len(f) == 3 and int(f[1]) < 0:
                self.covered.add(f[0])
            elif len(f) == 3:
                self.answers[(f[0], int(f[1]))] |= set() if f[2] == "-" else set(f[2].split(";"))


def band(n):
    return "1" if n <= 1 else "2-5" if n <= 5 else ">5"


def percent(part, whole):
    return f"{100 * part / max(1, whole):7.1f} %"


class References:
    def __init__(self, ours, oracle):
        self.right, self.edges = collections.Counter(), collections.Counter()
        self.found, self.wanted, self.lost = collections.Counter(), collections.Counter(), collections.Counter()
        self.wrong, self.missed, self.unseen, self.renamed = [], [], 0, 0
        for at, targets in sorted(oracle.answers.items()):
            self.judge(ours, oracle, at, targets)

    def judge(self, ours, oracle, at, targets):
        if at not in ours.references:
            self.unseen += bool(targets)
            return
        name, method, mine, line, role = ours.references[at]
        if role == "5":
            return  # names in import statements count as imports, not here
        if oracle.covered and not targets and not any(t.rsplit(":", 1)[0] in oracle.covered for t in mine):
            return  # it may be in a file the oracle has not seen
        if not any(t in ours.lines for t in targets) and (method == "local" or self.is_local(oracle, targets)):
            if method in ("local", "none", "ambiguous"):
                return  # a parameter or local variable, as both say
        if targets and all(ours.names.get(t, name) != name for t in targets):
            self.renamed += 1  # under another name: an alias, or (scip-python and `import *`) another thing
            return
        self.count(ours, (at, line, name, method, mine, targets))

    @staticmethod
    def is_local(oracle, targets):
        return bool(targets) and bool(oracle.definitions) and not any(t in oracle.definitions for t in targets)

    def count(self, ours, item):
        _, _, name, method, mine, targets = item
        is_edge = method not in ("none", "ambiguous", "local")
        good = is_edge and bool(targets.intersection(mine))
        for key in (method, "all", "all, definers " + band(ours.definers[name])):
            if is_edge:
                self.edges[key] += 1
                self.right[key] += good
        if is_edge and not good:
            self.wrong.append(item)
        if targets:
            for key in ("all", "definers " + band(ours.definers[name])):
                self.wanted[key] += 1
                self.found[key] += good
            if not good:
                self.lost[method if not is_edge else "wrong"] += 1
                if not is_edge:
                    self.missed.append(item)

    def print(self):
        print(f"{'references: precision of':32} {'edges':>8} {'right':>9}")
        for key in sorted(self.edges, key=lambda k: (k.startswith("all"), k)):
            print(f"  {key:30} {self.edges[key]:8} {percent(self.right[key], self.edges[key])}")
        print(f"{'references: recall':32} {'wanted':>8} {'found':>9}")
        for key in sorted(self.wanted):
            print(f"  {key:30} {self.wanted[key]:8} {percent(self.found[key], self.wanted[key])}")
        total = max(1, sum(self.lost.values()))
        print("  lost as:", ", ".join(f"{k} {100 * n / total:.0f} %" for k, n in self.lost.most_common()),
              f"; {self.unseen} references are no facts of ours; {self.renamed} with another name left out")


def compare_definitions(ours, oracle):
    """Names the oracle defines that we have at the same place. A file of which we have nothing counts too."""
    lost = sorted(at for at, name in oracle.definitions.items() if ours.names.get(at) is None)
    total = len(oracle.definitions)
    if total:
        print(f"{'definitions':32} {total:8} {percent(total - len(lost), total)}")
    return [(at, oracle.definitions[at]) for at in lost]


def leads_to(target, wanted):
    return target == wanted or (wanted.endswith("/") and target.rsplit("/", 1)[0] + "/" == wanted.removeprefix("./")) or (wanted == "./" and "/" not in target)


def compare_imports(ours, oracle):
    wrong, missed, edges, right, wanted, found = [], [], 0, 0, 0, 0
    for path in sorted(oracle.covered if oracle.imports else ()):
        theirs = [t for t in oracle.imports[path] if t != "-" and t != path]
        mine = [t for t in ours.imports[path] if t != path]
        for target in mine:
            if target not in oracle.covered:
                continue
            edges += 1
            if any(leads_to(target, t) for t in theirs):
                right += 1
            else:
                wrong.append((path, target, ours.imports[path][target]))
        for target in theirs:
            wanted += 1
            if any(leads_to(t, target) for t in mine):
                found += 1
            else:
                missed.append((path, target, oracle.imports[path][target]))
    if wanted:
        print(f"{'import edges: precise':32} {edges:8} {percent(right, edges)}")
        print(f"{'import edges: complete':32} {wanted:8} {percent(found, wanted)}")
    return wrong, missed


def sample(title, items, count, line):
    for item in random.sample(items, min(count, len(items))):
        print(f"  {title}", line(item))


def main():
    shown = int(sys.argv[sys.argv.index("--show") + 1]) if "--show" in sys.argv else 0
    ours, oracle = Ours(sys.argv[1]), Oracle(sys.argv[2])
    references = References(ours, oracle)
    references.print()
    no_definition = compare_definitions(ours, oracle)
    wrong_imports, no_imports = compare_imports(ours, oracle)
    random.seed(1)

    def places(targets):
        return " ".join(f"{t.rsplit(':', 1)[0]}:{ours.lines.get(t, '?')}" for t in sorted(targets)[:2]) or "-"

    sample("wrong", references.wrong, shown, lambda i: f"{i[0][0]}:{i[1]} {i[2]} ({i[3]}) ours {places(i[4])} theirs {places(i[5])}")
    sample("missed", references.missed, shown, lambda i: f"{i[0][0]}:{i[1]} {i[2]} ({i[3]}) theirs {places(i[5])}")
    sample("no definition", no_definition, shown, lambda i: f"{i[0]} {i[1]}")
    sample("wrong import", wrong_imports, shown, lambda i: f"{i[0]} {i[2]}: {i[1]}")
    sample("no import", no_imports, shown, lambda i: f"{i[0]} {i[2]}: {i[1]}")


if __name__ == "__main__":
    main()
