// A solution of the master equation as one JSON object.
#include "fano/error.hpp"
#include "io/json_object.hpp"
#include "io/output_file.hpp"
#include "io/solution_parts.hpp"

namespace fano {

namespace {

// [time]
template <class Of>
Json over_time(CmeSolution const& solution, Of of) {
    auto rows = Json::array();
    for (auto const& at : solution.at) rows.push_back(of(at));
    return rows;
}

// [time][output]
template <class Of>
Json table(CmeSolution const& solution, Of of) {
    return over_time(solution, [&](auto const& at) {
        auto row = Json::array();
        for (std::size_t o = 0; o < solution.outputs.size(); ++o) row.push_back(of(at, o));
        return row;
    });
}

// Numbers row by row as an array of arrays.
Json matrix(std::vector<double> const& values, std::size_t columns) {
    auto rows = Json::array();
    for (std::size_t first = 0; first < values.size(); first += columns) {
        auto const begin = values.begin() + static_cast<std::ptrdiff_t>(first);
        rows.push_back(std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(columns)));
    }
    return rows;
}

void add_moments(Json& object, CmeSolution const& solution) {
    for (auto const& moment : solution_moments) object[moment.name] = table(solution, moment.of);
    object["covariance"] =
        over_time(solution, [&](auto const& at) { return matrix(at.covariance, solution.outputs.size()); });
    object["quantile_levels"] = quantile_levels;
    object["quantile"] = table(solution, [](auto const& at, std::size_t o) {
        auto row = Json::array();
        for (double level : quantile_levels) row.push_back(at.quantile(o, level));
        return row;
    });
}

void add_probabilities(Json& object, CmeSolution const& solution) {
    auto& probability = object["probability"] = Json::object();
    for (std::size_t o = 0; o < solution.outputs.size(); ++o)
        probability[solution.outputs[o].id] = over_time(solution, [&](auto const& at) {
            auto const& [low, width, values] = at.marginals[o];
            return Json{{"low", low}, {"width", width}, {"probability", values}};
        });
    auto& joint = object["joint"] = Json::array();
    for (std::size_t pair = 0; pair < solution.joint.size(); ++pair)
        joint.push_back(Json{{"first", solution.outputs[solution.joint[pair].first].id},
                             {"second", solution.outputs[solution.joint[pair].second].id},
                             {"at", over_time(solution, [&](auto const& at) {
                                  auto const& bins = at.joint[pair];
                                  return Json{{"low", bins.low},
                                              {"width", bins.width},
                                              {"probability", matrix(bins.probability, bins.bins[1])}};
                              })}});
}

void add_ends_and_currents(Json& object, CmeSolution const& solution) {
    if (!solution.targets.empty()) {
        object["conditions"] = solution.targets;
        object["arrived"] = over_time(solution, [](auto const& at) { return at.arrived; });
    }
    if (!solution.stationary || !solution.stationary->currents) return;
    auto const& currents = *solution.stationary->currents;
    auto& rates = object["reaction_rate"] = Json::object();
    for (std::size_t r = 0; r < currents.rates.size(); ++r) rates[solution.reactions[r]] = currents.rates[r];
    auto& cycles = object["cycle_current"] = Json::object();
    for (auto const& cycle : currents.cycles) cycles[cycle.reactions] = cycle.current;
}

Json to_json(CmeSolution const& solution, Provenance const& provenance) {
    Json object;
    object["times"] = over_time(solution, [](auto const& at) { return at.time; });
    auto names = Json::array(), units = Json::array();
    for (auto const& output : solution.outputs) {
        names.push_back(output.id);
        units.push_back(output.unit);
    }
    object["species"] = names;
    object["units"] = units;
    add_moments(object, solution);
    add_probabilities(object, solution);
    for (auto const& bound : solution_bounds)
        object[bound.name] = over_time(solution, [&](auto const& at) { return bound.of(at.certificate); });
    object["states"] = over_time(solution, [](auto const& at) { return at.states; });
    add_fields(object, solution_fields(solution));
    add_ends_and_currents(object, solution);
    object["device"] = solution.device;
    object["notes"] = solution.notes;
    auto& origin = object["provenance"] = Json::object();
    add_fields(origin, provenance_fields(provenance));
    return object;
}

}  // namespace

void write_json(std::ostream& out, CmeSolution const& solution, Provenance const& provenance) {
    write_json_object(to_json(solution, provenance), [&](auto const& part) { out << part; });
    out << std::flush;
    if (!out) throw InputError("the standard output could not be written");
}

void write_json(std::string const& file, CmeSolution const& solution, Provenance const& provenance) {
    TextFile text(file);
    write_json_object(to_json(solution, provenance), [&](auto const& part) { text.write(part); });
    text.close();
    text.commit();
}

}  // namespace fano
