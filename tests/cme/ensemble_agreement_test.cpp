// Simulated cells of the gallery's models are distributed as the master equation says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cme/solutions.hpp"
#include "fano/fano.hpp"
#include "support/gallery.hpp"
#include "support/statistics.hpp"

namespace fano::test {
namespace {

constexpr double false_alarm_rate = 1e-3;  // of all tests of this file together
constexpr std::uint64_t cells = 200'000;

struct Setting {
    std::string model;
    double time;
    std::vector<std::pair<std::string, double>> set{};
};

// Times are such that a cell takes some 100 steps. Left out: division, which has events; circadian,
// whose rates depend on time; cascade, whose ten species leave too many states.
std::vector<Setting> settings() {
    return {{"autoregulation_negative", 1},
            {"autoregulation_positive", 2},
            {"birth_death", 2},
            {"competing", 0.02},
            {"cooperativity", 1},
            {"decay", 0.5},
            {"decay_dimerisation", 1, {{"S1", 40}, {"c2", 0.05}}},
            {"dimerisation", 0.5},
            {"dual_reporter", 0.4},
            {"extrinsic", 2, {{"k", 20}}},
            {"lotka_volterra", 0.5},
            {"michaelis_menten", 1},
            {"penetrance", 1},
            {"promoter_steps", 5},
            {"rare", 0.2, {{"c_rare", 0.05}}},
            {"refractory", 4},
            {"schlogl", 0.03},
            {"sir", 15},
            {"sis", 5},
            {"telegraph", 3},
            {"telegraph_bursting", 0.5},
            {"telegraph_fast", 0.3},
            {"telegraph_slow", 2},
            {"time_scales", 0.15},
            {"toggle", 1},
            {"two_stage", 15},
            {"vilar", 0.01}};
}

Network network_of(Setting const& setting) {
    auto model = read_model((source_folder() / "models" / (setting.model + ".toml")).string());
    for (auto const& [id, value] : setting.set) model.set(id, value);
    return compile(model);
}

Probabilities from_zero(Marginal const& m) {
    Probabilities p(static_cast<std::size_t>(m.low));
    p.insert(p.end(), m.probability.begin(), m.probability.end());
    return p;
}

std::vector<std::pair<std::string, std::string>> pairs_of(Network const& network) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t s = 1; s < network.species.size(); ++s)
        pairs.emplace_back(network.species[s - 1], network.species[s]);
    return pairs;
}

// All pairs of counts in a line, as far as the solution goes; 0 where cells should not be at all.
double joint_p(JointHistogram const& seen, JointMarginal const& exact) {
    if (seen.width[0] != 1 || seen.width[1] != 1 || exact.width[0] != 1 || exact.width[1] != 1) return 1;
    Counts counts(exact.probability.size());
    for (std::size_t i = 0; i < seen.bins[0]; ++i)
        for (std::size_t j = 0; j < seen.bins[1]; ++j) {
            auto const n = seen.cells[i * seen.bins[1] + j];
            if (n == 0) continue;
            double const a = seen.low[0] + static_cast<double>(i) - exact.low[0];
            double const b = seen.low[1] + static_cast<double>(j) - exact.low[1];
            if (a < 0 || b < 0 || a >= static_cast<double>(exact.bins[0]) ||
                b >= static_cast<double>(exact.bins[1]))
                return 0;
            counts[static_cast<std::size_t>(a) * exact.bins[1] + static_cast<std::size_t>(b)] += n;
        }
    return chi_square_p(counts, exact.probability);
}

// A cell where the solution has no states is seen with a probability of less than 1e-4.
CmeSolution solved(Network const& network, double time) {
    CmeOptions options;
    options.times = {time};
    options.tolerance = 1e-10;
    options.joint = pairs_of(network);
    return solve_cme(network, options);
}

Ensemble simulated(Network const& network, double time, std::uint64_t count = test_cells(cells)) {
    EnsembleOptions options;
    options.times = {time};
    options.cells = count;
    options.seed = 20260;
    options.joint = pairs_of(network);
    return run_ensemble(network, options);
}

Checks agreement(Network const& network, Ensemble const& ensemble, CmeSolution const& solution, double rate) {
    Checks checks{rate};
    for (std::uint32_t s = 0; s < network.species.size(); ++s)
        checks.add(network.species[s], chi_square_p(counts_of(ensemble.tally.histogram(0, s)),
                                                    from_zero(solution.at[0].marginals[s])));
    for (std::size_t pair = 0; pair < ensemble.joint.size(); ++pair)
        checks.add(fmt::format("pair {}", pair),
                   joint_p(ensemble.tally.joint(0, pair), solution.at[0].joint[pair]));
    return checks;
}

class EnsembleAgreement : public ::testing::TestWithParam<Setting> {};

INSTANTIATE_TEST_SUITE_P(Of, EnsembleAgreement, ::testing::ValuesIn(settings()),
                         [](auto const& instance) { return instance.param.model; });

TEST_P(EnsembleAgreement, CellsAreDistributedAsTheMasterEquationSays) {
    auto const network = network_of(GetParam());
    auto const time = GetParam().time;
    auto const rate = false_alarm_rate / static_cast<double>(settings().size());
    EXPECT_TRUE(agreement(network, simulated(network, time), solved(network, time), rate).hold());
}

TEST(GalleryAgreement, WouldNotSurviveARateThatIsOnePercentOff) {
    Setting const own{"birth_death", 2};
    auto const network = network_of(own);
    auto const ensemble = simulated(network, own.time, cells);  // fewer would not tell
    for (auto const& [id, value] : std::vector<std::pair<std::string, double>>{{"k", 20}, {"gamma", 1}})
        for (double factor : {1.03, 0.97, 1.01}) {
            auto altered = own;
            altered.set = {{id, value * factor}};
            EXPECT_FALSE(agreement(network, ensemble, solved(network_of(altered), own.time), 1e-6).hold())
                << id << " times " << factor;
        }
}

// The correlation of mRNA and protein, which marginals do not show.
TEST(GalleryAgreement, WouldNotSurviveIndependentSpecies) {
    Setting const own{"two_stage", 15};
    auto const network = network_of(own);
    auto solution = solved(network, own.time);
    auto const ensemble = simulated(network, own.time);
    auto& joint = solution.at[0].joint[0];
    auto const at = [&](std::size_t output, double count) {
        return probability(solution.at[0].marginals[output], count);
    };
    for (std::size_t i = 0; i < joint.bins[0]; ++i)
        for (std::size_t j = 0; j < joint.bins[1]; ++j)
            joint.probability[i * joint.bins[1] + j] =
                at(0, joint.low[0] + static_cast<double>(i)) * at(1, joint.low[1] + static_cast<double>(j));
    EXPECT_FALSE(agreement(network, ensemble, solution, 1e-6).hold());
}

}  // namespace
}  // namespace fano::test
