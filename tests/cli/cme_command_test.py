#!/usr/bin/env python3
"""The commands `fano cme` and `fano compare` as a user has them: python3 cme_command_test.py FANO SOURCE"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

FANO, SOURCE = sys.argv[1], sys.argv[2]
MODELS = os.path.join(SOURCE, "models")


def fano(*arguments, cwd=None):
    return subprocess.run([FANO, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd)


def model(name):
    return os.path.join(MODELS, name + ".toml")


class Cme(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_a_distribution_over_time_comes_with_its_error(self):
        done = fano("cme", model("telegraph"), "--times", "0:50:6", "--out", self.path("t.h5"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"mRNA +6\.66666")
        bound = float(re.search(r"error at most ([0-9.e-]+)", done.stdout).group(1))
        self.assertLessEqual(bound, 1e-6)
        self.assertTrue(os.path.exists(self.path("t.h5")))

    def test_cells_follow_the_distribution(self):
        fano("cme", model("telegraph"), "--times", "5,20", "--out", self.path("exact.h5"), "--quiet")
        fano("run", model("telegraph"), "--times", "5,20", "--cells", "20000", "--out", self.path("cells.h5"), "--quiet")
        done = fano("compare", self.path("cells.h5"), self.path("exact.h5"), "--picture", self.path("both.svg"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("At time 20", done.stdout)
        self.assertIn("<svg", open(self.path("both.svg")).read())

    def test_stationary_and_quasi_stationary_states_are_given(self):
        done = fano("cme", model("schlogl"), "--stationary")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"X +454\.8613")
        done = fano("cme", model("sis"), "--quasi-stationary")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("escape rate 0.0090104", done.stdout)

    def test_results_of_named_integrators_do_not_depend_on_threads(self):
        tables = []
        for threads in ("1", "2"):
            done = fano("cme", model("toggle"), "--times", "3", "--integrator", "uniformization", "--threads", threads,
                        "--out", self.path(threads + ".csv"), "--quiet")
            self.assertEqual(done.returncode, 0, done.stderr)
            tables.append([line for line in open(self.path(threads + ".csv")) if not line.startswith("#")])
        self.assertEqual(*tables)

    def test_what_cannot_be_done_is_said(self):
        for arguments, words in [
            (("cme", model("division")), "event"),
            (("cme", model("extrinsic")), "differs from cell to cell"),
            (("cme", model("telegraph"), "--tolerance", "1e-16"), "1e-13"),
            (("cme", model("telegraph"), "--box", "mrna=0:10"), "mRNA"),
            (("cme", model("telegraph"), "--box", "mRNA"), "--box NAME=LOW:HIGH"),
            (("cme", model("telegraph"), "--integrator", "krylow"), "krylov"),
            (("cme", model("toggle"), "--box", "U=0:1000000", "--box", "V=0:1000000"), "1e+12"),
            (("cme", model("toggle"), "--max-states", "100", "--times", "5"), "--tolerance"),
            (("compare", self.path("no.h5"), self.path("no.h5")), "no.h5"),
        ]:
            done = fano(*arguments)
            self.assertEqual(done.returncode, 2, (arguments, done.stdout, done.stderr))
            self.assertIn(words, done.stderr)

    def test_a_box_that_is_too_small_is_seen_in_the_certificate(self):
        done = fano("cme", model("birth_death"), "--set", "M=0", "--box", "M=0:15", "--times", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(float(re.search(r"error at most ([0-9.e-]+)", done.stdout).group(1)), 0.1)
        self.assertIn("box is too small", done.stderr)

    def test_it_stops_when_told_and_leaves_nothing(self):
        work = subprocess.Popen([FANO, "cme", model("vilar"), "--times", "0:100:3", "--out", self.path("v.h5")],
                                stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        time.sleep(1)
        work.send_signal(signal.SIGINT)
        begun = time.monotonic()
        work.communicate(timeout=30)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertIn(work.returncode, (130, 2))
        self.assertEqual(os.listdir(self.folder.name), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
