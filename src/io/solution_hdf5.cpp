// A solution of the master equation in HDF5, in the layout of an ensemble's results.
#include "io/hdf5_bins.hpp"
#include "io/solution_parts.hpp"

namespace fano {

namespace {

constexpr std::size_t max_bins = 1 << 18;
constexpr std::size_t max_joint_bins = 2 * Tally::max_joint_bins;

// [time][...]: what `of` appends for each time.
template <class T, class Of>
std::vector<T> over_time(CmeSolution const& solution, Of of) {
    std::vector<T> values;
    for (auto const& at : solution.at) of(at, values);
    return values;
}

void write_moments(Hdf5File& file, CmeSolution const& solution, std::string const& unit) {
    for (auto const& moment : solution_moments) {
        file.dataset(moment.name, {"time", "species"},
                     over_time<double>(solution, [&](auto const& at, auto& values) {
                         for (std::size_t o = 0; o < solution.outputs.size(); ++o)
                             values.push_back(moment.of(at, o));
                     }));
        describe_hdf5(file, moment.name, moment.long_name, power_of_unit(unit, moment.power_of_unit));
    }
    write_hdf5_other_species(file, solution.outputs);
    file.dataset("covariance", {"time", "species", "species_other"},
                 over_time<double>(solution, [](auto const& at, auto& values) {
                     values.insert(values.end(), at.covariance.begin(), at.covariance.end());
                 }));
    describe_hdf5(file, "covariance", "covariance", power_of_unit(unit, 2));
}

void write_quantiles(Hdf5File& file, CmeSolution const& solution, std::string const& unit) {
    file.dimension("quantile_level", quantile_levels);
    describe_hdf5(file, "quantile_level", "part of the probability", "");
    file.dataset("quantile", {"time", "species", "quantile_level"},
                 over_time<double>(solution, [&](auto const& at, auto& values) {
                     for (std::size_t o = 0; o < solution.outputs.size(); ++o)
                         for (double level : quantile_levels) values.push_back(at.quantile(o, level));
                 }));
    describe_hdf5(file, "quantile",
                  "left edge of the first bin up to which there is this part of the probability", unit);
}

void write_bounds(Hdf5File& file, CmeSolution const& solution) {
    for (auto const& bound : solution_bounds) {
        file.dataset(bound.name, {"time"}, over_time<double>(solution, [&](auto const& at, auto& values) {
                         values.push_back(bound.of(at.certificate));
                     }));
        describe_hdf5(file, bound.name, bound.long_name, "");
    }
    file.dataset("states", {"time"}, over_time<std::uint64_t>(solution, [](auto const& at, auto& values) {
                     values.push_back(at.states);
                 }));
    describe_hdf5(file, "states", "number of states in the set", "");
}

// What ended where; what flows in a stationary state.
void write_ends_and_currents(Hdf5File& file, CmeSolution const& solution) {
    if (!solution.targets.empty()) {
        file.dimension("condition", solution.targets);
        file.dataset("arrived", {"time", "condition"},
                     over_time<double>(solution, [](auto const& at, auto& values) {
                         values.insert(values.end(), at.arrived.begin(), at.arrived.end());
                     }));
        describe_hdf5(file, "arrived", "probability to have ended in this condition", "");
    }
    if (!solution.stationary || !solution.stationary->currents) return;
    auto const& currents = *solution.stationary->currents;
    file.dimension("reaction", solution.reactions);
    file.dataset("reaction_rate", {"reaction"}, currents.rates);
    describe_hdf5(file, "reaction_rate", "mean number of events per time", "");
    if (currents.cycles.empty()) return;
    std::vector<std::string> names;
    std::vector<double> values;
    for (auto const& cycle : currents.cycles) {
        names.push_back(cycle.reactions);
        values.push_back(cycle.current);
    }
    file.dimension("cycle", names);
    file.dataset("cycle_current", {"cycle"}, values);
    describe_hdf5(file, "cycle_current", "net number of rounds per time", "");
}

void write_probabilities(Hdf5File& file, CmeSolution const& solution) {
    BinNames const names{"probability_", "joint_probability_", "probability"};
    auto const times = solution.at.size();
    for (std::size_t o = 0; o < solution.outputs.size(); ++o)
        write_hdf5_single<double>(
            file, solution.outputs[o], times, names, max_bins,
            [&](std::size_t time) -> Marginal const& { return solution.at[time].marginals[o]; });
    write_hdf5_pairs<double>(file, solution.outputs, times, solution.joint, names, max_joint_bins,
                             [&](std::size_t time, std::size_t pair) -> JointMarginal const& {
                                 return solution.at[time].joint[pair];
                             });
}

}  // namespace

void write_solution_hdf5(std::string const& name, CmeSolution const& solution, Provenance const& provenance) {
    Hdf5File file(name);
    write_hdf5_origin(file, provenance);
    file.attributes("/", solution_fields(solution));
    for (std::size_t i = 0; i < solution.notes.size(); ++i)
        file.attribute("/", {i == 0 ? "note" : fmt::format("note_{}", i + 1), solution.notes[i]});

    std::vector<double> times;
    for (auto const& at : solution.at) times.push_back(at.time);
    write_hdf5_coordinates(file, times, solution.outputs, provenance.time_unit);
    auto const unit = common_unit(solution.outputs);
    write_moments(file, solution, unit);
    write_quantiles(file, solution, unit);
    write_bounds(file, solution);
    write_probabilities(file, solution);
    write_ends_and_currents(file, solution);
    file.commit();
}

}  // namespace fano
