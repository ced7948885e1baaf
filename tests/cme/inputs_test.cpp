// What the solver of the master equation refuses, in which words, and what it must not refuse.
#include <gmock/gmock.h>

#include "cme/solutions.hpp"
#include "fano/fano.hpp"
#include "support/gallery.hpp"

namespace fano::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

CmeOptions options_for(std::vector<double> times, double tolerance = 1e-6) {
    CmeOptions options;
    options.times = std::move(times);
    options.tolerance = tolerance;
    return options;
}

std::string const birth_and_death =
    "[species]\nM = 5\n" + reaction("birth", "-> M", "20") + reaction("death", "M -> 0", "1");

// What an error of the class says.
template <class Failure>
std::string refusal(Network const& network, CmeOptions const& options) {
    try {
        solve_cme(network, options);
    } catch (Failure const& error) {
        return error.what();
    } catch (std::exception const& error) {
        ADD_FAILURE() << "another error: " << error.what();
        return {};
    }
    ADD_FAILURE() << "nothing was refused";
    return {};
}

std::string bad_input(std::string const& text, CmeOptions const& options) {
    return refusal<InputError>(network_from(text), options);
}

TEST(CmeInputs, RefuseEvents) {
    auto const network = gallery_network("division");
    EXPECT_THAT(refusal<InputError>(network, options_for({1})),
                AllOf(HasSubstr("division.toml"), HasSubstr("event \"division\""), HasSubstr("fano run")));
}

TEST(CmeInputs, RefuseParametersThatDifferBetweenCells) {
    EXPECT_THAT(
        refusal<InputError>(gallery_network("extrinsic"), options_for({1})),
        AllOf(HasSubstr("extrinsic.toml"), HasSubstr("cell to cell"), HasSubstr("k"), HasSubstr("--set")));
}

TEST(CmeInputs, TakeADrawnParameterOnceItIsSet) {
    auto model = read_model((source_folder() / "models" / "extrinsic.toml").string());
    model.set("k", 20);
    auto const network = compile(model);
    EXPECT_LT(distance(marginal(solve(network, {2}, 1e-9), network, 0, "M"), birth_death(0, 20, 1, 2)), 1e-9);
}

TEST(CmeInputs, RefuseTimesThatDoNotAscend) {
    for (auto const& times :
         {std::vector<double>{}, {2, 1}, {1, 1}, {-1, 1}, {NAN}, {0, NAN, 2}, {1, INFINITY}})
        EXPECT_THAT(bad_input(birth_and_death, options_for(times)),
                    AllOf(HasSubstr("x.toml"), HasSubstr("times must ascend")));
}

TEST(CmeInputs, RefuseTolerancesOutOfReach) {
    for (double tolerance : {1e-16, 9e-14, 0.9, 0.0, -1.0, static_cast<double>(NAN)})
        EXPECT_THAT(bad_input(birth_and_death, options_for({1}, tolerance)),
                    AllOf(HasSubstr("--tolerance"), HasSubstr("1e-13")));
}

TEST(CmeInputs, RefuseUnknownSpeciesInABox) {
    auto options = options_for({1});
    options.box = {{"mRNA", 0, 10}};
    EXPECT_THAT(
        refusal<InputError>(network_from("[species]\nmRNa = 0\n" + reaction("r", "-> mRNa", "1")), options),
        AllOf(HasSubstr("x.toml"), HasSubstr("--box mRNA"), HasSubstr("did you mean \"mRNa\"")));
}

TEST(CmeInputs, RefuseBoundsInTheWrongOrder) {
    for (auto const& [low, high] :
         {std::pair<std::int64_t, std::int64_t>{5, 4}, {-1, 4}, {0, std::int64_t{1} << 40}}) {
        auto options = options_for({1});
        options.box = {{"M", low, high}};
        EXPECT_THAT(bad_input(birth_and_death, options),
                    AllOf(HasSubstr("--box M="), HasSubstr("the lower one first")));
    }
}

TEST(CmeInputs, RefuseABoxWithoutTheInitialState) {
    auto options = options_for({1});
    options.box = {{"M", 6, 100}};
    EXPECT_THAT(bad_input(birth_and_death, options),
                AllOf(HasSubstr("x.toml"), HasSubstr("outside the box"), HasSubstr("--box")));
}

TEST(CmeInputs, RefuseABoxLargerThanMemoryAndSayHowLarge) {
    auto options = options_for({1});
    options.box = {{"A", 0, 999'999}, {"B", 0, 999'999}};
    EXPECT_THAT(refusal<SolverError>(network_from("[species]\nA = 0\nB = 0\n" + reaction("a", "-> A", "1") +
                                                  reaction("b", "-> B", "1")),
                                     options),
                AllOf(HasSubstr("1e+12 states"), HasSubstr("1000000 of"), HasSubstr("A"), HasSubstr("B"),
                      HasSubstr("memory")));
}

TEST(CmeInputs, RefuseMoreStatesThanAskedFor) {
    auto options = options_for({10});
    options.most_states = 20;
    EXPECT_THAT(refusal<SolverError>(network_from(birth_and_death), options),
                AllOf(HasSubstr("x.toml"), HasSubstr("more than the 20")));
}

TEST(CmeInputs, RefuseUnknownJointOutputs) {
    auto options = options_for({1});
    options.joint = {{"M", "N"}};
    EXPECT_THAT(bad_input(birth_and_death, options), HasSubstr("N"));
}

TEST(CmeInputs, NameTheReactionAndTheStateOfANegativePropensity) {
    auto const network = network_from("[species]\nM = 0\nQ = 3\n" + reaction("birth", "-> M", "20") +
                                      reaction("odd", "M -> 0", "M*(4 - M)", "propensity"));
    for (auto integrator : integrators()) {
        auto options = options_for({5});
        options.integrator = integrator;
        EXPECT_THAT(refusal<SolverError>(network, options),
                    AllOf(HasSubstr("x.toml"), HasSubstr("\"odd\""), HasSubstr("M = 5"), HasSubstr("Q = 3"),
                          HasSubstr("-5")));
    }
}

TEST(CmeInputs, TakePropensitiesThatAreNegativeOnlyWhereNoCellGoes) {
    // Births stop at 10, where the propensity is 0; beyond, it would be negative.
    auto const network =
        network_from("[species]\nM = 2\n" + reaction("birth", "-> M", "10 - M", "propensity"));
    double const p = std::exp(-1.0);
    Probabilities exact(2);
    auto const left = binomial(8, 1 - p);
    exact.insert(exact.end(), left.begin(), left.end());
    for (auto integrator : integrators())
        EXPECT_LT(distance(marginal(solve(network, {1}, 1e-9, integrator), network, 0, "M"), exact), 2e-9)
            << integrator_name(integrator);
    // The same in a box that has such states.
    auto options = options_for({1}, 1e-9);
    options.box = {{"M", 0, 40}};
    EXPECT_LT(distance(solve_cme(network, options).at[0].marginals[0], exact), 2e-9);
}

TEST(CmeInputs, RefusePropensitiesThatAreNoNumbers) {
    auto const network =
        network_from("[species]\nM = 3\n" + reaction("death", "M -> 0", "1/M", "propensity"));
    // 1/0 at M = 0, which is reached.
    EXPECT_THAT(refusal<SolverError>(network, options_for({5})),
                AllOf(HasSubstr("\"death\""), HasSubstr("M = 0")));
}

TEST(CmeInputs, StandStillWhereNothingHappens) {
    auto const network = network_from("[species]\nA = 7\nB = 0\n" + reaction("never", "A -> B", "0"));
    auto const solution = solve(network, {0, 3}, 1e-6);
    for (auto const& at : solution.at) {
        EXPECT_EQ(at.marginals[0].low, 7);
        EXPECT_EQ(at.marginals[0].probability, std::vector<double>{1});
        EXPECT_EQ(at.marginals[1].low, 0);
        EXPECT_EQ(at.certificate.total(), 0);
        EXPECT_EQ(at.states, 1U);
    }
}

TEST(CmeInputs, StandStillWithoutMolecules) {
    auto const network = network_from("[species]\nA = 0\n" + reaction("division", "A -> 2 A", "1") +
                                      reaction("death", "A -> 0", "1"));
    for (auto integrator : integrators()) {
        auto const solution = solve(network, {0, 1, 100}, 1e-6, integrator);
        for (auto const& at : solution.at) {
            EXPECT_EQ(at.mean[0], 0);
            EXPECT_EQ(at.marginals[0].probability, std::vector<double>{1});
            EXPECT_EQ(at.certificate.total(), 0);
        }
    }
}

TEST(CmeInputs, AnswerAtTimeZeroAlone) {
    auto const network = network_from(birth_and_death);
    auto const solution = solve(network, {0}, 1e-6);
    EXPECT_EQ(solution.at[0].mean[0], 5);
    EXPECT_EQ(solution.at[0].variance[0], 0);
}

TEST(CmeInputs, EndInAnAbsorbingState) {
    auto const network = network_from("[species]\nA = 3\n" + reaction("death", "A -> 0", "1"));
    for (auto integrator : integrators())
        EXPECT_LT(distance(marginal(solve(network, {100}, 1e-8, integrator), network, 0, "A"), {1}), 2e-8);
}

// The other species goes on growing its part of the states meanwhile.
TEST(CmeInputs, BoundsOfOneSpeciesLoseWhatTheyLoseAlone) {
    auto const one = "[species]\nA = 0\n" + reaction("a", "-> A", "30") + reaction("d", "A ->", "1");
    auto const two = "[species]\nA = 0\nB = 0\n" + reaction("a", "-> A", "30") + reaction("d", "A ->", "1") +
                     reaction("b", "-> B", "5") + reaction("e", "B ->", "1");
    auto options = options_for({3}, 1e-8);
    options.box = {{"A", 0, 30}};
    double const alone = solve_cme(network_from(one), options).at[0].certificate.sink;
    auto const both = solve_cme(network_from(two), options);
    EXPECT_GT(alone, 0.3);
    EXPECT_NEAR(both.at[0].certificate.sink, alone, 1e-7);
    EXPECT_LT(both.most_states, 31U * 60U);
}

TEST(CmeInputs, LeaveSpeciesOutsideTheBoxToConservationLawsAndTheProbability) {
    auto const telegraph = gallery_network("telegraph");
    auto options = options_for({5});
    options.box = {{"mRNA", 0, 80}};
    EXPECT_EQ(solve_cme(telegraph, options).most_states, 162U);
    auto const two =
        network_from("[species]\nA = 0\nB = 0\n" + reaction("a", "-> A", "1") + reaction("b", "-> B", "1"));
    options.box = {{"A", 0, 20}};
    EXPECT_LE(solve_cme(two, options).at[0].certificate.total(), 1e-6);
}

TEST(CmeInputs, StopWhenTold) {
    auto const network = gallery_network("schlogl");
    for (auto integrator : integrators()) {
        std::atomic<bool> stop{true};
        auto options = options_for({10});
        options.integrator = integrator;
        options.stop = &stop;
        EXPECT_THROW(solve_cme(network, options), Interrupted);
        stop = false;
        options.progress = [&](double part) { stop = part > 0.2; };
        EXPECT_THROW(solve_cme(network, options), Interrupted);
    }
}

TEST(CmeInputs, TellProgressUpToTheEnd) {
    auto options = options_for({1, 2});
    std::vector<double> parts;
    options.progress = [&](double part) { parts.push_back(part); };
    solve_cme(network_from(birth_and_death), options);
    ASSERT_FALSE(parts.empty());
    EXPECT_TRUE(std::is_sorted(parts.begin(), parts.end()));
    EXPECT_EQ(parts.back(), 1);
}

// Two threads share the work where there are many states.
TEST(CmeInputs, DoNotLetThreadsChangeTheAnswer) {
    auto const network =
        network_from("[species]\nA = 100\nB = 100\n" + reaction("a", "A -> 0", "1") +
                     reaction("b", "-> B", "9/(1 + A)", "propensity") + reaction("c", "B -> 0", "0.5"));
    for (auto integrator : {Integrator::uniformization, Integrator::krylov}) {
        auto options = options_for({0.3});
        options.integrator = integrator;
        options.box = {{"A", 0, 100}, {"B", 0, 130}};
        options.threads = 1;
        auto const alone = solve_cme(network, options);
        EXPECT_GT(alone.most_states, 4096U);
        for (unsigned threads : {2U, 3U}) {
            options.threads = threads;
            auto const together = solve_cme(network, options);
            for (std::size_t o = 0; o < 2; ++o)
                EXPECT_EQ(alone.at[0].marginals[o].probability, together.at[0].marginals[o].probability)
                    << integrator_name(integrator);
            EXPECT_EQ(alone.at[0].certificate.total(), together.at[0].certificate.total());
            EXPECT_THAT(together.device, HasSubstr(std::to_string(threads) + " threads"));
        }
    }
}

TEST(CmeInputs, KnowIntegratorsByName) {
    for (auto integrator : integrators())
        EXPECT_EQ(parse_integrator(integrator_name(integrator)), integrator);
    try {
        parse_integrator("krylow");
        FAIL();
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("\"krylow\""), HasSubstr("krylov"), HasSubstr("rational")));
    }
}

}  // namespace
}  // namespace fano::test
