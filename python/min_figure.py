#!/usr/bin/env python3
"""Draws where MinD is on the membrane, along the cell and over time, and says how long an oscillation takes:

    build/release/fano rdme models/space/min.toml --times 0:160:321 --step 8.33e-5 --snapshots 0 --out min.h5
    python3 python/min_figure.py min.h5 docs/figures/min.png
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def membrane_slabs(file):
    """Molecules of MinD on the membrane, [time][slab along x], of the first lattice kept."""
    species = [name.decode() for name in file["space_species"][:]]
    bound = [species.index("D_membrane"), species.index("DE_membrane")]
    return file["counts"][0][:, bound].sum(axis=(1, 2, 3))


def period(time, slabs, settled=20.0):
    """The first peak of the autocorrelation of left half minus right half."""
    half = slabs.shape[1] // 2
    difference = (slabs[:, :half].sum(axis=1) - slabs[:, -half:].sum(axis=1))[time >= settled].astype(float)
    difference -= difference.mean()
    correlation = np.correlate(difference, difference, "full")[len(difference) - 1 :]
    falling = np.argmax(correlation < 0)
    return (falling + np.argmax(correlation[falling:])) * (time[1] - time[0])


def main(source, target):
    with h5py.File(source) as file:
        time, x, slabs = file["time"][:], file["x"][:], membrane_slabs(file)
    figure, axes = plt.subplots(figsize=(9, 3), layout="constrained")
    # The flat caps of the lattice's cell hold more than a slab elsewhere.
    image = axes.pcolormesh(time, x, slabs.T, shading="nearest", rasterized=True, vmax=np.quantile(slabs, 0.99))
    figure.colorbar(image, extend="max", label="MinD on the membrane,\nmolecules a slab of 0.05 µm")
    axes.set(xlabel="time (s)", ylabel="along the cell (µm)")
    figure.savefig(target, dpi=110)
    print(f"period {period(time, slabs):.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
