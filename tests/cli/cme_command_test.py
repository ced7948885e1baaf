#!/usr/bin/env python3
"""The commands `fano cme` and `fano compare` as a user has them: python3 cme_command_test.py FANO SOURCE"""
import json
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

    def test_currents_are_printed_and_kept(self):
        done = fano("cme", model("refractory"), "--stationary", "--currents", "--out", self.path("c.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"recovery \+ activation \+ deactivation +0\.2\b")
        self.assertIn("infinite, as recovery has no reverse", done.stdout)
        table = open(self.path("c.currents.csv")).read()
        self.assertRegex(table, r"reaction,transcription,(4\b|3\.99999|4\.0000)")
        self.assertIn("# entropy_production: inf", open(self.path("c.csv")).read())

    def test_passages_have_probabilities_and_times(self):
        done = fano("passage", model("sis"), "--until", "I == 0", "--out", self.path("p.json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"I == 0 +1 +103\.798")
        self.assertAlmostEqual(json.load(open(self.path("p.json")))["passages"]["mean time"][0], 103.798, 3)
        done = fano("passage", model("sis"), "--until", "I == 0", "--times", "0:400:5", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["conditions"], ["I == 0"])
        arrived = [row[0] for row in result["arrived"]]
        self.assertEqual(arrived, sorted(arrived))
        self.assertGreater(arrived[-1], 0.95)

    def test_a_result_as_json_is_alone_on_the_standard_output(self):
        done = fano("cme", model("telegraph"), "--times", "20", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertAlmostEqual(sum(result["probability"]["mRNA"][0]["probability"]), 1, 5)
        done = fano("cme", model("schlogl"), "--stationary", "--json", self.path("s.json"), "--quiet")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertIsNone(json.load(open(self.path("s.json")))["times"][0])

    def test_files_of_stationary_states_hold_what_is_known_of_their_error(self):
        done = fano("cme", model("birth_death"), "--stationary", "--quiet", "--out", self.path("s.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        text = open(self.path("s.csv")).read()
        for name in ("stationary_outflow", "stationary_doubling_difference", "stationary_residual"):
            self.assertRegex(text, "# " + name + r": [0-9]")
        done = fano("cme", model("sis"), "--quasi-stationary", "--quiet", "--out", self.path("q.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("# escape_rate: 0.00901", open(self.path("q.csv")).read())

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
            (("cme", model("telegraph"), "--currents"), "--stationary"),
            (("cme", model("telegraph"), "--stationary", "--device", "gpu"), "processor"),
            (("cme", model("telegraph"), "--times", "1", "--device", "gpu:0,1"), "one GPU"),
            (("passage", model("telegraph")), "--until"),
            (("passage", model("telegraph"), "--until", "mRNA"), "compares nothing"),
            (("passage", model("telegraph"), "--until", "mRNA >="), 'condition "mRNA >="'),
            (("passage", model("telegraph"), "--until", "time > 3"), "time"),
            (("passage", model("telegraph"), "--until", "mRNA > 3", "--json", "-"), "--times"),
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
