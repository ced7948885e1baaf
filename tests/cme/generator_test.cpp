// The generator against the definition of the master equation, entry by entry, on boxes and on ragged sets.
#include "cme/generator.hpp"

#include <map>

#include <gtest/gtest.h>

#include "cme/generator_networks.hpp"
#include "fano/fano.hpp"
#include "model/rate_laws.hpp"

namespace fano::test {
namespace {

using Matrix = std::vector<std::map<std::uint64_t, double>>;  //!< [target][source]

// From the counts alone: states are known by them, propensities are those of the network's program.
struct Definition {
    Matrix entries;
    std::vector<double> leaving;  // what columns sum to, less its sign
};

Definition define(System const& system, Edge edge) {
    auto const species = system.network.species.size();
    std::map<std::vector<double>, std::uint64_t> index;
    std::vector<std::vector<double>> all;
    for (auto const& row : system.states.rows())
        for (auto n = row.low; n <= row.high(); ++n) {
            std::vector<double> counts(species);
            system.coordinates.counts(row.prefix, n, counts.data());
            index[counts] = all.size();
            all.push_back(counts);
        }
    Rates rates{system.network};
    Definition found{Matrix(all.size()), std::vector<double>(all.size())};
    for (std::size_t i = 0; i < all.size(); ++i) {
        rates.set(all[i].data(), 0);
        rates.propensities();
        for (std::uint32_t r = 0; r < system.network.reactions.size(); ++r) {
            double const rate = rates.propensity(r);
            if (rate == 0) continue;
            auto target = all[i];
            for (auto const& change : system.network.reactions[r].changes)
                target[change.species] += static_cast<double>(change.change);
            auto const to = index.find(target);
            if (to != index.end()) found.entries[to->second][i] += rate;
            if (to != index.end() || edge == Edge::absorbing) found.entries[i][i] -= rate;
            if (to == index.end() && edge == Edge::absorbing) found.leaving[i] += rate;
        }
    }
    return found;
}

void expect_as_defined(System& system, Edge edge) {
    auto const generator = system.generator(edge);
    auto const exact = define(system, edge);
    auto const size = generator.size();
    ASSERT_EQ(size, exact.entries.size());
    auto const matrix = generator.matrix();
    std::vector<double> sizes(size), column(size), leaks(size);
    double worst = 0;
    for (std::uint64_t i = 0; i < size; ++i) {
        auto left = exact.entries[i];
        for (Generator::Matrix::InnerIterator it(matrix, static_cast<Eigen::Index>(i)); it; ++it) {
            auto const j = static_cast<std::uint64_t>(it.col());
            worst = std::max(worst, std::abs(it.value() - left[j]) / std::max(std::abs(left[j]), 1e-300));
            if (it.value() == 0 && left[j] == 0) worst = std::max(worst, 0.0);
            left[j] = 0;
            column[j] += it.value();
            sizes[j] += std::abs(it.value());
        }
        for (auto const& [j, rate] : left)
            EXPECT_EQ(rate, 0) << "no entry from state " << j << " to state " << i;
    }
    EXPECT_LT(worst, 1e-13);
    for (std::uint64_t j = 0; j < size; ++j) EXPECT_NEAR(column[j], -exact.leaving[j], 1e-13 * sizes[j]);
    // Leaks say the same of what leaves.
    for (auto const& leak : generator.leaks())
        for (std::uint64_t i = 0; i < leak.size; ++i) {
            std::vector<double> p(size);
            p[leak.first + i] = 1;
            leaks[leak.first + i] += generator.flux(leak, p);
        }
    for (std::uint64_t j = 0; j < size; ++j) EXPECT_NEAR(leaks[j], exact.leaving[j], 1e-13 * sizes[j]);
    auto const exits = generator.exits();
    double largest = 0;
    for (std::uint64_t j = 0; j < size; ++j) {
        EXPECT_NEAR(exits[j], exact.entries[j].contains(j) ? -exact.entries[j].at(j) : 0.0, 1e-13 * sizes[j]);
        largest = std::max(largest, exits[j]);
    }
    EXPECT_EQ(generator.largest_exit(), largest);

    Random random{7};
    std::vector<double> x(size), y(size), sum(size, 0.5);
    for (double& v : x) v = random.real(-1, 1);
    Team team{1};
    generator.update(team, {0.25, 3, 2, sum.data()}, x.data(), y.data());
    for (std::uint64_t i = 0; i < size; ++i) {
        double product = 0, terms = std::abs(x[i]);
        for (auto const& [j, rate] : exact.entries[i]) {
            product += rate * x[j];
            terms += std::abs(rate * x[j]);
        }
        EXPECT_NEAR(y[i], 0.25 * x[i] + 3 * product, 1e-13 * terms) << i;
        EXPECT_NEAR(sum[i], 0.5 + 2 * x[i], 1e-15);
    }
}

RowParts whole_row() { return {{0, 14}}; }

// Several intervals, some of one state, some neighbours, some nothing.
std::function<RowParts()> ragged(std::uint64_t seed, std::int64_t most_gap = 6) {
    return [random = Random{seed}, most_gap]() mutable {
        RowParts parts;
        std::int64_t at = random.whole(0, 4);
        for (auto left = random.whole(0, 4); left > 0; --left) {
            auto const end = at + random.whole(0, 12);
            parts.emplace_back(at, end);
            at = end + 1 + random.whole(1, most_gap);
        }
        return parts;
    };
}

struct Case {
    std::string const& text;
    std::uint32_t along;
    std::vector<double> counts;
};

std::vector<Case> cases() {
    return {{toggle_like, 0, {3, 2}},
            {toggle_like, 1, {3, 2}},
            {mixed, 0, {3, 2}},
            {mixed, 1, {3, 2}},
            {one_species, 0, {5}},
            {three_species, 0, {1, 2, 0}},
            {three_species, 1, {1, 2, 0}},
            {three_species, 2, {1, 2, 0}}};
}

TEST(Generator, IsTheMasterEquationOnBoxes) {
    for (auto const& c : cases())
        for (auto edge : {Edge::absorbing, Edge::reflecting}) {
            System system{c.text, c.along, c.counts, 6, whole_row};
            expect_as_defined(system, edge);
        }
}

TEST(Generator, IsTheMasterEquationOnRaggedSets) {
    for (auto const& c : cases())
        for (std::uint64_t seed = 1; seed <= 8; ++seed)
            for (auto edge : {Edge::absorbing, Edge::reflecting}) {
                System system{c.text, c.along, c.counts, 5, ragged(seed)};
                if (system.states.size() == 0) continue;
                SCOPED_TRACE(c.text + " seed " + std::to_string(seed));
                expect_as_defined(system, edge);
            }
}

// Pieces of a row hold 512 states.
TEST(Generator, IsTheMasterEquationOnLongRows) {
    for (auto const& c : {Case{toggle_like, 0, {3, 2}}, Case{mixed, 0, {3, 2}}, Case{mixed, 1, {3, 2}},
                          Case{one_species, 0, {5}}})
        for (RowParts const& row :
             {RowParts{{0, 511}}, RowParts{{3, 515}}, RowParts{{0, 700}, {703, 1300}}}) {
            System system{c.text, c.along, c.counts, 1, [&] { return row; }};
            SCOPED_TRACE(c.text);
            expect_as_defined(system, Edge::absorbing);
        }
}

TEST(Generator, IsTheMasterEquationOnEverySecondState) {
    for (auto const& text :
         {"[species]\nX = 4\n" + reaction("up", "-> 2 X", "3") + reaction("down", "2 X -> 0", "0.1"),
          "[species]\nX = 4\nY = 1\n" + reaction("up", "Y -> Y + 2 X", "3") +
              reaction("down", "2 X -> 0", "0.1") + reaction("y", "-> Y", "1")}) {
        RowParts even;
        for (std::int64_t n = 0; n < 1400; n += 2) even.emplace_back(n, n);
        std::vector<double> const counts(network_from(text).species.size(), 4);
        System system{text, 0, counts, 1, [&] { return even; }};
        expect_as_defined(system, Edge::absorbing);
        expect_as_defined(system, Edge::reflecting);
    }
}

TEST(Generator, IsTheMasterEquationOnASingleState) {
    for (auto const& c : cases()) {
        System system{c.text, c.along, c.counts, 0, [] { return RowParts{{7, 7}}; }};
        expect_as_defined(system, Edge::absorbing);
        expect_as_defined(system, Edge::reflecting);
    }
}

TEST(Generator, OfPartsIsTheWholeBitForBit) {
    for (auto const& c : cases()) {
        System system{c.text, c.along, c.counts, 12, [parts = ragged(3)]() mutable {
                          auto row = parts();
                          row.emplace_back(700, 1900);
                          return row;
                      }};
        auto const generator = system.generator();
        Random random{5};
        std::vector<double> x(generator.size()), whole(x.size()), parts(x.size(), NAN);
        for (double& v : x) v = random.real();
        Team one{1};
        generator.update(one, {1, 0.01}, x.data(), whole.data());
        EXPECT_GT(generator.parts(), 1U);
        std::uint64_t reached = 0;
        for (std::size_t part = 0; part < generator.parts(); ++part) {
            EXPECT_EQ(generator.part_states(part).first, reached);
            reached = generator.part_states(part).second;
            generator.update(part, {1, 0.01}, x.data(), parts.data());
        }
        EXPECT_EQ(reached, generator.size());
        EXPECT_EQ(whole, parts);
    }
}

TEST(Generator, IsTheSameWithAnyNumberOfThreads) {
    System system{mixed, 0, {3, 2}, 30, [] { return RowParts{{0, 60}, {64, 300}}; }};
    auto const generator = system.generator();
    ASSERT_GT(generator.size(), 4096U);  // below, one thread does it
    Random random{5};
    std::vector<double> x(generator.size()), alone(x.size());
    for (double& v : x) v = random.real();
    Team one{1};
    generator.update(one, {1, 0.01}, x.data(), alone.data());
    for (unsigned threads : {2U, 3U, 7U}) {
        std::vector<double> together(x.size(), NAN);
        Team team{threads};
        generator.update(team, {1, 0.01}, x.data(), together.data());
        EXPECT_EQ(alone, together) << threads;
    }
}

TEST(Laws, AreProductsWhereTheyCanBe) {
    auto const network = network_from(mixed);
    auto const coordinates = coordinates_of(network, 0, {3, 2});
    Laws laws{network, coordinates};
    std::vector<bool> separable;
    for (std::size_t r = 0; r < laws.size(); ++r) separable.push_back(laws.separable(r));
    // a: 7/(2 + A + B); d: compares A with B.
    EXPECT_EQ(separable, (std::vector<bool>{false, true, true, false, true, true}));
    EXPECT_GE(laws.table(1), 0);
    EXPECT_EQ(laws.table(2), -1);
    EXPECT_FALSE(laws.timed());
}

TEST(Laws, GiveTheNetworksPropensities) {
    for (auto const& c : cases()) {
        auto const network = network_from(c.text);
        auto const coordinates = coordinates_of(network, c.along, c.counts);
        Laws laws{network, coordinates};
        Rates rates{network};
        Random random{11};
        for (int i = 0; i < 200; ++i) {
            std::vector<double> counts;
            for (std::size_t s = 0; s < network.species.size(); ++s)
                counts.push_back(static_cast<double>(random.whole(0, 30)));
            auto const state = coordinates.state(counts);
            rates.set(counts.data(), 0);
            rates.propensities();
            laws.at_row(state.prefix, state.low, 0);
            for (std::uint32_t r = 0; r < laws.size(); ++r) {
                double const along =
                    laws.table(r) < 0 ? 1 : laws.table_value(static_cast<std::size_t>(laws.table(r)));
                double const product = laws.separable(r) ? laws.row_factor(r) * along : laws.propensity(r);
                EXPECT_NEAR(product, rates.propensity(r), 1e-14 * rates.propensity(r))
                    << network.reactions[r].id;
            }
        }
    }
}

}  // namespace
}  // namespace fano::test
