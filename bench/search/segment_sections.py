#!/usr/bin/env python3
"""What the segments of a home are made of: bytes per section and per kind of gram, as docs/FORMAT.md lays them out.

usage: bench/search/segment_sections.py HOME
"""
import array
import glob
import os
import struct
import sys

SECTIONS = "META DOCS ORDER CHUNKS BLOCK_TABLE BLOCKS GRAMS POSTINGS".split()
TAIL = 288
WORDS = 2**24 + 256


def read(path, sections, kinds):
    with open(path, "rb") as file:
        data = file.read()
    table = len(data) - TAIL
    place = {name: struct.unpack_from("<QQ", data, table + 16 * i) for i, name in enumerate(SECTIONS)}
    for name, (_, length) in place.items():
        sections[name] = sections.get(name, 0) + length
    sections["checksums"] = sections.get("checksums", 0) + 8 * struct.unpack_from("<Q", data, table + 264)[0]
    start, length = place["GRAMS"]
    grams = array.array("I", data[start:start + length])
    for i in range(0, len(grams), 3):
        end = grams[i + 5] if i + 5 < len(grams) else place["POSTINGS"][1]
        kind = "trigrams" if grams[i] < 2**24 else "bytes" if grams[i] < WORDS else "short words"
        row = kinds.setdefault(kind, [0, 0, 0])
        row[0] += 1
        row[1] += grams[i + 1]
        row[2] += end - grams[i + 2]
    return struct.unpack_from("<IIIIQ", data, place["META"][0])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sections, kinds, totals = {}, {}, [0] * 5
    for path in glob.glob(os.path.join(sys.argv[1], "segments", "*", "*.seg")):
        totals = [a + b for a, b in zip(totals, read(path, sections, kinds))]
    print("%d documents, %d chunks, %d blocks, %d bytes of text" % (totals[0], totals[1], totals[2], totals[4]))
    for name, size in sorted(sections.items(), key=lambda item: -item[1]):
        print("%-12s %12d bytes  %.4f x text" % (name, size, size / totals[4]))
    for kind, (lists, entries, size) in kinds.items():
        print("%-12s %9d lists %11d entries %11d bytes" % (kind, lists, entries, size))


if __name__ == "__main__":
    main()
