#!/usr/bin/env python3
"""The command `fano rdme` as a user has it: python3 rdme_command_test.py FANO SOURCE"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

FANO, SOURCE = sys.argv[1], sys.argv[2]
SPACE = os.path.join(SOURCE, "models", "space")


def fano(*arguments, cwd=None):
    return subprocess.run([FANO, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd)


def model(name):
    return os.path.join(SPACE, name + ".toml")


class Rdme(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_both_methods_agree(self):
        means = []
        for method in ("lattice", "exact"):
            done = fano("rdme", model("association"), "--times", "0.02", "-n", "8", "--method", method)
            self.assertEqual(done.returncode, 0, done.stderr)
            means.append(float(re.search(r"^A +([0-9.]+)", done.stdout, re.M).group(1)))
        self.assertLess(abs(means[0] / means[1] - 1), 0.01)

    def test_the_error_of_the_step_is_printed(self):
        done = fano("rdme", model("association"), "--times", "0.01", "--set", "kf=0.3")
        self.assertRegex(done.stdout, r'pairs take \+0\.3\d % longer to react by "bind"')
        self.assertIn("27.5 % slower", done.stderr)
        done = fano("rdme", model("association"), "--times", "0.01", "--set", "kf=0.3", "--mesh-correction")
        self.assertIn('as its reverse "unbind", is 1.61 times as fast', done.stderr)

    def test_results_and_pictures_are_written(self):
        done = fano("rdme", model("association"), "--times", "0:0.01:3", "--fields", "--snapshots", "0", "--out",
                    self.path("r.h5"), "--out", self.path("r.png"), "--out", self.path("r.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        tree = xml.etree.ElementTree.parse(self.path("r.xdmf"))
        self.assertEqual(len(tree.findall(".//Time")), 3)
        with open(self.path("r.png"), "rb") as picture:
            self.assertEqual(picture.read(4), b"\x89PNG")
        self.assertTrue(os.path.exists(self.path("r.csv")))

    def test_the_gallery_runs(self):
        for name in os.listdir(SPACE):
            done = fano("rdme", os.path.join(SPACE, name), "--times", "0.01")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_model_in_space_is_well_mixed_elsewhere(self):
        done = fano("run", model("association"), "--cells", "20", "--times", "0.02")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"A +27[0-9]{3}")

    def test_what_cannot_be_is_said(self):
        for arguments, said in [
            (["--step", "1"], "too long"),
            (["--step", "0"], "--step"),
            (["--out", self.path("x.png")], "--fields"),
            (["--snapshots", "5"], "lattices go from 0 to 0"),
            (["--method", "tau"], "lattice or exact"),
            (["--device", "gpu", "--method", "exact"], "runs on processors"),
            (["-n", "0"], "at least 1"),
            (["--set", "volume=3"], "volume is that of the lattice"),
        ]:
            done = fano("rdme", model("association"), "--times", "0.01", *arguments)
            self.assertIn(done.returncode, (2, 3), arguments)
            self.assertIn(said, done.stderr, arguments)
        done = fano("rdme", os.path.join(SOURCE, "models", "telegraph.toml"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no [space]", done.stderr)

    def test_it_stops_cleanly(self):
        for method in ("lattice", "exact"):
            run = subprocess.Popen([FANO, "rdme", model("min"), "--times", "1000", "--method", method, "--out",
                                    self.path("m.h5")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(1)
            run.send_signal(signal.SIGINT)
            run.communicate(timeout=20)
            self.assertEqual(run.returncode, 130)
            self.assertEqual(os.listdir(self.folder.name), [])

    def test_it_stops_within_a_step(self):
        text = ('[space]\nvoxels = [4]\nedge = 1\n[space.diffusion]\nA = 1\n[species]\nA = 1000\nB = 0\n'
                '[reactions.flip]\nequation = "A <-> B"\nrate = 1e9\nreverse_rate = 1e9\n')
        with open(self.path("m.toml"), "w") as file:
            file.write(text)
        run = subprocess.Popen([FANO, "rdme", self.path("m.toml"), "--times", "10", "--step", "0.1"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=20)
        self.assertEqual(run.returncode, 130)

    def test_absurd_lattices_are_refused(self):
        for text, said in [('edge = 1\n[space.diffusion]\nA = 1e12\n', "steps of"),
                           ('edge = 1e-9\n[space.diffusion]\nA = 1\n', "steps of")]:
            with open(self.path("m.toml"), "w") as file:
                file.write('[space]\nvoxels = [4]\n' + text + '[species]\nA = 10\n')
            done = fano("rdme", self.path("m.toml"), "--times", "10")
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
