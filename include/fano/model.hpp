// A Model is what the user wrote, in TOML or SBML, brought to one form. All symbols in its expressions mean
// what `Quantity` says; reactions, rules and events name quantities by id.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fano/expression.hpp"
#include "fano/space.hpp"

namespace fano {

enum class DistributionKind { poisson, binomial, negative_binomial, uniform, lognormal, gamma, normal };

// A value drawn once a cell, at its birth.
//   poisson: mean; binomial: n, p; negative_binomial: mean, Fano factor; uniform: low, high (whole numbers for a
//   species); lognormal, gamma: mean, coefficient of variation; normal: mean, sd of the normal before it is
//   truncated at 0.
struct Distribution {
    DistributionKind kind;
    Expression a;
    Expression b;
};

enum class QuantityKind { species, parameter, volume, observable };

struct Quantity {
    std::string id;
    QuantityKind kind = QuantityKind::parameter;
    // Species: the initial count (molecules). Parameter, volume: the value. May use other quantities' initial
    // values; species and volumes in it mean what `concentration` says. Ignored if `distribution` is set.
    Expression initial;
    std::optional<Distribution> distribution;
    // Value at all times; for assignment rules and observables. In the unit that the symbol has.
    std::optional<Expression> rule;
    std::string volume;          // species: the volume it is in
    bool concentration = false;  // species: in expressions the symbol means count/volume, not count
    bool fixed = false;          // species: reactions do not change it
    double resolution = 0;       // observable: rounded to this before sums (0: chosen by fano)
    std::string unit;            // text, for people
    int line = 0;
};

struct Participant {
    std::string species;
    double count = 1;  // molecules; whole, once conversion factors are in
};

enum class LawKind {
    mass_action,    // law = stochastic constant c; propensity = c * number of distinct reactant combinations
    deterministic,  // law = deterministic constant k, concentrations in molecules a volume (docs/models.md)
    propensity,     // law = the propensity itself
};

struct Reaction {
    std::string id;
    std::vector<Participant> reactants;
    std::vector<Participant> products;
    LawKind kind = LawKind::mass_action;
    Expression law;
    int line = 0;
};

struct Assignment {
    std::string target;
    Expression value;  // in the unit that the target's symbol has
};

// As in SBML Level 3, section 4.11.
struct Event {
    std::string id;
    Expression trigger;
    std::optional<Expression> delay;
    std::optional<Expression> priority;
    bool initial_value = true;  // a trigger that holds at time 0 does not fire then
    bool persistent = true;
    bool values_from_trigger_time = true;
    std::vector<Assignment> assignments;
    int line = 0;
};

class Model {
public:
    std::string file;  // as given by the user
    std::string name;
    std::string description;
    std::string source;
    std::string times;      // default sample times, "0:100:101", or empty
    std::string time_unit;  // text
    std::vector<Quantity> quantities;
    std::vector<Reaction> reactions;
    std::vector<Event> events;
    std::optional<Space> space;      // where the molecules are; methods without space take all as well mixed
    std::vector<std::string> notes;  // what the reader wants the user to know

    Quantity* find(std::string const& id);
    Quantity const* find(std::string const& id) const;
    // Gives a parameter, volume or initial count another value; replaces a distribution. Throws InputError, with
    // a suggestion if the name is unknown.
    void set(std::string const& id, double value);
};

// Reads a file by its content: SBML if it is XML, TOML otherwise. Throws InputError.
Model read_model(std::string const& file);
Model read_toml(std::string const& text, std::string const& file);
Model read_sbml(std::string const& text, std::string const& file);

// The declared name nearest to `name`, as ` (did you mean "mRNA"?)`, or nothing if none is near.
std::string suggest(std::string const& name, std::vector<std::string> const& declared);

}  // namespace fano
