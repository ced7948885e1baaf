"""How long do SciPy's ways through the chemical master equation take, at equal true error, beside those of bench_cme?

Runs bench_cme, then scipy.sparse.linalg.expm_multiply and solve_ivp (BDF, sparse Jacobian) on the generators that it
wrote, and prints all of it in one table: for each target the fastest run of each method with a true error, sum
|p - reference|, of at most that. Every run has a process of its own and one thread. Needs SciPy: pip install scipy.

Usage: python3 bench/cme_peers.py --bench build/release/bench/bench_cme [--limit 120] [--export DIR] [problem ...]
"""

import argparse
import csv
import math
import multiprocessing
import os
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # heeded when NumPy is loaded

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import expm_multiply

PROBLEMS = ["birth_death", "toggle", "schlogl", "two_stage"]
TARGETS = [1e-3, 1e-6, 1e-9, 1e-11]
LAST_OF_DIFFERENCES = 1e-9


class Problem:
    def __init__(self, folder):
        def read(name):
            return np.load(folder / f"{name}.npy")

        self.name = folder.name
        self.start, self.reference, self.time = read("start"), read("reference"), read("time")[0]
        size = len(self.start)
        self.a = csr_matrix((read("values"), read("columns"), read("starts")), shape=(size, size))
        with open(folder / "runs.tsv", encoding="utf-8", newline="") as file:
            self.runs = [(method, side, *map(float, numbers)) for method, side, *numbers in csv.reader(file, delimiter="\t")]


def exponential(problem, _):
    a = problem.a * problem.time
    return expm_multiply(a, problem.start, traceA=a.diagonal().sum())


def differences(problem, tolerance):
    a, end = problem.a, problem.time
    absolute = 0.01 * tolerance / len(problem.start)
    found = solve_ivp(lambda _, p: a @ p, (0, end), problem.start, method="BDF", t_eval=[end], jac=a.tocsc(),
                      rtol=tolerance, atol=absolute)
    if not found.success:
        raise RuntimeError(found.message)
    return found.y[:, -1]


def measured(problem, solve, tolerance, limit):
    """(seconds, true error), in a process of its own that its alarm clock ends; runs of less than a second three times.

    Seconds are infinite where the limit was reached, not a number where the method failed."""

    def work(end):
        signal.alarm(limit)
        seconds = []
        while not seconds or (seconds[0] < 1 and len(seconds) < 3):
            begun = time.perf_counter()
            p = solve(problem, tolerance)
            seconds.append(time.perf_counter() - begun)
        end.send((statistics.median(seconds), np.abs(p - problem.reference).sum()))

    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=work, args=(there,))
    child.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        child.join()
        return (math.inf if child.exitcode == -signal.SIGALRM else math.nan), math.inf
    finally:
        child.join()


def text_of(seconds, limit):
    if math.isnan(seconds):
        return "failed"
    return f"{seconds:.4g}" if seconds < math.inf else f"> {limit} s"


def scan(problem, method, solve, powers, limit):
    for power in powers:
        tolerance = 10.0**-power if power else 0
        seconds, error = measured(problem, solve, tolerance, limit)
        shown = f"{tolerance:.0e}" if tolerance else ""
        print(f"| {problem.name} | {method} | {shown} | {text_of(seconds, limit)} | {error:.2g} |", flush=True)
        problem.runs.append((method, "peer", tolerance, seconds, error))
        if error <= LAST_OF_DIFFERENCES or seconds == math.inf:
            break


def best(problem, method, target):
    """Seconds of the fastest run that meets the target; infinite if more time might have met it, None otherwise."""
    runs = [run for run in problem.runs if run[0] == method]
    return min((seconds for *_, seconds, error in runs if error <= target or seconds == math.inf), default=None)


def ratio(peers, ours, limit):
    """Of the fastest; "" where a peer is left out for another reason than its time, so that none is known."""
    mine = min((seconds for seconds in ours if seconds is not None), default=math.inf)
    theirs = min((seconds for seconds in peers if seconds is not None), default=math.inf)
    if mine == math.inf or (theirs == math.inf and None in peers):
        return ""
    return f"{theirs / mine:.3g}" if theirs < math.inf else f"> {limit / mine:.3g}"


def summarise(problems, limit):
    side = {run[0]: run[1] for problem in problems for run in problem.runs}
    print("\n| problem | states | error at most | " + " | ".join(side) + " | fastest peer / fastest of fano | / auto |")
    print("|---" * (len(side) + 5) + "|")
    for problem in problems:
        for target in TARGETS:
            seconds = {method: best(problem, method, target) for method in side}
            peers = [seconds[method] for method in side if side[method] == "peer"]
            ours = [seconds[method] for method in side if side[method] == "fano"]
            row = [problem.name, f"{len(problem.start)}", f"{target:.0e}"]
            row += ["" if s is None else text_of(s, limit) for s in seconds.values()]
            row += [ratio(peers, ours, limit), ratio(peers, [seconds["auto"]], limit)]
            print("| " + " | ".join(row) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bench", required=True, help="path of bench_cme")
    parser.add_argument("--limit", type=int, default=120, help="seconds that a run may take")
    parser.add_argument("--export", help="folder for generators and runs of bench_cme; kept")
    parser.add_argument("problems", nargs="*", help="of " + ", ".join(PROBLEMS) + "; all if none is named")
    options = parser.parse_args()
    names = options.problems or PROBLEMS
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.export or temporary)
        command = [options.bench, "--limit", str(options.limit), "--export", str(folder), *names]
        subprocess.run(command, check=True)
        problems = [Problem(folder / name) for name in names]
    print(f"SciPy {scipy.__version__}, NumPy {np.__version__}\n")
    print("| problem | method | tolerance | s | true error |\n|---|---|---|---|---|")
    for problem in problems:
        scan(problem, "expm_multiply", exponential, [0], options.limit)
        scan(problem, "solve_ivp BDF", differences, range(1, 14), options.limit)
    summarise(problems, options.limit)


if __name__ == "__main__":
    main()
