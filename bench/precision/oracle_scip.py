#!/usr/bin/env python3
"""What a SCIP index says of a tree, for compare.py: oracle_scip.py INDEX TREE. Reads the format itself, without our reader."""
import collections
import functools
import os
import re
import sys


def varint(data, at):
    shift = value = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 2:
            size, at = varint(data, at)
            yield key >> 3, data[at:at + size]
            at += size
        elif key & 7 == 0:
            value, at = varint(data, at)
            yield key >> 3, value
        else:
            at += {1: 8, 5: 4}[key & 7]


def numbers(data):
    at, out = 0, []
    while at < len(data):
        value, at = varint(data, at)
        out.append(value)
    return out


class Text:
    def __init__(self, data):
        self.lines, at = [], 0
        for line in data.split(b"\n"):
            self.lines.append((at, line))
            at += len(line) + 1

    def byte(self, line, column, bytes_wanted):
        start, text = self.lines[line]
        if bytes_wanted or text.isascii():
            return start + column
        units = text.decode("utf-8", "replace").encode("utf-16-le")[:2 * column]
        return start + len(units.decode("utf-16-le", "replace").encode())


def named(symbol):
    """The name of a definition that other code can name; None for locals, parameters and parameters of types."""
    if symbol.startswith("local ") or symbol.endswith("]") or symbol.endswith(")"):
        return None
    if re.search(r"\)\.[^#]+$", symbol) and not symbol.endswith(")."):
        return None  # in a function
    match = re.search(r"(?:`((?:[^`]|``)+)`|([\w$+-]+))(?:#|\.|!|:|\([^)]*\)\.)$", symbol)
    return match and (match[1] or match[2])


def by_macro(path, symbol, at):
    """Rust: a function or type that no keyword stands before is made by a macro of which the name is an argument."""
    words = {").": rb"\bfn", "#": rb"\b(struct|enum|union|trait|type)", "!": rb"\bmacro_rules\s*!"}
    before = next((w for end, w in words.items() if symbol.endswith(end)), None)
    return path.endswith(".rs") and before is not None and not re.search(before + rb"\s+(r#)?$", bytes_of(path)[max(0, at - 40):at])


@functools.lru_cache(maxsize=4)
def bytes_of(path):
    return open(path, "rb").read()


def written(path, start, end):
    return bytes_of(path)[start:end].decode("utf-8", "replace")


def main():
    index, tree = open(sys.argv[1], "rb").read(), sys.argv[2]
    definitions, uses = collections.defaultdict(set), []
    for number, value in fields(index):
        if number != 2:
            continue
        path, occurrences, encoding = "", [], 0
        for field, part in fields(value):
            if field == 1:
                path = part.decode()
            elif field == 2:
                occurrences.append(part)
            elif field == 6:
                encoding = part
        full = os.path.join(tree, path)
        if path.startswith("..") or not os.path.exists(full):
            continue
        print(path, -1, "-", sep="\t")  # it is covered: what it says nothing of means nothing here
        text = Text(open(full, "rb").read())
        for occurrence in occurrences:
            span, symbol, roles = [], "", 0
            for field, part in fields(occurrence):
                if field == 1:
                    span = numbers(part) if isinstance(part, bytes) else span + [part]
                elif field == 2:
                    symbol = part.decode()
                elif field == 3:
                    roles = part
            if not symbol or len(span) < 3 or span[0] >= len(text.lines):
                continue
            key = path + " " + symbol if symbol.startswith("local ") else symbol
            at = text.byte(span[0], span[1], encoding == 1)
            if symbol.endswith("/") or symbol.endswith("__init__:"):
                continue  # a module is its file: that is for import edges
            if roles & 1:
                definitions[key].add(f"{path}:{at}")
                name = named(symbol)
                end = text.byte(span[0] if len(span) == 3 else span[2], span[-1], encoding == 1)
                if name and written(full, at, end) == name and not by_macro(full, symbol, at):
                    print("D", path, at, name, sep="\t")
            else:
                uses.append((path, at, key))
    for path, at, key in uses:
        # A local symbol may be a parameter, which is no definition of ours, or a function in a function, which is.
        if "local " in key and not definitions[key]:
            continue
        print(path, at, ";".join(sorted(definitions[key])) or "-", sep="\t")


if __name__ == "__main__":
    main()
