#!/usr/bin/env python3
"""check_includes.py TREE EDGES [N] [-- FLAGS...]: our include edges beside a compiler's.

TREE is a directory of C sources, EDGES what `gaz-graph-bench TREE FACTS --edges` printed. N sources (default 300, spread evenly) are
preprocessed with `gcc -H` and FLAGS; each include the compiler followed inside the tree is looked up among our edges. Precision: of the
includes we resolve, those that lead where the compiler went. Completeness: of the compiler's, those we resolve rightly.
"""
import collections
import os
import re
import subprocess
import sys


def read_edges(path):
    edges = collections.defaultdict(lambda: collections.defaultdict(set))
    methods = {}
    with open(path, errors="surrogateescape") as lines:
        for line in lines:
            source, target, method, name = line.rstrip("\n").split("\t")
            edges[source][name].add(target)
            methods[source, name] = method
    return edges, methods


def compiler_edges(tree, source, flags):
    """The direct edges of `gcc -H`: its dots tell the depth."""
    run = subprocess.run(["gcc", "-H", "-E", "-o", "/dev/null", *flags, source], cwd=tree, capture_output=True, text=True, errors="replace")
    stack = [source]
    for line in run.stderr.splitlines():
        match = re.match(r"^(\.+) (.*)$", line)
        if not match:
            continue
        depth = len(match[1])
        path = os.path.relpath(os.path.realpath(os.path.join(tree, match[2])), os.path.realpath(tree))
        del stack[depth:]
        if not stack[-1].startswith("..") and not path.startswith(".."):
            yield stack[-1], path
        stack.append(path)


def main():
    args, flags = sys.argv[1:], []
    if "--" in args:
        at = args.index("--")
        args, flags = args[:at], args[at + 1:]
    tree, edges_path, count = args[0], args[1], int(args[2]) if len(args) > 2 else 300
    edges, methods = read_edges(edges_path)
    sources = sorted(f for f in edges if f.endswith((".c", ".cc", ".cpp")))
    seen, tally, wrong = set(), collections.Counter(), []
    for source in sources[:: max(1, len(sources) // count)]:
        for edge in compiler_edges(tree, source, flags):
            if edge in seen:
                continue
            seen.add(edge)
            source_file, target = edge
            # The include that means this target: its name ends the path, the longest first.
            def ends(name):
                plain = re.sub(r"^(\.\.?/)+", "", name)
                return target == plain or target.endswith("/" + plain)
            names = sorted((n for n in edges.get(source_file, {}) if ends(n)), key=len)
            if not names:
                tally["no such include"] += 1
                continue
            name = names[-1]
            ours, method = edges[source_file][name], methods[source_file, name]
            if method == "ambiguous":
                tally["ambiguous, compiler's among the candidates" if target in ours else "ambiguous, not among the candidates"] += 1
            elif "" in ours:
                tally["unresolved: " + method] += 1
            elif target in ours:
                tally["right"] += 1
            else:
                tally["wrong"] += 1
                wrong.append((method, source_file, name, sorted(ours)[0], target))
    total = sum(tally.values())
    for what, n in tally.most_common():
        print(f"{n:8d}  {what}")
    resolved = tally["right"] + tally["wrong"]
    print(f"{total:8d}  edges of the compiler inside the tree")
    print(f"precision {tally['right'] / max(1, resolved):.4f}  completeness {tally['right'] / max(1, total):.4f}")
    for method, *rest in wrong[:15]:
        print("  wrong by", method + ":", *rest)


if __name__ == "__main__":
    main()
