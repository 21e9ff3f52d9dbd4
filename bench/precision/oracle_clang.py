#!/usr/bin/env python3
"""What clang says of the names in C files, for compare.py: oracle_clang.py TREE FILE... -- COMPILER FLAGS

Reads `clang -Xclang -ast-dump=json`. Functions and variables with external linkage are one thing wherever they are declared;
everything else is the place of its definition. Names that come out of macros are left out, macros are not in the tree.
"""
import collections
import json
import os
import subprocess
import sys

DECLARATIONS = {"FunctionDecl", "VarDecl", "RecordDecl", "EnumDecl", "EnumConstantDecl", "TypedefDecl", "FieldDecl"}


class Unit:
    def __init__(self, tree):
        self.tree, self.file, self.line = tree, "", 0
        self.places, self.uses, self.ids = collections.defaultdict(set), [], {}
        self.definitions = {}  # place -> name of what has a body, or is all there is

    def place(self, location):
        """Locations leave out the file when it is that of the location printed before."""
        if not location:
            return None
        if "expansionLoc" in location:
            self.place(location.get("spellingLoc"))
            self.place(location["expansionLoc"])
            return None
        if "file" in location:
            self.file = location["file"]
        if "offset" not in location:
            return None
        path = os.path.relpath(os.path.realpath(os.path.join(self.tree, self.file)), self.tree)
        return None if path.startswith("..") else f"{path}:{location['offset']}"

    def walk(self, root):
        stack = [(root, False)]
        while stack:
            node, inside = stack.pop()
            kind = node.get("kind")
            at = self.place(node.get("loc"))
            span = node.get("range", {})
            begin, end = self.place(span.get("begin")), self.place(span.get("end"))
            if kind in DECLARATIONS and node.get("name"):
                self.declare(node, kind, at, inside)
            elif kind == "DeclRefExpr" and begin:
                self.uses.append((begin, node["referencedDecl"]["id"]))
            elif kind == "MemberExpr" and end and node.get("referencedMemberDecl"):
                self.uses.append((end, node["referencedMemberDecl"]))
            inside = inside or kind == "FunctionDecl"
            stack.extend((child, inside) for child in reversed(node.get("inner", [])))

    def declare(self, node, kind, at, inside):
        key = node["id"]
        previous = node.get("previousDecl")
        if previous in self.ids:
            key = self.ids[previous]
        elif kind in ("FunctionDecl", "VarDecl") and not inside and self.external(node):
            key = "extern " + node["name"]
        self.ids[node["id"]] = key
        if inside and kind == "VarDecl" and node.get("storageClass") != "extern":
            del self.ids[node["id"]]  # a local variable is no definition of ours
        elif at:
            self.places[key].add(at)
            inner = {child.get("kind") for child in node.get("inner", [])}
            whole = {"FunctionDecl": "CompoundStmt" in inner, "VarDecl": node.get("storageClass") != "extern",
                     "RecordDecl": node.get("completeDefinition", False)}
            if whole.get(kind, True) and not inside:
                self.definitions[at] = node["name"]

    @staticmethod
    def external(node):
        return node.get("storageClass") != "static"


def main():
    tree, rest = os.path.realpath(sys.argv[1]), sys.argv[2:]
    flags = rest[rest.index("--") + 1:] if "--" in rest else []
    files = rest[:rest.index("--")] if "--" in rest else rest
    places, uses, definitions = collections.defaultdict(set), [], {}
    for number, name in enumerate(files):
        command = ["clang", "-fsyntax-only", "-w", "-Xclang", "-ast-dump=json", *flags, name]
        ran = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120)
        try:
            root = json.loads(ran.stdout)
        except ValueError:
            continue
        unit = Unit(tree)
        unit.walk(root)
        definitions.update(unit.definitions)
        for key, found in unit.places.items():
            places[key if key.startswith("extern ") else f"{number} {key}"] |= found
        for at, declaration in unit.uses:
            key = unit.ids.get(declaration)
            if key:
                uses.append((at, key if key.startswith("extern ") else f"{number} {key}"))
    for at, name in sorted(definitions.items()):
        path, byte = at.rsplit(":", 1)
        # A name put together by ## is written nowhere.
        with open(os.path.join(tree, path), "rb") as file:
            file.seek(int(byte))
            if file.read(len(name.encode())) == name.encode():
                print("D", path, byte, name, sep="\t")
    seen = set()
    for at, key in uses:
        if at not in seen and not (key not in places and not key.startswith("extern ")):
            seen.add(at)
            path, byte = at.rsplit(":", 1)
            print(path, byte, ";".join(sorted(places[key])) or "-", sep="\t")


if __name__ == "__main__":
    main()
