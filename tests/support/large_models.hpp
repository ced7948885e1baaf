// TOML models with so many reactions that the sparse method runs them.
#pragma once

#include <string>

#include <fmt/format.h>

#include "kernels/ssa/table.hpp"

namespace fano::test {

// A model and, beside it, molecules that go round a ring of species R0, R1, ... and change nothing else.
// `species` are lines of the table [species], `rest` is all that follows.
inline std::string beside_a_ring(std::string const& species, std::string const& rest) {
    std::uint32_t const size = kernels::most_dense_reactions + 1;
    std::string text = "[species]\n" + species, reactions;
    for (std::uint32_t i = 0; i < size; ++i) {
        text += fmt::format("R{} = {}\n", i, i % 3);
        reactions += fmt::format("[reactions.round{0}]\nequation = \"R{0} -> R{1}\"\nrate = {2}\n", i,
                                 (i + 1) % size, 0.1 + 0.01 * i);
    }
    return text + rest + reactions;
}

// All that a model can have: counts and rates that differ from cell to cell, rates that depend on time, rates
// that need watching, events of time and of counts with delays and priorities, an observable.
inline std::string large_model_of_everything() {
    return beside_a_ring(R"toml(
A = { distribution = "poisson", mean = 6 }
B = 0
C = 20
D = 3
)toml",
                         R"toml(
[parameters]
k = { distribution = "gamma", mean = 3, cv = 0.4 }
boost = 1
[observables]
ratio = "(A + 2*B)/(1 + C) + R1*sin(t)"
[reactions.wave]
equation = "-> A"
propensity = "boost*k*(1 + 0.8*sin(2*t))"
[reactions.meet]
equation = "A + C -> B"
rate = 0.05
[reactions.part]
equation = "B -> A + C"
propensity = "0.3*B*(1 + t/(1 + t))"
[reactions.hill]
equation = "A -> 0"
propensity = "2*A^2/(9 + A^2) + 0.1*A"
[reactions.feed]
equation = "R0 -> R0 + D"
rate = 0.2
[reactions.pair]
equation = "2 D -> C"
rate = 0.1
[events.wash]
trigger = "t >= 1.5"
assign = { A = "floor(A/2)", boost = 2 }
[events.burst]
trigger = "D >= 4"
delay = 0.1
priority = "D"
assign = { B = "B + 2" }
[events.mixed]
trigger = "A + 3*t > 12"
persistent = false
delay = 0.05
priority = 1
assign = { D = 0 }
)toml");
}

}  // namespace fano::test
