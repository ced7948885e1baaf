// A Network is a Model compiled: integer stoichiometry, propensity programs, conservation laws.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fano/model.hpp"

namespace fano {

struct NetworkTables;  // what the kernels read; private to the library

struct StoichiometryEntry {
    std::uint32_t species;
    std::int64_t change;
};

struct NetworkReaction {
    std::string id;
    std::string equation;    // "G_on -> G_on + mRNA"
    std::string propensity;  // as evaluated, in counts: "k_tx*G_on"
    std::vector<StoichiometryEntry> changes;
};

// sum of coefficient * count over species stays what it is at time 0.
struct ConservationLaw {
    std::vector<StoichiometryEntry> terms;  // species, coefficient
    std::string text;                       // "G_off + G_on"
};

// What a tally keeps: the counts of all species, then observables.
struct Output {
    std::string id;
    std::string unit;
    bool count;      // a count of molecules: whole, not negative
    double quantum;  // values are rounded to multiples of this before they are summed; 1 for counts
};

class Network {
public:
    std::string name;
    std::string file;
    std::string time_unit;
    std::string default_times;
    std::vector<std::string> species;
    std::vector<std::string> species_units;
    std::vector<std::string> initial;  // [species] as text: "5", "poisson(mean = 5)"
    std::vector<NetworkReaction> reactions;
    std::vector<std::string> events;
    std::vector<Output> outputs;
    std::vector<ConservationLaw> conservation_laws;
    std::vector<std::string> cell_parameters;  // drawn or computed per cell
    std::vector<std::string> warnings;
    std::uint64_t hash = 0;  // of everything that decides the cells' fates but the seed

    std::shared_ptr<NetworkTables const> tables;

    // Index of an output; throws InputError with a suggestion.
    std::uint32_t output(std::string const& id) const;
};

// Checks the model and compiles it. Throws InputError with file and line.
Network compile(Model const& model);

}  // namespace fano
