#!/usr/bin/python3
"""Opens an HDF5 result as a user would, and checks that it is labelled and complete.

usage: check_xarray.py FILE
Exit status: 0 all is well, 1 something is not (the message says what), 77 a module is missing.
"""
import sys

try:
    import h5netcdf
    import numpy as np
    import xarray as xr
except ImportError as missing:
    print(f"skipped: {missing}; install python3-xarray and python3-h5netcdf")
    sys.exit(77)

MOMENTS = ("mean", "variance", "skewness", "fano", "cv2")
PROVENANCE = ("version", "commit", "command", "model_file", "model_name", "model_hash", "time_unit", "device", "date",
              "seed")


def open_dataset(file, group=None):
    with xr.open_dataset(file, engine="h5netcdf", group=group) as ds:
        return ds.load()


def check_labels(ds):
    assert ds["time"].dims == ("time",) and ds["time"].dtype == np.float64, ds["time"]
    assert (np.diff(ds["time"]) > 0).all()
    assert ds.sizes["species"] >= 1
    assert all(isinstance(name, str) and name for name in ds["species"].values), ds["species"]
    for name, variable in ds.variables.items():
        for dimension in variable.dims:
            assert dimension in ds.coords, f"{name}: {dimension} has no labels"
        assert "long_name" in variable.attrs, f"{name} has no long_name"


def check_attributes(file, ds):
    for name in PROVENANCE:
        assert name in ds.attrs, f"the file does not say its {name}"
    assert len(ds.attrs["fingerprint"]) == 16
    if ds.attrs["time_unit"]:
        assert ds["time"].attrs["units"]
    group = open_dataset(file, "provenance")
    for name in PROVENANCE:
        assert group.attrs[name] == ds.attrs[name], name


def check_moments(ds):
    for name in MOMENTS + tuple(f"{moment}_error" for moment in MOMENTS) + ("minimum", "maximum"):
        assert ds[name].dims == ("time", "species"), ds[name]
        assert ds[name].dtype == np.float64
    assert (ds["variance"].values >= 0).all() or ds["cells"].min() < 2
    for species in ds["species"].values:
        one = ds.sel(species=species)
        seen = one["cells"].values > 0
        minimum, mean, maximum = (one[name].values[seen] for name in ("minimum", "mean", "maximum"))
        rounding = 1e-12 * np.maximum(abs(minimum), abs(maximum))
        assert (minimum - rounding <= mean).all() and (mean <= maximum + rounding).all(), species
    if "covariance" in ds:
        assert ds["covariance"].dims == ("time", "species", "species_other")
        np.testing.assert_array_equal(ds["covariance"].values, ds["covariance"].values.swapaxes(1, 2))
        for name in ds["species"].values:
            np.testing.assert_array_equal(ds["covariance"].sel(species=name, species_other=name),
                                          ds["variance"].sel(species=name))


def check_histograms(ds):
    for name in ds["species"].values:
        histogram = ds[f"histogram_{name}"]
        time, bins = histogram.dims
        assert time == "time" and histogram.dtype == np.uint64, histogram
        np.testing.assert_array_equal(histogram.sum(bins), ds["cells"])
        width = histogram.attrs["bin_width"]
        np.testing.assert_allclose(np.diff(ds[bins]), width)
        for i in np.flatnonzero(ds["cells"].values):
            occupied = ds[bins].values[histogram.values[i] > 0]
            low, high = (float(ds[extreme].sel(species=name)[i]) for extreme in ("minimum", "maximum"))
            for edge, value in ((occupied[0], low), (occupied[-1], high)):
                assert -1e-6 <= (value - edge) / width < 1 + 1e-6, (name, i, edge, value)
    for name in (name for name in ds.data_vars if name.startswith("joint_")):
        np.testing.assert_array_equal(ds[name].sum(ds[name].dims[1:]), ds["cells"])


def check_cells(ds):
    snapshots = ds["snapshots"]
    assert snapshots.dims == ("time", "cell", "species"), snapshots
    assert ds["cell"].dtype == np.uint64 and ds["cell"][0] == ds.attrs["first_cell"]
    assert ds.sizes["cell"] == ds.attrs["ensemble_cells"]
    if "mean" in ds:
        for name in ds["species"].values:
            one = snapshots.sel(species=name)
            # The tally rounds what is not whole.
            if (one == np.floor(one)).all():
                np.testing.assert_allclose(one.mean("cell"), ds["mean"].sel(species=name), rtol=1e-9)


def check_trajectories(file, ds):
    with h5netcdf.File(file, "r") as content:
        cells = list(content["trajectory"].groups) if "trajectory" in content.groups else []
    for cell in cells:
        trajectory = open_dataset(file, f"trajectory/{cell}")
        assert trajectory["values"].dims == ("time", "species"), trajectory
        assert list(trajectory["species"].values) == list(ds["species"].values)
        assert trajectory.attrs["cell"] == int(cell)
        assert (np.diff(trajectory["time"]) >= 0).all()
    return len(cells)


def main(file):
    ds = open_dataset(file)
    check_labels(ds)
    check_attributes(file, ds)
    parts = []
    if "mean" in ds:
        check_moments(ds)
        check_histograms(ds)
        parts.append("moments and histograms")
    if "snapshots" in ds:
        check_cells(ds)
        parts.append("snapshots")
    if "reaction" in ds.dims:
        assert ds["reaction_events"].dims == ("reaction",) and ds["reaction_events"].dtype == np.uint64
        parts.append("reaction counts")
    trajectories = check_trajectories(file, ds)
    if trajectories:
        parts.append(f"{trajectories} trajectories")
    print(f"{file}: {', '.join(parts) or 'coordinates only'} of {', '.join(ds['species'].values)}")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
