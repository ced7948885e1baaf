// Views and the hash of a network's tables.
#include "model/tables.hpp"

#include <bit>

namespace fano {

kernels::NetworkTable NetworkTables::view() const {
    kernels::NetworkTable table = scalars;
    table.code = code.data();
    table.constants = constants.data();
    table.constant_count = static_cast<std::uint32_t>(constants.size());
    table.propensity = propensity.data();
    table.timed = timed.data();
    table.first_change = first_change.data();
    table.changes = changes.data();
    table.guarded_reactions = guarded_reactions.data();
    table.guarded_reaction_count = static_cast<std::uint32_t>(guarded_reactions.size());
    table.guarded_species = guarded_species.data();
    table.guarded_species_count = static_cast<std::uint32_t>(guarded_species.size());
    table.reaction = reaction.data();
    table.species_changes = species_changes.data();
    table.dependents = dependents.data();
    table.initial = initial.data();
    table.births = births.data();
    table.birth_count = static_cast<std::uint32_t>(births.size());
    table.events = events.data();
    table.event_count = static_cast<std::uint32_t>(events.size());
    table.assignments = assignments.data();
    table.crossings = crossings.data();
    table.output = output.data();
    table.output_limit = output_limit.data();
    table.output_count = static_cast<std::uint32_t>(output.size());
    return table;
}

namespace {

class Fnv1a {
public:
    template <class... Values>
    void add(Values... values) {
        (add_word(word(values)), ...);
    }
    std::uint64_t value() const { return hash_; }

private:
    static std::uint64_t word(double x) { return std::bit_cast<std::uint64_t>(x); }
    static std::uint64_t word(std::uint64_t x) { return x; }
    static std::uint64_t word(std::uint32_t x) { return x; }
    static std::uint64_t word(bool x) { return x ? 1 : 0; }

    void add_word(std::uint64_t x) {
        for (int i = 0; i < 8; ++i, x >>= 8) hash_ = (hash_ ^ (x & 0xff)) * 0x100000001b3u;
    }
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace

std::uint64_t NetworkTables::hash() const {
    Fnv1a h;
    auto add_program = [&](kernels::Program p) { h.add(p.first, p.size); };
    for (auto const& i : code) h.add(static_cast<std::uint32_t>(i.op), i.target, i.a, i.b, i.c, i.constant);
    for (auto const& c : constants) h.add(c.reg, c.value);
    for (auto r : propensity) h.add(r);
    for (auto r : first_change) h.add(r);
    for (auto const& c : changes) h.add(c.reaction, c.amount);
    for (double x : initial) h.add(x);
    for (auto const& b : births) {
        h.add(static_cast<std::uint32_t>(b.kind), b.slot, b.a, b.b, b.whole);
        add_program(b.arguments);
    }
    for (auto const& e : events) {
        for (auto program : {e.trigger, e.delay, e.priority, e.values, e.volumes}) add_program(program);
        h.add(e.trigger_register, e.delay_register, e.priority_register, e.first_assignment,
              e.traits.assignments);
        auto const& t = e.traits;
        h.add(t.initial_value, t.persistent, t.values_from_trigger_time, t.has_delay, t.has_priority);
    }
    for (auto const& a : assignments) h.add(a.target.slot, a.reg, a.target.whole, a.scaled, a.volume);
    h.add(scalars.species, scalars.slots, scalars.reactions, scalars.time_register);
    return h.value();
}

}  // namespace fano
