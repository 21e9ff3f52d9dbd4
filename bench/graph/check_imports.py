#!/usr/bin/env python3
"""check_imports.py TREE EDGES: our edges of a Python tree beside those of ast and importlib.

TREE is a directory on sys.path (site-packages, the standard library), EDGES what `gaz-graph-bench TREE FACTS --edges` printed. Each
import of each file is found by Python's own finders in TREE alone; a name of a from-import may be a submodule. Precision: of the edges we
give for imports that Python finds, those that are right. Completeness: of the edges Python gives, those that we give.
"""
import ast
import collections
import importlib.machinery
import os
import sys


class Finder:
    """Modules by FileFinder, which PathFinder uses too, but without what the running Python has imported."""

    def __init__(self, tree):
        self.tree, self.known, self.directories = tree, {}, {}

    def look(self, directory, last):
        if directory not in self.directories:
            machinery = importlib.machinery
            kinds = (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES), (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES)
            self.directories[directory] = machinery.FileFinder(directory, *kinds)
        return self.directories[directory].find_spec(last)

    def find(self, name):
        """(file or None, search path or None) of a dotted module name."""
        if name not in self.known:
            parent, _, last = name.rpartition(".")
            path = self.find(parent)[1] if parent else [self.tree]
            specs = [spec for spec in (self.look(directory, last) for directory in path or []) if spec]
            spec = next((s for s in specs if s.loader), specs[0] if specs else None)
            origin = spec.origin if spec and spec.origin and spec.origin.endswith(".py") else None
            self.known[name] = (origin and os.path.relpath(origin, self.tree), spec.submodule_search_locations if spec else None)
        return self.known[name]


def edges_of(finder, relative, source):
    package = relative[:-3].split("/")
    package = package[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, finder.find(alias.name)[0]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            if node.level > len(package):
                continue
            module = ".".join(base + (node.module.split(".") if node.module else []))
            for alias in node.names:
                written = "." * node.level + (node.module or "") + ":" + alias.name
                sub = finder.find(module + "." + alias.name)[0] if module and alias.name != "*" else None
                yield written, sub or (finder.find(module)[0] if module else None)


def main():
    tree, edges_path = os.path.realpath(sys.argv[1]), sys.argv[2]
    ours = collections.defaultdict(set)
    with open(edges_path, errors="surrogateescape") as lines:
        for line in lines:
            source, target, _, name = line.rstrip("\n").split("\t")
            if target and source.endswith(".py"):
                ours[source, name.removesuffix(":*")].add(target)
    finder, tally, shown = Finder(tree), collections.Counter(), 0
    for directory, _, names in os.walk(tree):
        for name in names:
            if not name.endswith(".py"):
                continue
            relative = os.path.relpath(os.path.join(directory, name), tree)
            try:
                with open(os.path.join(tree, relative), "rb") as file:
                    found = set(edges_of(finder, relative, file.read()))
            except (SyntaxError, ValueError, RecursionError):
                continue
            for written, target in found:
                got = ours.get((relative, written.removesuffix(":*")), set())
                verdict = "right" if target and target in got else "wrong" if target and got else "missed" if target else "extra" if got else None
                if verdict:
                    tally[verdict] += 1
                if verdict not in (None, "right") and shown < 15:
                    shown += 1
                    print(f"  {verdict}: {relative}: {written}: {target}, ours {sorted(got)}")
    given = tally["right"] + tally["wrong"]
    print(dict(tally))
    print(f"precision {tally['right'] / max(1, given):.4f}  completeness {tally['right'] / max(1, given + tally['missed']):.4f}")


if __name__ == "__main__":
    main()
