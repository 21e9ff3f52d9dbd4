#!/usr/bin/env python3
"""Draws the latency of each published query, gaz and its peers, from the JSON that bench_search.py wrote.

usage: bench/search/plot_latency.py RESULT.json OUT.svg
"""
import json
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

SERIES = (
    ("first", "gaz, first 50", "#0b6e4f", "o"),
    ("all", "gaz, exhaustive", "#2a9d8f", "s"),
    ("cold", "gaz, exhaustive, cold", "#8ab17d", "^"),
    ("zoekt first", "zoekt, first 50", "#7b2cbf", "o"),
    ("zoekt all", "zoekt, exhaustive", "#b185db", "s"),
    ("csearch", "codesearch", "#e76f51", "x"),
    ("rg", "ripgrep", "#264653", "+"),
    ("git grep", "git grep", "#8d99ae", "1"),
)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = json.load(file)["queries"]
    plt.rcParams["svg.hashsalt"] = "gaz"  # the same result gives the same bytes
    figure, axes = plt.subplots(figsize=(11, 5))
    for key, label, colour, marker in SERIES:
        points = [(i, row[key] * 1e3) for i, row in enumerate(rows) if row.get(key)]
        if points:
            axes.plot(*zip(*points), marker=marker, linestyle="none", color=colour, label=label, markersize=6)
    axes.axhline(2, color="#0b6e4f", linewidth=0.6, linestyle=":")
    axes.set_yscale("log")
    axes.set_ylabel("milliseconds, median")
    axes.set_xticks(range(len(rows)), [row["id"] for row in rows], rotation=60)
    axes.grid(True, axis="y", linewidth=0.3)
    axes.set_title("Published queries over Linux 6.1 (1.3 GB of text), 2 cores", fontsize=10)
    axes.legend(fontsize=8, ncol=4, loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False)
    figure.tight_layout()
    figure.savefig(sys.argv[2], format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
