// One JSON object with moments and totals, for scripts. A top-level key a line.
#include <ostream>
#include <sstream>

#include "fano/error.hpp"
#include "fano/result.hpp"
#include "io/fields.hpp"
#include "io/json_object.hpp"
#include "io/output_file.hpp"

namespace fano {

namespace {

// [time][output]
template <class Of>
Json table(Ensemble const& ensemble, Of of) {
    auto rows = Json::array();
    for (std::size_t time = 0; time < ensemble.tally.layout().times; ++time) {
        auto row = Json::array();
        for (std::size_t output = 0; output < ensemble.tally.outputs(); ++output)
            row.push_back(of(time, output));
        rows.push_back(std::move(row));
    }
    return rows;
}

void add_moments(Json& object, Ensemble const& ensemble) {
    auto const& tally = ensemble.tally;
    for (auto const& moment : moments) {
        object[moment.name] = table(ensemble, [&](auto t, auto o) { return (tally.*moment.of)(t, o).value; });
        object[std::string(moment.name) + "_error"] =
            table(ensemble, [&](auto t, auto o) { return (tally.*moment.of)(t, o).error; });
    }
    for (auto const& extreme : extremes)
        object[extreme.name] = table(ensemble, [&](auto t, auto o) { return (tally.*extreme.of)(t, o); });
}

void add_covariance(Json& object, Ensemble const& ensemble) {
    auto const& tally = ensemble.tally;
    auto rows = [&](double Estimate::*part) {
        return table(ensemble, [&](auto time, auto first) {
            auto row = Json::array();
            for (std::size_t second = 0; second < tally.outputs(); ++second)
                row.push_back((first == second ? tally.variance(time, first)
                                               : tally.covariance(time, std::min(first, second),
                                                                  std::max(first, second))).*
                              part);
            return row;
        });
    };
    object["covariance"] = rows(&Estimate::value);
    object["covariance_error"] = rows(&Estimate::error);
}

Json to_json(Ensemble const& ensemble, Provenance const& provenance) {
    Json object;
    object["times"] = ensemble.times;
    auto names = Json::array();
    auto units = Json::array();
    for (auto const& output : ensemble.outputs) {
        names.push_back(output.id);
        units.push_back(output.unit);
    }
    object["species"] = names;
    object["units"] = units;
    object["cells"] = ensemble.cells;
    if (has_tally(ensemble)) {
        add_moments(object, ensemble);
        if (ensemble.tally.layout().covariance) add_covariance(object, ensemble);
    }
    add_fields(object, run_fields(ensemble));
    object["device"] = ensemble.device;
    object["warnings"] = ensemble.warnings;
    if (!ensemble.reaction_counts.empty()) {
        auto& counts = object["reaction_events"] = Json::object();
        for (std::size_t r = 0; r < ensemble.reactions.size(); ++r)
            counts[ensemble.reactions[r]] = ensemble.reaction_counts[r];
    }
    auto& origin = object["provenance"] = Json::object();
    add_fields(origin, provenance_fields(provenance));
    return object;
}

}  // namespace

void write_json(std::ostream& out, Ensemble const& ensemble, Provenance const& provenance) {
    write_json_object(to_json(ensemble, provenance), [&](auto const& part) { out << part; });
    out << std::flush;
    if (!out)
        throw InputError(
            "the JSON result cannot be written: the stream does not take it (full disk or closed pipe?)");
}

void write_json(std::string const& file, Ensemble const& ensemble, Provenance const& provenance) {
    TextFile output(file);
    std::ostringstream stream;
    write_json(stream, ensemble, provenance);
    output.write(stream.view());
    output.close();
    output.commit();
}

}  // namespace fano
