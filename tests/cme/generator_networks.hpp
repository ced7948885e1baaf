// What tests of the generator share: networks with all sorts of laws, and random sets of states.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "cme/generator.hpp"
#include "cme/solutions.hpp"

namespace fano::test {

inline std::string const toggle_like =
    "[species]\nA = 3\nB = 2\n" + reaction("a", "-> A", "9/(1 + B^2)", "propensity") +
    reaction("b", "-> 2 B", "4*3/(3 + A)", "propensity") + reaction("c", "A -> 0", "1.5") +
    reaction("d", "B -> 0", "0.7") + reaction("e", "A + B -> 0", "0.2");
// A propensity that is no product, next to one that is; steps by two and three.
inline std::string const mixed = "[species]\nA = 3\nB = 2\n" +
                                 reaction("a", "-> A", "7/(2 + A + B)", "propensity") +
                                 reaction("b", "3 A -> B", "0.01") + reaction("c", "B -> 2 A", "0.4") +
                                 reaction("d", "A -> 0", "piecewise(A, A > B, 0.5*A)", "propensity") +
                                 reaction("e", "A -> A + 3 B", "0.3") + reaction("f", "2 B -> 0", "0.05");
inline std::string const three_species = "[species]\nA = 1\nB = 2\nC = 0\n" + reaction("a", "-> A", "3") +
                                         reaction("b", "A -> A + B", "2") + reaction("c", "A -> 0", "1") +
                                         reaction("d", "B -> 0", "0.3") +
                                         reaction("e", "A + B <-> C", "0.5\"\nreverse_rate = \"0.8") +
                                         reaction("f", "C -> 2 C", "0.1*C*A/(4 + B)", "propensity");
inline std::string const one_species = "[species]\nX = 5\n" + reaction("a", "-> X", "3") +
                                       reaction("b", "2 X -> 3 X", "0.03") +
                                       reaction("c", "3 X -> 2 X", "1e-4") + reaction("d", "X -> 0", "3.5");

inline Coordinates coordinates_of(Network const& network, std::uint32_t along,
                                  std::vector<double> const& counts, std::vector<Bounds> bounds = {}) {
    bounds.resize(network.species.size());
    return {network, along, counts, std::vector<bool>(network.species.size()), std::move(bounds)};
}

class Random {
public:
    explicit Random(std::uint64_t seed) : random_(seed) {}
    std::int64_t whole(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }
    double real(double low = 0, double high = 1) {
        return std::uniform_real_distribution{low, high}(random_);
    }

private:
    std::mt19937_64 random_;
};

// All states up to `highest` along the axes other than the last; `row` gives the parts of a row.
template <class Rows>
StateSet states_with(Coordinates const& coordinates, std::size_t species, std::int64_t highest, Rows rows) {
    std::vector<Interval> intervals;
    std::vector<double> counts(species);
    auto const& axes = coordinates.axes();
    while (true) {
        auto const prefix = coordinates.state(counts).prefix;
        for (auto [low, high] : rows())
            if (auto const part = coordinates.clip({prefix, low, high})) intervals.push_back(*part);
        std::size_t a = 0;
        for (; a + 1 < axes.size() && ++counts[axes[a]] > static_cast<double>(highest); ++a)
            counts[axes[a]] = 0;
        if (a + 1 >= axes.size()) break;
    }
    return StateSet{std::move(intervals)};
}

using RowParts = std::vector<std::pair<std::int64_t, std::int64_t>>;

// A network on a set of states.
struct System {
    Network network;
    Coordinates coordinates;
    StateSet states;
    Laws laws;

    System(std::string const& text, std::uint32_t along, std::vector<double> const& counts,
           std::int64_t highest, std::function<RowParts()> const& rows)
        : network(network_from(text)),
          coordinates(coordinates_of(network, along, counts)),
          states(states_with(coordinates, network.species.size(), highest, rows)),
          laws(network, coordinates) {}
    Generator generator(Edge edge = Edge::absorbing) {
        return {network, coordinates, laws, states, {}, edge};
    }
};

}  // namespace fano::test
