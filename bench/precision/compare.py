#!/usr/bin/env python3
"""Compares what resolve_tree found with an oracle's answers.

usage: compare.py EDGES ORACLE [--show N]

EDGES is the output of resolve_tree. ORACLE has a line per reference the oracle resolved within the tree:
  path TAB byte of the name TAB targets          targets: path:byte, joined by ';': any of them is right
Lines of byte -1 name the files the oracle has seen. "-" is the target where it knows that the reference means nothing of these files. References it does not list are not counted, nor
local variables, nor those whose definition has another name.

Precision of a rule: right edges / edges the oracle knows. Recall: right edges / references that mean something of the tree.
Both also by how many definitions of the tree have the name: 1, 2-5, more.
"""
import collections
import random
import sys


def read_edges(path):
    references, definers, lines, names = {}, collections.Counter(), {}, {}
    for line in open(path, encoding="utf-8", errors="replace"):
        f = line.rstrip("\n").split("\t")
        if f[0] == "D" and len(f) >= 6:
            definers[f[5]] += 1
            lines[f[1] + ":" + f[2]] = f[3]
            names[f[1] + ":" + f[2]] = f[5]
        elif f[0] == "R" and len(f) >= 10:
            references[(f[1], int(f[2]))] = (f[5], f[6], [t for t in f[9].split(";") if t], f[3], f[4])
    return references, definers, lines, names


def read_oracle(path):
    answers = {}
    for line in open(path, encoding="utf-8", errors="replace"):
        f = line.rstrip("\n").split("\t")
        if len(f) == 3:
            answers[(f[0], int(f[1]))] = set() if f[2] == "-" else set(f[2].split(";"))
    return answers


def band(n):
    return "1" if n <= 1 else "2-5" if n <= 5 else ">5"


def main():
    shown = int(sys.argv[sys.argv.index("--show") + 1]) if "--show" in sys.argv else 0
    references, definers, lines, names = read_edges(sys.argv[1])
    answers = read_oracle(sys.argv[2])
    covered = {path for path, byte in answers if byte < 0}
    right, edges = collections.Counter(), collections.Counter()
    found, wanted, lost = collections.Counter(), collections.Counter(), collections.Counter()
    wrong, missed, unseen, renamed = [], [], 0, 0
    for at, targets in answers.items():
        if at not in references:
            unseen += bool(targets)
            continue
        name, method, ours, line, role = references[at]
        if role == "5":
            continue  # names in import statements count as imports, not here
        if covered and not targets and not any(t.rsplit(":", 1)[0] in covered for t in ours):
            continue  # it may be in a file the oracle has not seen
        if method == "local" and not any(t in lines for t in targets):
            continue  # a parameter or local variable, as both say
        if targets and all(names.get(t, name) != name for t in targets):
            renamed += 1  # under another name: an alias, or (scip-python and `import *`) another thing
            continue
        is_edge = method not in ("none", "ambiguous", "local")
        good = is_edge and bool(targets.intersection(ours))
        for key in (method, "all", "all, definers " + band(definers[name])):
            if is_edge:
                edges[key] += 1
                right[key] += good
        if is_edge and not good:
            wrong.append((at, line, name, method, ours, targets))
        if targets:
            for key in ("all", "definers " + band(definers[name])):
                wanted[key] += 1
                found[key] += good
            if not good:
                lost[method if not is_edge else "wrong"] += 1
                missed.append((at, line, name, method, targets))
    print(f"{'precision of':32} {'edges':>8} {'right':>8}")
    for key in sorted(edges, key=lambda k: (k.startswith("all"), k)):
        print(f"{key:32} {edges[key]:8} {100 * right[key] / edges[key]:7.1f} %")
    print(f"{'recall':32} {'wanted':>8} {'found':>8}")
    for key in sorted(wanted):
        print(f"{key:32} {wanted[key]:8} {100 * found[key] / wanted[key]:7.1f} %")
    total = max(1, sum(lost.values()))
    print("lost as:", ", ".join(f"{k} {100 * n / total:.0f} %" for k, n in lost.most_common()),
          f"; {unseen} references are no facts of ours; {renamed} with another name left out")
    random.seed(1)
    for title, items in (("wrong", wrong), ("missed", [m for m in missed if m[3] != "wrong"])):
        for item in random.sample(items, min(shown, len(items))):
            (path, _), line, name, method = item[0], item[1], item[2], item[3]
            print(f"  {title} {path}:{line} {name} ({method})",
                  *(["ours", *(f"{t.rsplit(':', 1)[0]}:{lines.get(t, '?')}" for t in item[4][:2])] if title == "wrong" else []),
                  "theirs", *(f"{t.rsplit(':', 1)[0]}:{lines.get(t, '?')}" for t in sorted(item[-1])[:2]))


if __name__ == "__main__":
    main()
