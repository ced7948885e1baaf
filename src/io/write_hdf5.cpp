// One HDF5 file that xarray opens with labels: moments over (time, species), histograms, single cells, and where
// they came from.
#include "fano/error.hpp"
#include "fano/result.hpp"
#include "io/fields.hpp"
#include "io/hdf5_parts.hpp"

namespace fano {

namespace {

void write_table(Hdf5File& file, std::string const& name, std::string const& long_name,
                 std::string const& unit, std::vector<double> const& values) {
    file.dataset(name, {"time", "species"}, values);
    describe_hdf5(file, name, long_name, unit);
}

void write_moments(Hdf5File& file, Ensemble const& ensemble) {
    auto const& tally = ensemble.tally;
    std::size_t const times = tally.layout().times, outputs = tally.outputs();
    auto unit = common_unit(ensemble.outputs);
    std::vector<std::uint64_t> cells(times);
    for (std::size_t time = 0; time < times; ++time) cells[time] = tally.cells(time);
    file.dataset("cells", {"time"}, cells);
    describe_hdf5(file, "cells", "number of cells in the sample", "");

    std::vector<double> values(times * outputs), errors(times * outputs);
    for (auto const& moment : moments) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            auto estimate = (tally.*moment.of)(i / outputs, i % outputs);
            values[i] = estimate.value;
            errors[i] = estimate.error;
        }
        std::string name = moment.name, long_name = moment.long_name;
        write_table(file, name, long_name, power_of_unit(unit, moment.power_of_unit), values);
        write_table(file, name + "_error", "standard error: " + long_name,
                    power_of_unit(unit, moment.power_of_unit), errors);
    }
    for (auto const& extreme : extremes) {
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = (tally.*extreme.of)(i / outputs, i % outputs);
        write_table(file, extreme.name, extreme.long_name, unit, values);
    }
}

void write_covariance(Hdf5File& file, Ensemble const& ensemble) {
    auto const& tally = ensemble.tally;
    std::size_t const times = tally.layout().times, outputs = tally.outputs();
    write_hdf5_other_species(file, ensemble.outputs);
    std::vector<double> values(times * outputs * outputs), errors(values.size());
    for (std::size_t time = 0; time < times; ++time)
        for (std::size_t a = 0; a < outputs; ++a)
            for (std::size_t b = a; b < outputs; ++b) {
                auto estimate = a == b ? tally.variance(time, a) : tally.covariance(time, a, b);
                for (auto at : {(time * outputs + a) * outputs + b, (time * outputs + b) * outputs + a}) {
                    values[at] = estimate.value;
                    errors[at] = estimate.error;
                }
            }
    auto unit = power_of_unit(common_unit(ensemble.outputs), 2);
    file.dataset("covariance", {"time", "species", "species_other"}, values);
    describe_hdf5(file, "covariance", "covariance over cells", unit);
    file.dataset("covariance_error", {"time", "species", "species_other"}, errors);
    describe_hdf5(file, "covariance_error", "standard error: covariance over cells", unit);
}

void write_reactions(Hdf5File& file, Ensemble const& ensemble) {
    file.dimension("reaction", ensemble.reactions);
    describe_hdf5(file, "reaction", "reaction", "");
    file.dataset("reaction_events", {"reaction"}, ensemble.reaction_counts);
    describe_hdf5(file, "reaction_events", "how often the reaction fired, in all cells", "");
}

}  // namespace

void write_ensemble(Hdf5File& file, Ensemble const& ensemble, Provenance const& provenance) {
    write_hdf5_origin(file, provenance);
    file.attributes("/", run_fields(ensemble));
    file.attribute("/", {"ensemble_cells", ensemble.cells});

    write_hdf5_coordinates(file, ensemble.times, ensemble.outputs, provenance.time_unit);
    if (has_tally(ensemble)) {
        write_moments(file, ensemble);
        if (ensemble.tally.layout().covariance) write_covariance(file, ensemble);
        write_hdf5_histograms(file, ensemble);
    }
    if (!ensemble.reaction_counts.empty()) write_reactions(file, ensemble);
    if (!ensemble.snapshots.empty()) write_hdf5_snapshots(file, ensemble);
    if (!ensemble.trajectories.empty()) write_hdf5_trajectories(file, ensemble, provenance.time_unit);
}

void write_hdf5(std::string const& name, Ensemble const& ensemble, Provenance const& provenance) {
    Hdf5File file(name);
    write_ensemble(file, ensemble, provenance);
    file.commit();
}

}  // namespace fano
