"""Draws docs/figures/tau.png from what build/release/bench/bench_tau prints: how far the mean is off against what a cell
costs, for every method and epsilon, with two standard errors of sampling as the bar.

Usage: build/release/bench/bench_tau > tau.txt && python3 python/tau_figure.py tau.txt docs/figures/tau.png
"""

import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = {"tau": "#c0392b", "tau --stiff": "#7d3c98", "cle": "#2874a6"}
EXACT = re.compile(r"\| exact \| \| ([\d.]+) \|")
ROW = re.compile(r"\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| [\d.]+ \| ([+-][\d.]+) ± ([\d.]+) \|")


def read(lines):
    """[(title, microseconds of exact, {method: [(epsilon, microseconds, bias, error)]})]"""
    panels = []
    for line in lines:
        if line[:1].isalpha() and ": mean " in line:
            panels.append((line.split(": mean")[0], None, {}))
        elif found := EXACT.match(line):
            panels[-1] = (panels[-1][0], float(found[1]), panels[-1][2])
        elif found := ROW.match(line):
            panels[-1][2].setdefault(found[1], []).append(tuple(map(float, found.groups()[1:])))
    return panels


def main(source, target):
    with open(source, encoding="utf-8") as file:
        panels = read(file)
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(1, len(panels), figsize=(3.4 * len(panels), 3.2), constrained_layout=True)
    for axis, (title, exact, methods) in zip(axes, panels):
        axis.axhline(0, color="#b2babb", linewidth=0.8)
        axis.axvline(exact, color="#1b2631", linewidth=1)
        axis.annotate("exact", (exact, 0.03), xycoords=("data", "axes fraction"), rotation=90, ha="right", fontsize=7)
        for name, points in methods.items():
            epsilon, cost, bias, error = zip(*points)
            axis.errorbar(cost, bias, yerr=[2 * e for e in error], color=COLOURS[name], marker="o", markersize=4,
                          linewidth=1, elinewidth=0.6, capsize=1.5, label=name)
            for e, c, b in zip(epsilon, cost, bias):
                axis.annotate(f"{e:g}", (c, b), textcoords="offset points", xytext=(3, 3), fontsize=6, color=COLOURS[name])
        axis.set(xscale="log", title=title, xlabel="microseconds a cell")
        axis.legend(frameon=False, fontsize=7)
    axes[0].set_ylabel("mean off by, of a standard deviation")
    figure.savefig(target, dpi=150)


if __name__ == "__main__":
    main(*sys.argv[1:])
