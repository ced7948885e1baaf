// A Network as plain arrays: what the table-driven kernels read. Views only; the host owns the memory.
//
// Registers: [0, species) counts, [species, slots) other quantities that differ between cells or change in
// time (parameters drawn at birth or set by events, volumes set by events), then time, constants and results.
#pragma once

#include "kernels/core/program.hpp"

namespace fano::kernels {

// What one reaction does to the species whose changes these are.
struct Change {
    u32 reaction;
    double amount;
};

// What the reaction whose changes these are does to one species.
struct SpeciesChange {
    u32 species;
    double amount;
};

// A reaction whose propensity changes when another one fires.
struct Dependent {
    u32 reaction;
    u32 levels;  // sums above its leaf to renew; those above them are renewed with the next dependent's
};

// A reaction of a large network.
struct ReactionEntry {
    Program program;      // its propensity alone
    u32 propensity;       // register
    u32 timed;            // 1 if it depends on time
    u32 first_change;     // into species_changes, up to the next reaction's
    u32 first_dependent;  // into dependents, likewise
};

struct ConstantEntry {
    u32 reg;
    double value;
};

enum class BirthKind : u32 {
    expression,
    poisson,            // a = mean
    binomial,           // a = n, b = p
    negative_binomial,  // a = mean, b = Fano factor
    uniform_whole,      // a = low, b = high
    lognormal,          // a = mean, b = cv
    gamma,              // a = mean, b = cv
    positive_normal,    // a = mean, b = sd
    uniform,            // a = low, b = high
};

// How one quantity gets its value when a cell is born. Entries run in order; later ones may read earlier ones.
struct BirthEntry {
    BirthKind kind;
    u32 slot;
    u32 whole;  // 1 for a count: the value must be a whole number
    Program arguments;
    u32 a, b;  // registers of the arguments
};

struct EventTarget {
    u32 slot;
    u32 whole;  // 1 for a count: the value must be a whole number
};

struct EventAssignment {
    EventTarget target;
    u32 reg;
    u32 scaled;  // 1 if the value is a concentration: the count is value * volume when the event executes
    u32 volume;  // register
};

// A time at which the trigger can turn, or just after which, while the counts stand still.
struct Crossing {
    Program program;
    u32 reg;
};

// What an event is, its formulas aside.
struct EventTraits {
    bool initial_value, persistent, values_from_trigger_time;
    bool has_delay, has_priority;
    u32 assignments;
    u32 crossings;
};

struct EventEntry {
    EventTraits traits;
    Program trigger, delay, priority, values, volumes;
    u32 trigger_register, delay_register, priority_register;
    u32 first_assignment, first_crossing;
};

// How often the direct method must look at more than propensities.
struct Features {
    bool timed = false;           // some propensity depends on time: thinning
    bool guarded = false;         // some propensity or count could turn negative: check every step
    bool events = false;          // there are events
    bool state_triggers = false;  // some trigger depends on counts
    bool mixed_triggers = false;  // some trigger depends on counts and on time
};

// Networks with more reactions than these are large and run by the sparse method, whatever the device, so
// that all give the same bits. On one core with AVX-512 that is the faster method from about 220 reactions on
// where each changes four propensities, and from about 330 where each changes eighteen (bench/large.cpp). An
// elementary function (log, pow, ...) in a propensity counts as several reactions: it takes that many more
// instructions to evaluate, and as much more time to compile for a GPU.
inline constexpr u32 most_dense_reactions = 256;
inline constexpr u32 reactions_an_elementary_function = 8;

struct NetworkTable {
    u32 species, slots, registers, reactions;
    u32 time_register;
    Instruction const* code;
    ConstantEntry const* constants;
    u32 constant_count;

    Program propensities;        // all propensities, at one time
    Program timed_propensities;  // those that depend on time, for their bounds
    u32 const* propensity;       //!< [reaction] register
    u32 const* timed;            //!< [reaction] 1 if it depends on time
    u32 const* first_change;     //!< [species + 1] into changes
    Change const* changes;
    u32 const* guarded_reactions;
    u32 guarded_reaction_count;
    u32 const* guarded_species;
    u32 guarded_species_count;

    bool large;                     // run by the sparse method, and has these:
    ReactionEntry const* reaction;  //!< [reaction + 1]
    SpeciesChange const* species_changes;
    Dependent const* dependents;

    double const* initial;  //!< [slot] where no birth entry says otherwise
    BirthEntry const* births;
    u32 birth_count;

    EventEntry const* events;
    u32 event_count;
    EventAssignment const* assignments;
    u32 max_assignments;
    Crossing const* crossings;
    Program triggers;  // all triggers, lane-wise

    double const* output_limit;  //!< [output] sizes below this can be summed exactly
    u32 const* output;           //!< [output] register
    Program outputs;             // the outputs that are computed
    bool computed_outputs;
    u32 output_count;
    Features features;
};

// Why a cell could not go on.
enum class Failure : u32 {
    none,
    stopped,               // asked to stop from outside
    too_many_events,       // detail: 0
    not_a_number,          // detail: reaction
    negative_propensity,   // detail: reaction
    infinite_propensity,   // detail: reaction
    negative_count,        // detail: species
    count_too_large,       // detail: species
    birth_not_whole,       // detail: slot, value
    birth_invalid,         // detail: slot (argument of a distribution), value
    event_not_whole,       // detail: event, value
    event_delay_invalid,   // detail: event, value
    event_cascade,         // detail: event
    event_queue_full,      // detail: event
    unbounded_propensity,  // detail: reaction
    output_unusable,       // detail: output
};

struct FailureReport {
    Failure failure = Failure::none;
    u32 detail = 0;
    u64 cell = 0;
    double time = 0;
    double value = 0;
};

inline constexpr double largest_count = 2147483647.0;
inline constexpr u64 no_cell = ~u64{0};
inline constexpr u32 none = ~u32{0};  // no species, no output

}  // namespace fano::kernels

FANO_KERNELS_BEGIN

FANO_FUNCTION Failure propensity_fault(double propensity) {
    if (!(propensity == propensity)) return Failure::not_a_number;
    if (propensity < 0.0) return Failure::negative_propensity;
    return propensity < infinity ? Failure::none : Failure::infinite_propensity;
}

FANO_KERNELS_END
