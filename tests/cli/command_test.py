#!/usr/bin/env python3
"""Tests the fano command as a user meets it: exit codes, messages, files, the same cells, Ctrl-C.

Usage: command_test.py FANO SOURCE_FOLDER. Prints each claim that fails; exits with 0 if none does.
"""
import csv
import json
import math
import os
import pty
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

FANO = os.path.abspath(sys.argv[1])
TELEGRAPH = str(Path(sys.argv[2]).resolve() / "models" / "telegraph.toml")
GOOD, INPUT, BACKEND, INTERRUPTED = 0, 2, 3, 130
CLAIMS = []
PROBLEMS = []  # of the claim that is being tested


def claim(function):
    CLAIMS.append(function)
    return function


def expect(condition, what):
    """Goes on after a failure, so that one run shows all of them."""
    if not condition:
        PROBLEMS.append(what)


def fano(*arguments, code=GOOD, words=()):
    """Runs fano; its exit code must be `code` and what it says on stderr must have all the words."""
    done = subprocess.run([FANO, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    said = f"fano {' '.join(map(str, arguments))}: exit {done.returncode}, stderr {done.stderr[-500:]!r}"
    expect(done.returncode == code, f"exit code {code} expected; {said}")
    for word in words:
        expect(word in done.stderr, f"{word!r} expected; {said}")
    return done


def run(*arguments, **keywords):
    return fano("run", TELEGRAPH, "-q", *arguments, **keywords)


def result(*arguments, model=TELEGRAPH):
    return json.loads(fano("run", model, "-q", "--json", "-", *arguments).stdout)


def model_file(text, name="model.toml"):
    Path(name).write_text(text)
    return name


def gene(species="mRNA = 0", parameters="k = 1", equation="-> mRNA", rate='"k"', rest=""):
    """A model whose species are in line 3, its parameter in 5, its equation in 7 and its rate in 8."""
    return model_file(f'times = "0:1:2"\n[species]\n{species}\n[parameters]\n{parameters}\n[reactions.make]\n'
                      f'equation = "{equation}"\nrate = {rate}\n{rest}')


def endless():
    """2e8 reactions a cell: no test waits for its end."""
    return model_file('times = "0:1000:11"\n[species]\nA = 0\n'
                      '[reactions.make]\nequation = "-> A"\nrate = 1e5\n'
                      '[reactions.lose]\nequation = "A -> 0"\nrate = 1\n', "endless.toml")


def table(name):
    return list(csv.DictReader(line for line in open(name, newline="") if not line.startswith("#")))


@claim
def version_and_help_succeed_on_the_standard_output():
    expect(fano("--version").stdout[0].isdigit(), "a version")
    for arguments in (["--help"], ["run", "--help"], ["info", "--help"]):
        done = fano(*arguments)
        expect("Usage: fano" in done.stdout and not done.stderr, f"{arguments} prints the usage")
    expect("--joint" in fano("run", "--help").stdout, "the options of run")


@claim
def usage_errors_exit_with_2_and_say_so_on_stderr():
    for arguments, word in (
            (["run", TELEGRAPH, "--nope"], "--nope"), (["run", TELEGRAPH, "second"], "second"),
            (["run"], "MODEL"), (["info"], "MODEL"), ([], "subcommand"), (["rnu"], ""),
            (["run", TELEGRAPH, "--cells"], "--cells"),
            (["run", TELEGRAPH, "--threads", "many"], "--threads"),
            (["run", TELEGRAPH, "--threads", "-1"], "--threads")):
        expect(not fano(*arguments, code=INPUT, words=[word]).stdout, f"{arguments} leaves stdout empty")


@claim
def options_may_stand_before_the_model():
    for option, value in (("--out", "a.json"), ("--set", "k_tx=3"), ("--joint", "mRNA,G_on"),
                          ("--trajectory", "0,1"), ("--cells", "20"), ("--json", "b.json")):
        fano("run", option, value, TELEGRAPH, "-q")
        fano("run", "-q", option, value, TELEGRAPH)
    expect(Path("a.json").exists() and Path("b.json").exists(), "both results are there")


@claim
def an_absent_backend_exits_with_3_and_an_unknown_one_with_2():
    listed = fano("devices").stdout
    expect("reference  yes" in listed, "the reference build is listed")
    if "gpu        no" in listed:
        run("--device", "gpu", code=BACKEND, words=["GPU"])
        run("--device", "gpu:0", code=BACKEND, words=["GPU"])
    else:
        run("--device", "gpu:99", code=BACKEND, words=["99"])
    run("--device", "gpu:0,0", code=INPUT, words=["twice"])
    run("--device", "gpu:x", code=INPUT, words=["gpu:x"])
    run("--block-threads", "33", code=INPUT, words=["33"])
    run("--device", "gup", code=INPUT, words=["gup", "avx2"])


@claim
def model_errors_name_file_and_line():
    for model, place, words in (
            (lambda: gene(equation="-> mrna"), ":7: ", ['"mrna"', 'did you mean "mRNA"?']),
            (lambda: gene(rate='"kk"'), ":8: ", ['"kk"', "not declared"]),
            (lambda: gene(species="mRNA = 0\nmRNA = 1"), ":4: ", ["duplicate", '"mRNA"']),
            (lambda: gene(parameters="k = 1\nmRNA = 1"), ":6: ", ["duplicate name", '"mRNA"', "line 3"]),
            (lambda: gene(parameters='k = "b + 1"\nb = "k"'), ":5: ", ["depends on itself", "cycle"]),
            (lambda: gene(species="mRNA = -1"), ":3: ", ["-1", "negative"]),
            (lambda: gene(species="mRNA = 2.5"), ":3: ", ["2.5", "whole"]),
            (lambda: gene(species="mRNA = 2147483648"), ":3: ", ["2147483647"]),
            (lambda: gene(rate="nan"), ":8: ", ["nan"]),
            (lambda: gene(rate='"0/0"'), ":8: ", ["nan"]),
            (lambda: gene(rate="-1"), ":8: ", ["negative"]),
            (lambda: gene(equation="0.5 mRNA -> 0"), ":7: ", ["fractional stoichiometry", "0.5"]),
            (lambda: gene(equation="mRNA"), ":7: ", ["arrow"])):
        for command in ("run", "info"):
            fano(command, model(), code=INPUT, words=["model.toml" + place, *words])


@claim
def files_that_are_no_models_are_refused_in_words():
    Path("folder").mkdir()
    sbml = '<sbml level="3" version="1" xmlns="http://www.sbml.org/sbml/level3/version1/core">'
    for name, words in (
            (model_file("", "empty.toml"), ["empty"]), (model_file(" \n", "blank.toml"), ["empty"]),
            (model_file(sbml + '\n<model id="m"><listOf', "cut.xml"), ["XML", "ends too early"]),
            (model_file("<html></html>", "page.xml"), ["not SBML"]),
            ("folder", ["is a folder"]), ("absent.toml", ["no such file"]),
            (model_file('times = "0:1:2"\n[species]\nA = 1\n[reactions]\n', "idle.toml"), ["no reactions"])):
        fano("run", name, code=INPUT, words=[name, *words])


@claim
def outputs_that_cannot_be_written_are_refused_before_the_run():
    Path("folder").mkdir()
    Path("file").touch()
    for name, words in (("absent/x.h5", ["absent", "does not exist"]), ("folder", ["is a directory"]),
                        ("x.txt", [".txt", ".csv"]), ("x", ["ending", ".h5"]),
                        ("file/x.h5", ["not a directory"]), ("", ["empty"])):
        # A run of so many cells would take minutes.
        run("-n", "1e9", "--out", name, code=INPUT, words=[name, *words])
        if name:
            run("-n", "1e9", "--json", name, code=INPUT, words=[name, *words])
    expect(sorted(os.listdir()) == ["file", "folder"], "nothing is left behind")


@claim
def a_full_disk_is_reported():
    Path("full.csv").symlink_to("/dev/full")
    run("-n", 10, "--out", "full.csv", code=INPUT, words=["full.csv", "No space left"])


@claim
def bad_values_of_options_are_refused_by_name():
    for option, value, word in (
            ("--set", "k_tx", "NAME=VALUE"), ("--set", "k_tx=", "k_tx"), ("--set", "k_tx=abc", "k_tx=abc"),
            ("--set", "k_TX=3", 'did you mean "k_tx"?'), ("--set", "k_tx=nan", "finite"),
            ("--set", "k_tx=-1", "transcription"), ("--set", "mRNA=-1", "negative"),
            ("--set", "mRNA=0.5", "whole"), ("--set", "mRNA=3e9", "2147483647"),
            ("--times", "0:10", "FROM:TO:POINTS"), ("--times", "10:0:5", "backwards"),
            ("--times", "3,1", "ascend"), ("--times", "abc", "abc"), ("--times", "-1,2", "-1"),
            ("--times", "0:10:0", "0 points"), ("--times", "nan", "nan"),
            ("--cells", "0", "--cells"), ("--cells", "-1", "--cells"), ("--cells", "1.5", "1.5"),
            ("--cells", "many", "many"), ("--cells", "1e20", "1e20"), ("--seed", "-1", "--seed"),
            ("--max-events", "0", "--max-events"), ("--cell", "x", "--cell"),
            ("--trajectory", "x", "--trajectory"), ("--plot", "mrna", 'did you mean "mRNA"?'),
            ("--joint", "mRNA,Gon", 'did you mean "G_on"?'), ("--joint", "mRNA", "A,B")):
        run(option, value, code=INPUT, words=[word])


@claim
def odd_but_possible_runs_succeed():
    expect(result("-n", 1)["variance"][-1] == [None] * 3, "one cell has no variance")
    expect(result("-n", 5, "--times", "0:0:1")["mean"] == [[1, 0, 0]], "time 0 is the initial state")
    for text, times in (("5:10:3", [5, 7.5, 10]), ("0,0,1", [0, 0, 1]), ("7", [7])):
        expect(result("-n", 5, "--times", text)["times"] == times, f"--times {text}")
    run("-n", 10, "--seed", 2**64 - 1, "--threads", 64)
    events = '[events.add]\ntrigger = "t >= 4.5"\nassign = { A = "A + 10" }\n'
    model = model_file('times = "0,4,5"\n[species]\nA = 3\n' + events)
    expect(result("-n", 5, model=model)["mean"] == [[3], [3], [13]], "events alone make a model")
    Path("sp ace").mkdir()
    crlf = model_file(Path(TELEGRAPH).read_text().replace("\n", "\r\n"), "sp ace/tele graph.toml")
    same = result("-n", 50, model=crlf)["fingerprint"] == result("-n", 50)["fingerprint"]
    expect(same, "CRLF changes nothing")
    found = result("--times", "1", model=gene("mRNA = 2147483647", equation="mRNA -> 0", rate="1e-9"))
    mean, error, exact = found["mean"][0][0], found["mean_error"][0][0], 2147483647 * math.exp(-1e-9)
    expect(abs(mean - exact) < 5 * error < 0.5, f"2^31 - 1 molecules decay to {mean} ± {error}, not {exact}")


@claim
def evenly_spaced_times_are_the_numbers_that_a_user_means():
    expect(result("-n", 1)["times"] == list(range(101)), "0:100:101 is 0, 1, 2, ... 100")


@claim
def the_last_cell_number_is_simulated_or_refused_but_never_made_up():
    arguments = ["--cell", str(2**64 - 1), "--times", "0", "-q", "--json", "-"]
    done = subprocess.run([FANO, "run", TELEGRAPH, *arguments], capture_output=True, text=True, timeout=60)
    expect(done.returncode == INPUT or json.loads(done.stdout)["mean"] == [[1, 0, 0]], done.stdout[:150])


@claim
def a_dry_run_refuses_what_the_run_would_refuse():
    for option in (["--cells", "0"], ["--times", "5,1"], ["--times", "-1"], ["--max-events", "0"]):
        run("--dry-run", *option, code=INPUT)


@claim
def an_infinite_propensity_is_named():
    model = gene(species="mRNA = 100", equation="mRNA -> 0", rate="1.7e308")
    fano("run", model, "-n", 1, "--max-events", "1e4", code=INPUT, words=["make", "infinite"])


@claim
def json_on_stdout_is_alone_and_complete():
    done = fano("run", TELEGRAPH, "-n", 1000, "--times", "0:10:3", "--json", "-")
    found = json.loads(done.stdout)
    for key in ("mean", "mean_error", "variance", "variance_error"):
        shape = [len(row) for row in found[key]]
        expect(shape == [3, 3, 3], f"{key}[time][species] has rows of {shape}")
    for key in ("times", "species", "events", "events_per_second", "device", "provenance"):
        expect(key in found, key)
    expect(found["species"] == ["G_off", "G_on", "mRNA"] and found["times"] == [0, 5, 10], "labels")
    expect("--json -" in found["provenance"]["command"] and found["provenance"]["seed"] == 1, "provenance")
    expect("mRNA" in done.stderr, "the table goes to stderr")
    quiet = run("-n", 10, "--json", "-")
    expect(not quiet.stderr and quiet.stdout.startswith("{"), "-q leaves only JSON")


@claim
def every_output_that_was_asked_for_is_written_and_nothing_else():
    run("-n", 20, "--out", "x.h5", "--out", "y.csv", "--out", "z.json", "--json", "w.json", "--no-covariance")
    names = sorted(os.listdir())
    expect(names == ["w.json", "x.h5", "y.csv", "y.histogram.csv", "z.json"], str(names))
    expect(Path("x.h5").read_bytes()[:4] == b"\x89HDF", "HDF5")
    first, second = (json.loads(Path(name).read_text()) for name in ("w.json", "z.json"))
    expect(first["mean"] == second["mean"], "both JSON files")
    moments = [float(row["mean"]) for row in table("y.csv")][-3:]
    expect(moments == first["mean"][-1], f"CSV {moments}, JSON {first['mean'][-1]}")
    run("-n", 20, "--seed", 2, "--json", "w.json")
    expect(json.loads(Path("w.json").read_text())["provenance"]["seed"] == 2, "an old file is replaced")


@claim
def a_dry_run_writes_nothing():
    outputs = ["--snapshots", "--out", "x.h5", "--json", "y.json"]
    done = fano("run", TELEGRAPH, "--dry-run", "-n", "1e12", *outputs)
    expect("1000000000000 cells" in done.stdout and "nothing was run" in done.stdout, done.stdout)
    expect(not os.listdir(), str(os.listdir()))


@claim
def one_cell_alone_is_the_cell_of_the_ensemble():
    times = ["--times", "0:5:3", "--snapshots"]
    run("-n", 12346, *times, "--out", "all.csv")
    run("--cell", 12345, *times, "--out", "one.csv")
    one = table("one.snapshots.csv")
    expect(len(one) == 3 and {row["cell"] for row in one} == {"12345"}, "three times of one cell")
    expect(one == [row for row in table("all.snapshots.csv") if row["cell"] == "12345"], "the same counts")


@claim
def trajectories_pass_through_the_snapshots():
    run("-n", 18, "--times", "0:20:41", "--snapshots", "--trajectory", "0,5,17", "--out", "x.csv")
    steps = table("x.trajectory.csv")
    expect({row["cell"] for row in steps} == {"0", "5", "17"}, "the cells that were asked for")
    for row in table("x.snapshots.csv"):
        past = [s for s in steps if s["cell"] == row["cell"] and float(s["time"]) <= float(row["time"])]
        if past:
            expect(past[-1]["mRNA"] == row["mRNA"], f"cell {row['cell']} at time {row['time']}")


@claim
def a_trajectory_asked_for_twice_does_not_spoil_the_result():
    run("-n", 5, "--trajectory", "3,3", "--out", "x.h5")
    expect(os.listdir() == ["x.h5"], "the file is there")


@claim
def reaction_counts_add_up_to_the_events():
    found = result("-n", 100, "--reactions")
    counts = found["reaction_events"]
    expect(list(counts) == ["activation", "activation_reverse", "transcription", "decay"], str(counts))
    expect(sum(counts.values()) == found["events"], f"{counts} and {found['events']} events")


@claim
def the_seed_alone_decides_the_cells():
    def print_of(*arguments):
        return result("-n", 500, "--times", "0:20:5", *arguments)["fingerprint"]

    first = print_of("--seed", 7)
    expect(print_of("--seed", 8) != first, "another seed gives other cells")
    for same in ([], ["--threads", 1], ["--threads", 2], ["--device", "auto"], ["--device", "reference"]):
        expect(print_of("--seed", 7, *same) == first, f"{same} gives the same cells")


@claim
def settings_change_the_mean_as_theory_says():
    for k_tx, gamma in ((20, 1), (30, 1), (20, 2)):
        found = result("--times", "0,60", "--set", f"k_tx={k_tx}", "--set", f"gamma={gamma}")
        mean, error, exact = found["mean"][1][2], found["mean_error"][1][2], k_tx / gamma / 3
        # Wrong by chance once in 1.7 million runs; finds an error of 10 %.
        expect(abs(mean - exact) < 5 * error < 0.1 * exact, f"{mean} ± {error}, not {exact}")


def interrupt(arguments, ready):
    """Starts fano, sends Ctrl-C once ready() holds, and gives its exit code and stderr within 3 s."""
    process = subprocess.Popen([FANO, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        started = time.monotonic()
        while not ready(time.monotonic() - started) and process.poll() is None:
            expect(time.monotonic() - started < 20, "ready in 20 s")
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=3)[1]
        return process.returncode, said
    finally:
        process.kill()
        process.wait()


@claim
def leaping_is_chosen_refused_and_reported():
    decay = model_file('times = "0,1"\n[species]\nA = 1e6\n[reactions.decay]\nequation = "A -> 0"\nrate = 1\n')
    leaps = result("--method", "tau", "--cells", 50, model=decay)
    expect(leaps["method"] == "tau" and leaps["epsilon"] == 0.03, leaps["method"])
    expect(50 < leaps["leaps"] < 5000, leaps["leaps"])
    said = fano("run", decay, "--method", "auto", "--cells", 50).stdout
    expect("method tau, because" in said and "tau-leaping, epsilon 0.03" in said, said[-300:])
    said = fano("run", TELEGRAPH, "--method", "auto", "--cells", 50).stdout
    expect("method exact, because" in said, said[-300:])
    fano("run", decay, "--method", "tau", "--epsilon", 0, code=INPUT, words=["between 0 and 1"])
    fano("run", decay, "--method", "leap", code=INPUT, words=["exact, tau, cle or auto"])
    fano("run", decay, "--epsilon", 0.1, code=INPUT, words=["--epsilon", "--method is exact"])
    fano("run", decay, "--stiff", code=INPUT, words=["--stiff is of --method tau"])


@claim
def the_langevin_equation_warns_refuses_and_reports():
    decay = model_file('times = "0,1"\n[species]\nA = 1e6\n[reactions.decay]\nequation = "A -> 0"\nrate = 1\n')
    steps = result("--method", "cle", "--cells", 50, model=decay)
    expect((steps["method"], steps["scheme"], steps["events"]) == ("cle", "trapezoidal", 0), steps["method"])
    expect(50 < steps["steps"] < 5000, steps["steps"])
    said = fano("run", decay, "--method", "cle", "--step", 0.1, "--scheme", "euler").stdout
    expect("(euler, of 0.1)" in said and "steps/s" in said, said[-300:])
    said = fano("run", decay, "--method", "cle", "--set", "A=20").stderr
    expect("warning" in said and '"A"' in said and "not valid" in said, said[-300:])
    fano("run", TELEGRAPH, "--method", "cle", code=INPUT, words=["G_off + G_on stays 1", "--method exact"])
    fano("run", decay, "--step", 0.1, code=INPUT, words=["--step is of --method cle"])
    for step in (-1, 0):
        fano("run", decay, "--method", "cle", "--step", step, code=INPUT, words=[f"--step {step}", "more than 0"])
    fano("run", decay, "--method", "cle", "--step", 0.1, "--epsilon", 0.1, code=INPUT, words=["one of them"])
    fano("run", decay, "--method", "cle", "--scheme", "milstein", code=INPUT, words=["trapezoidal or euler"])
    fano("run", decay, "--method", "cle", "--reactions", code=INPUT, words=["--reactions"])


@claim
def methods_without_cells_print_and_write_their_tables():
    said = fano("ode", TELEGRAPH, "-o", "ode.csv", "-o", "ode.json").stdout
    expect("counts" in said and "wrote ode.csv" in said, said[-300:])
    expect(abs(float(table("ode.csv")[-1]["mRNA"]) - 20 / 3) < 1e-6, "the mean of mRNA at the end")
    said = fano("ode", TELEGRAPH, "--steady").stdout
    expect("steady_states" in said and "eigenvalues" in said, said)
    fano("lna", TELEGRAPH, "--stationary", "-q", "-o", "lna.json")
    expect("42.222" in Path("lna.json").read_text(), Path("lna.json").read_text()[:300])
    said = fano("moments", TELEGRAPH, "--order", 3).stdout
    expect("exact, without a closure" in said, said[-300:])
    fano("moments", TELEGRAPH, "--order", 5, code=INPUT, words=["order"])
    fano("moments", TELEGRAPH, "--order", "-1", code=INPUT, words=["--order", "-1", "from 1 to 4"])
    fano("ode", TELEGRAPH, "--tolerance", 1, code=INPUT, words=["--tolerance", "from 1e-14 to 0.01"])
    fano("lna", TELEGRAPH, "--stationary", "--lags", "0:1:1e6", code=INPUT, words=["--lags", "at most 100000"])
    fano("ode", TELEGRAPH, "-o", "out.csv", "-o", "./out.csv", code=INPUT, words=["./out.csv", "named twice"])
    fano("ode", TELEGRAPH, "--continue", "nothing=1:2", code=INPUT, words=["nothing"])
    birth = model_file('times = "0:1:2"\n[species]\nA = 0\n[reactions.make]\nequation = "-> A"\nrate = 1\n')
    fano("ode", birth, "--steady", code=INPUT, words=["steady state", "A"])
    fano("lna", birth, "--stationary", code=INPUT, words=[birth, "steady state"])


@claim
def interrupting_a_run_leaves_nothing_behind():
    outputs = ["--out", "x.h5", "--out", "x.csv", "--json", "x.json"]
    code, said = interrupt(["run", endless(), "-n", "1e5", *outputs], lambda seconds: seconds > 1)
    expect(code == INTERRUPTED and "stopped" in said, f"exit {code}, {said!r}")
    expect(os.listdir() == ["endless.toml"], str(os.listdir()))
    expect("\r" not in said and "\033" not in said, "no bar where there is no terminal")


@claim
def interrupting_the_writing_leaves_nothing_half_written():
    code, said = interrupt(["run", TELEGRAPH, "-n", "30000", "-q", "--snapshots", "--out", "x.csv"],
                           lambda seconds: any(".tmp" in name for name in os.listdir()))
    left = sorted(os.listdir())
    complete = [f"x{kind}.csv" for kind in (".covariance", "", ".histogram", ".snapshots")]
    expect((code, left) in ((INTERRUPTED, []), (GOOD, complete)), f"exit {code}, {said!r}, left {left}")


@claim
def a_terminal_that_is_gone_does_not_lose_the_result():
    species = "\n".join(f"A{i} = 1" for i in range(200))  # a table larger than any buffer
    with open("/dev/full", "w") as full:
        command = [FANO, "run", gene(species, equation="-> A1"), "-n", "10", "--out", "x.csv"]
        subprocess.run(command, stdout=full, stderr=subprocess.DEVNULL, timeout=60)
        expect(Path("x.csv").exists(), "the result is written although the table could not be printed")
        refused = subprocess.run([FANO, "run", "absent.toml"], stderr=full, timeout=60)
    expect(refused.returncode == INPUT, f"exit {refused.returncode} where stderr is full")


@claim
def a_terminal_shows_a_bar():
    try:
        ours, theirs = pty.openpty()
    except OSError as error:  # a container without /dev/pts
        print(f"not tried: a terminal shows a bar ({error})")
        return
    process = subprocess.Popen([FANO, "run", endless()], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        started = time.monotonic()
        while b"%" not in seen and time.monotonic() - started < 10:
            seen += os.read(ours, 4096)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        os.close(ours)
    expect(b"\r" in seen and b"[" in seen and b"%" in seen, repr(seen[-200:]))


def main():
    failed = 0
    for function in CLAIMS:
        PROBLEMS.clear()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                function()
            except Exception:  # one claim that breaks must not hide the others
                PROBLEMS.append(traceback.format_exc())
            os.chdir("/")
        failed += bool(PROBLEMS)
        for problem in PROBLEMS:
            print(f"FAILED: {function.__name__.replace('_', ' ')}: {problem}")
    print(f"{len(CLAIMS) - failed} of {len(CLAIMS)} claims hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
