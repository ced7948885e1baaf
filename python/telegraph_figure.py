"""Draws docs/figures/telegraph.png from the result of scripts/demo: the distribution of mRNA at the last sample
time against its closed form (Beta-Poisson; Peccoud & Ycart, Theor. Popul. Biol. 48:222, 1995), and a map of the
distribution over time.

Usage: python3 python/telegraph_figure.py results/telegraph.h5 docs/figures/telegraph.png
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray


def beta_poisson(counts, on, off, transcription):
    """P(n) of the stationary telegraph model with rates in units of the decay rate, by Gauss-Jacobi quadrature."""
    x, weights = np.polynomial.legendre.leggauss(4000)
    x, weights = (x + 1) / 2, weights / 2
    density = weights * x ** (on - 1) * (1 - x) ** (off - 1)
    density /= density.sum()
    log_factorial = np.concatenate([[0], np.cumsum(np.log(np.arange(1, counts.max() + 1)))])
    log_poisson = counts[:, None] * np.log(transcription * x) - transcription * x - log_factorial[counts][:, None]
    return np.exp(log_poisson) @ density


def main(source, target):
    result = xarray.open_dataset(source, engine="h5netcdf")
    histogram = result["histogram_mRNA"].astype(float) / float(result.attrs["ensemble_cells"])
    counts = result["mRNA_bin"].values.astype(int)
    last = histogram.isel(time=-1)

    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), constrained_layout=True)
    left.bar(counts, last, width=1, color="#7fb3d5", label="fano, 1,000,000 cells")
    left.plot(counts, beta_poisson(counts, 0.5, 1, 20), ".-", color="#1b2631", markersize=3, linewidth=0.8, label="closed form")
    left.set(xlabel="mRNA molecules", ylabel="part of the cells", title=f"after {float(last.time):g} h")
    left.legend(frameon=False)
    early = histogram.sel(time=slice(0, 12))
    image = right.pcolormesh(early.time, counts, np.sqrt(early.T), cmap="magma_r", shading="nearest", vmax=0.45)
    right.plot(early.time, result["mean"].sel(species="mRNA", time=slice(0, 12)), color="white", linewidth=1)
    right.set(xlabel="time (h)", ylabel="mRNA molecules", title="the distribution settles; its mean in white", ylim=(0, 35))
    figure.colorbar(image, ax=right, label="√ part of the cells")
    figure.savefig(target, dpi=150)


if __name__ == "__main__":
    main(*sys.argv[1:])
