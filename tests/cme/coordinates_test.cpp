// How states are numbered: counts come back from what they are packed into, moves go where reactions go.
#include "cme/coordinates.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "cme/generator_networks.hpp"
#include "fano/fano.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::vector<double> counts_of(Coordinates const& coordinates, Interval const& state) {
    std::vector<double> counts(coordinates.step().size());
    coordinates.counts(state.prefix, state.low, counts.data());
    return counts;
}

std::vector<std::string> axes_of(Network const& network, Coordinates const& coordinates) {
    std::vector<std::string> names;
    for (auto s : coordinates.axes()) names.push_back(network.species[s]);
    return names;
}

// Walks that reactions take at random: packed states move as counts do.
void expect_moves_as_reactions(Network const& network, Coordinates const& coordinates,
                               std::vector<double> counts, std::uint64_t seed) {
    Random random{seed};
    auto state = coordinates.state(counts);
    for (int step = 0; step < 300; ++step) {
        auto const r = static_cast<std::size_t>(
            random.whole(0, static_cast<std::int64_t>(network.reactions.size()) - 1));
        auto next = counts;
        for (auto const& change : network.reactions[r].changes)
            next[change.species] += static_cast<double>(change.change);
        auto const move = coordinates.moves()[r];
        auto const prefix = coordinates.moved(state.prefix, move.prefix);
        auto const& axes = coordinates.axes();
        if (std::any_of(axes.begin(), axes.end() - 1, [&](auto s) { return next[s] < 0; })) {
            ASSERT_FALSE(prefix) << network.reactions[r].id;
        }
        if (*std::min_element(next.begin(), next.end()) < 0) continue;
        ASSERT_TRUE(prefix) << network.reactions[r].id;
        state = {*prefix, state.low + move.along, state.low + move.along};
        counts = next;
        ASSERT_EQ(counts_of(coordinates, state), counts) << network.reactions[r].id;
        auto const again = coordinates.state(counts);
        ASSERT_EQ(again.prefix, state.prefix);
        ASSERT_EQ(again.low, state.low);
    }
}

TEST(Coordinates, FollowReactionsInTheGallery) {
    for (auto const& name :
         {"telegraph", "two_stage", "dimerisation", "michaelis_menten", "cooperativity", "sir", "toggle",
          "promoter_steps", "dual_reporter", "refractory", "lotka_volterra", "schlogl", "vilar"}) {
        auto const network = gallery_network(name);
        std::vector<double> counts;
        for (auto const& text : network.initial) counts.push_back(std::stod(text));
        for (std::uint32_t along = 0; along < network.species.size(); ++along) {
            SCOPED_TRACE(std::string(name) + " along " + network.species[along]);
            expect_moves_as_reactions(network, coordinates_of(network, along, counts), counts, along + 1);
        }
    }
}

TEST(Coordinates, LeaveOutOnePromoterStateOfATelegraphGene) {
    auto const network = gallery_network("telegraph");
    auto const coordinates = coordinates_of(network, 2, {1, 0, 0});
    ASSERT_EQ(coordinates.axes().size(), 2U);
    EXPECT_EQ(axes_of(network, coordinates).back(), "mRNA");
    EXPECT_THAT(coordinates.step(), ElementsAre(0, 0, 1));
    EXPECT_TRUE(coordinates.depends_on_row(2));
    EXPECT_FALSE(coordinates.depends_on_row(0));
    EXPECT_TRUE(coordinates.depends_on_prefix(0));
    EXPECT_TRUE(coordinates.depends_on_prefix(1));
    EXPECT_FALSE(coordinates.depends_on_prefix(2));
    auto const on = coordinates.state({0, 1, 7});
    EXPECT_THAT(counts_of(coordinates, on), ElementsAre(0, 1, 7));
    // Activation of a gene that is on: a count would be negative, or two.
    auto const twice = coordinates.moved(on.prefix, coordinates.moves()[0].prefix);
    EXPECT_TRUE(!twice || !coordinates.clip({*twice, 7, 7}));
}

TEST(Coordinates, CountDimersAndLetMonomersFollowByTwo) {
    auto const network = gallery_network("dimerisation");
    for (std::uint32_t along : {0U, 1U}) {
        auto const coordinates = coordinates_of(network, along, {40, 0});
        if (coordinates.axes().size() > 1) continue;  // monomers cannot tell dimers in whole numbers if odd
        auto const s = coordinates.axes()[0];
        auto const part = coordinates.clip({0, -5, 1000});
        ASSERT_TRUE(part);
        EXPECT_EQ(part->low, 0);
        EXPECT_EQ(part->high, s == 1 ? 20 : 40);
    }
    auto const dimers = coordinates_of(network, 1, {41, 0});
    EXPECT_THAT(dimers.axes(), ElementsAre(1));
    EXPECT_THAT(dimers.step(), ElementsAre(-2, 1));
    EXPECT_EQ(dimers.clip({0, 0, 1000})->high, 20);  // one monomer stays alone
    EXPECT_THAT(counts_of(dimers, {0, 20, 20}), ElementsAre(1, 20));
}

TEST(Coordinates, OfEnzymeKineticsAreTwo) {
    auto const network = gallery_network("michaelis_menten");  // E S ES P
    for (std::uint32_t along = 0; along < 4; ++along) {
        auto const coordinates = coordinates_of(network, along, {10, 100, 0, 0});
        EXPECT_EQ(coordinates.axes().size(), 2U);
        EXPECT_EQ(coordinates.axes().back(), along);
        for (auto const& counts : {std::vector<double>{7, 60, 3, 37}, {0, 0, 10, 90}, {10, 0, 0, 100}}) {
            auto const state = coordinates.state(counts);
            EXPECT_EQ(counts_of(coordinates, state), counts);
            EXPECT_TRUE(coordinates.clip(state));
        }
        // Without an enzyme left, nothing binds.
        auto const bound = coordinates.state({0, 50, 10, 40});
        auto const& binding = coordinates.moves()[0];
        auto const prefix = coordinates.moved(bound.prefix, binding.prefix);
        auto const at = bound.low + binding.along;
        EXPECT_TRUE(!prefix || !coordinates.clip({*prefix, at, at}));
    }
}

TEST(Coordinates, ClipRowsAtBoundsOfSpeciesThatGoUpAndDown) {
    auto const network = gallery_network("dimerisation");
    auto const with = [&](Bounds monomers, Bounds dimers) {
        return coordinates_of(network, 1, {41, 0}, {monomers, dimers});
    };
    auto const expect_part = [](std::optional<Interval> const& part, std::int64_t low, std::int64_t high) {
        ASSERT_TRUE(part);
        EXPECT_EQ(part->low, low);
        EXPECT_EQ(part->high, high);
    };
    Bounds const any{};
    expect_part(with(any, {3, 12}).clip({0, 0, 50}), 3, 12);
    expect_part(with({0, 30}, any).clip({0, 0, 50}), 6, 20);  // 41 - 2 n <= 30
    expect_part(with({5, 30}, any).clip({0, 0, 50}), 6, 18);  // 41 - 2 n >= 5
    expect_part(with({4, 31}, any).clip({0, 0, 50}), 5, 18);  // >= 4 is >= 5
    expect_part(with({4, 31}, {0, 9}).clip({0, 0, 50}), 5, 9);
    expect_part(with(any, any).clip({0, -7, 3}), 0, 3);
    expect_part(with(any, any).clip({0, 18, 18}), 18, 18);
    EXPECT_FALSE(with({0, 30}, {0, 5}).clip({0, 0, 50}).has_value());
    EXPECT_FALSE(with({42, 60}, any).clip({0, 0, 50}).has_value());
    EXPECT_FALSE(with(any, any).clip({0, 21, 50}).has_value());
}

TEST(Coordinates, ClipPrefixesAtBounds) {
    auto const network = network_from(toggle_like);
    auto const coordinates = coordinates_of(network, 1, {3, 2}, {{2, 9}, {0, 20}});
    EXPECT_FALSE(coordinates.clip({coordinates.state({1, 0}).prefix, 0, 30}));
    EXPECT_FALSE(coordinates.clip({coordinates.state({10, 0}).prefix, 0, 30}));
    auto const part = coordinates.clip({coordinates.state({9, 0}).prefix, 0, 30});
    ASSERT_TRUE(part);
    EXPECT_EQ(part->high, 20);
}

TEST(Coordinates, MovesRefuseNegativeCounts) {
    auto const network = network_from(three_species);
    auto const coordinates = coordinates_of(network, 2, {1, 2, 0});
    for (std::size_t r = 0; r < network.reactions.size(); ++r)
        for (double a = 0; a < 3; ++a)
            for (double b = 0; b < 3; ++b) {
                auto next = std::vector<double>{a, b, 5};
                for (auto const& change : network.reactions[r].changes)
                    next[change.species] += static_cast<double>(change.change);
                auto const prefix =
                    coordinates.moved(coordinates.state({a, b, 5}).prefix, coordinates.moves()[r].prefix);
                EXPECT_EQ(prefix.has_value(), next[0] >= 0 && next[1] >= 0);
                if (prefix) {
                    EXPECT_EQ(*prefix, coordinates.state(next).prefix);
                }
            }
}

// A on the prefix, with as many bits as the bound needs; whatever the step, no other count is touched.
TEST(Coordinates, MovesRefuseCountsThatDoNotFit) {
    for (int step : {1, 2, 7, 30, 100, 128, 200, 1000})
        for (std::int64_t high : {100, 127, 128, 1000}) {
            auto const network =
                network_from("[species]\nA = 0\nB = 3\nC = 2\n" +
                             reaction("up", "-> " + std::to_string(step) + " A", "1") +
                             reaction("down", std::to_string(step) + " A -> 0", "1", "propensity") +
                             reaction("b", "-> B", "1") + reaction("c", "-> C", "1"));
            auto const coordinates = coordinates_of(network, 2, {0, 3, 2}, {{0, high}, {0, high}, {0, high}});
            for (std::int64_t a = 0; a <= high; ++a) {
                auto const state = coordinates.state({static_cast<double>(a), 3, 2});
                for (std::size_t r : {0U, 1U}) {
                    auto const to = a + (r == 0 ? step : -step);
                    auto const prefix = coordinates.moved(state.prefix, coordinates.moves()[r].prefix);
                    if (to < 0) {
                        ASSERT_FALSE(prefix) << a << " - " << step << ", at most " << high;
                    } else if (to <= high) {
                        ASSERT_TRUE(prefix) << a << " to " << to;
                    }
                    if (prefix) {
                        ASSERT_THAT(counts_of(coordinates, {*prefix, 2, 2}), ElementsAre(to, 3, 2))
                            << a << " by " << step << ", at most " << high;
                    }
                }
            }
        }
}

TEST(Coordinates, KeepWhatNothingChangesOutOfTheAxes) {
    auto const network = network_from("[species]\nK = 4\nA = 0\n" + reaction("up", "K -> K + A", "1") +
                                      reaction("down", "A -> 0", "1"));
    auto const coordinates = coordinates_of(network, 1, {4, 0});
    EXPECT_THAT(coordinates.axes(), ElementsAre(1));
    EXPECT_THAT(counts_of(coordinates, {0, 9, 9}), ElementsAre(4, 9));
    // But for what differs between cells from the start.
    Coordinates const spread{network, 1, {4, 0}, {true, false}, std::vector<Bounds>(2)};
    EXPECT_THAT(spread.axes(), UnorderedElementsAre(0, 1));
}

TEST(Coordinates, HoldConservedCountsThatDifferBetweenCells) {
    auto const network = network_from("[species]\nA = { distribution = \"poisson\", mean = 5 }\nB = 0\n" +
                                      reaction("ab", "A <-> B", "1\"\nreverse_rate = \"2"));
    for (std::uint32_t along : {0U, 1U}) {
        Coordinates const coordinates{network, along, {5, 0}, {true, false}, std::vector<Bounds>(2)};
        for (auto const& counts : {std::vector<double>{5, 0}, {2, 9}, {0, 0}})
            EXPECT_EQ(counts_of(coordinates, coordinates.state(counts)), counts) << along;
    }
}

TEST(Coordinates, RefuseStatesOfTooManySpecies) {
    std::string species = "[species]\n", reactions;
    for (int i = 0; i < 30; ++i) {
        species += "S" + std::to_string(i) + " = 0\n";
        reactions += reaction("r" + std::to_string(i), "-> S" + std::to_string(i), "1");
    }
    auto const network = network_from(species + reactions);
    try {
        coordinates_of(network, 0, std::vector<double>(30));
        FAIL();
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(),
                    ::testing::AllOf(::testing::HasSubstr("64 bits"), ::testing::HasSubstr("30 species")));
    }
}

}  // namespace
}  // namespace fano::test
