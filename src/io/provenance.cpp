// Where a result came from: gathers it, and lists it for the writers.
#include <ctime>

#include <fmt/format.h>

#include "fano/commit.hpp"
#include "fano/table.hpp"
#include "io/fields.hpp"

namespace fano {

namespace {

std::string now_utc() {
    std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace

std::string hexadecimal(std::uint64_t number) { return fmt::format("{:016x}", number); }

bool has_tally(Ensemble const& ensemble) {
    auto const& layout = ensemble.tally.layout();
    return layout.times > 0 && !layout.quanta.empty();
}

std::string version_text() { return std::string(FANO_VERSION) + " (" + FANO_COMMIT + ")"; }

Provenance describe(Network const& network, std::string const& command) {
    Provenance provenance;
    provenance.version = FANO_VERSION;
    provenance.commit = FANO_COMMIT;
    provenance.command = command;
    provenance.model_file = network.file;
    provenance.model_name = network.name;
    provenance.model_hash = hexadecimal(network.hash);
    provenance.time_unit = network.time_unit;
    provenance.device = "cpu";
    provenance.date = now_utc();
    return provenance;
}

Provenance describe(Network const& network, Ensemble const& ensemble, std::string const& command) {
    auto provenance = describe(network, command);
    provenance.device = ensemble.device;
    provenance.seed = ensemble.seed;
    return provenance;
}

Provenance describe(Network const& network, CmeSolution const& solution, std::string const& command) {
    auto provenance = describe(network, command);
    provenance.device = solution.device;
    return provenance;
}

std::vector<Field> provenance_fields(Provenance const& provenance) {
    return {
        {"version", provenance.version},
        {"commit", provenance.commit},
        {"command", provenance.command},
        {"model_file", provenance.model_file},
        {"model_name", provenance.model_name},
        {"model_hash", provenance.model_hash},
        {"time_unit", provenance.time_unit},
        {"device", provenance.device},
        {"date", provenance.date},
        {"seed", provenance.seed},
    };
}

std::vector<Field> run_fields(Ensemble const& ensemble) {
    double speed = ensemble.seconds > 0 ? static_cast<double>(ensemble.events) / ensemble.seconds : 0;
    std::vector<Field> fields = {
        {"first_cell", ensemble.first_cell},
        {"events", ensemble.events},
        {"seconds", ensemble.seconds},
        {"events_per_second", speed},
        {"threads", std::uint64_t{ensemble.threads}},
        {"fingerprint", hexadecimal(ensemble.fingerprint)},
        {"method", method_name(ensemble.method)},
    };
    if (ensemble.method == Method::langevin) {
        fields.push_back({"scheme", scheme_name(ensemble.scheme)});
        if (ensemble.step > 0)
            fields.push_back({"step", ensemble.step});
        else
            fields.push_back({"epsilon", ensemble.epsilon});
        fields.push_back({"steps", ensemble.langevin.steps});
    }
    if (ensemble.method == Method::tau) {
        fields.push_back({"epsilon", ensemble.epsilon});
        fields.push_back({"leaps", ensemble.leaps.leaps});
        fields.push_back({"exact_steps", ensemble.leaps.exact_steps});
        fields.push_back({"stiff_leaps", ensemble.leaps.stiff});
        fields.push_back({"shortened_leaps", ensemble.leaps.shortened});
    }
    return fields;
}

}  // namespace fano
