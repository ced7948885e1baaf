// First passages against closed forms of walks, births and chains.
#include "fano/passage.hpp"

#include <cmath>

#include <boost/math/special_functions/gamma.hpp>
#include <gmock/gmock.h>

#include "cme/solutions.hpp"
#include "fano/error.hpp"

namespace fano::test {
namespace {

using ::testing::HasSubstr;

struct Question {
    Model model;
    Network network;
    CmeOptions options;

    Question(Model const& m, std::vector<std::string> const& until, double tolerance = 1e-10)
        : model(m), network(compile(m)) {
        options.tolerance = tolerance;
        options.until = compile_conditions(model, until);
    }
    Question(std::string const& text, std::vector<std::string> const& until, double tolerance = 1e-10)
        : Question(read_toml(text, "x.toml"), until, tolerance) {}

    PassageSolution answer() const { return solve_passage(network, options); }
    CmeSolution over(std::vector<double> const& times) {
        options.times = times;
        return solve_cme(network, options);
    }
};

std::string births(std::string const& rate) {
    return "[species]\nX = 0\n" + reaction("birth", "-> X", rate, "propensity");
}

// From n to the first count of `goal`, in one dimension: Gardiner, Stochastic Methods, section 7.4.
template <class Up, class Down>
long double mean_passage(int n, int goal, Up up, Down down) {
    long double mean = 0, below = 0;  // below: time spent below for each time gone through
    for (int i = 0; i < goal; ++i) {
        below = 1 / up(i) + (i > 0 ? down(i) / up(i) * below : 0);
        if (i >= n) mean += below;
    }
    return mean;
}

TEST(Passage, WalkIsRuinedAsTheGamblerIs) {
    Question const q{"[species]\nX = 3\n" + reaction("up", "-> X", "2", "propensity") +
                         reaction("down", "X -> ", "1", "propensity"),
                     {"X == 0", "X == 10"}};
    auto const found = q.answer();
    double const up = (1 - std::pow(0.5, 3)) / (1 - std::pow(0.5, 10));
    EXPECT_NEAR(found.passages[1].probability, up, 1e-14);
    EXPECT_NEAR(found.passages[0].probability, 1 - up, 1e-14);
    EXPECT_NEAR(found.any.mean, 10 * up - 3, 1e-12);  // steps of mean 1/3 at rate 3: Wald
    EXPECT_EQ(found.never, 0);
    EXPECT_EQ(found.states, 9U);
}

TEST(Passage, OfABirthProcessIsErlang) {
    Question q{births("0.8"), {"X >= 5"}};
    auto const found = q.answer();
    EXPECT_NEAR(found.passages[0].probability, 1, 1e-14);
    EXPECT_NEAR(found.passages[0].mean, 5 / 0.8, 1e-13);
    EXPECT_NEAR(found.passages[0].deviation, std::sqrt(5.0) / 0.8, 1e-12);
    for (auto integrator : integrators()) {
        q.options.integrator = integrator;
        for (auto const& at : q.over({0, 0.5, 4, 10, 40}).at) {
            double const exact = at.time > 0 ? boost::math::gamma_p(5, 0.8 * at.time) : 0;
            EXPECT_NEAR(at.arrived[0], exact, 1e-10) << integrator_name(integrator) << " at " << at.time;
            EXPECT_LE(std::abs(at.arrived[0] - exact), at.certificate.total() + 1e-12)
                << integrator_name(integrator) << " " << at.time;
        }
    }
}

TEST(Passage, ConditionsMayCutAcrossSpecies) {
    Question q{"[species]\nX = 0\nY = 0\n" + reaction("x", "-> X", "0.3") + reaction("y", "-> Y", "0.5"),
               {"X + Y >= 12 && X*Y >= 0"}};
    EXPECT_NEAR(q.answer().passages[0].mean, 15, 1e-12);
    for (auto const& at : q.over({5, 15, 30}).at)
        EXPECT_NEAR(at.arrived[0], boost::math::gamma_p(12, 0.8 * at.time), 1e-10);
}

TEST(Passage, RatesMayDependOnTimeWhereTimesAreGiven) {
    Question q{births("2*time"), {"X >= 5"}, 1e-8};
    for (auto const& at : q.over({0.5, 2, 3}).at)
        EXPECT_NEAR(at.arrived[0], boost::math::gamma_p(5, at.time * at.time), 1e-8);
    try {
        q.answer();
        FAIL();
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("--times"));
    }
}

// Escapes that take a billion times longer than the steps that lead there: what rounding errors would spoil.
TEST(Passage, RareOnesKeepTheirDigits) {
    auto model = gallery_model("birth_death");
    model.set("M", 20);
    auto const found = Question{model, {"M >= 60"}}.answer();
    long double const exact = mean_passage(
        20, 60, [](int) { return 20.0L; }, [](int n) { return static_cast<long double>(n); });
    EXPECT_GT(exact, 1e9L);
    EXPECT_NEAR(found.passages[0].mean / static_cast<double>(exact), 1, 1e-11);
    EXPECT_NEAR(found.passages[0].deviation / found.passages[0].mean, 1, 1e-6);  // nearly without memory
}

TEST(Passage, BetweenTwoModesIsThatOfTheChain) {
    auto const found = Question{gallery_model("schlogl"), {"X >= 500"}}.answer();
    long double const exact = mean_passage(
        250, 500, [](int n) { return 0.03L * n * (n - 1) / 2 + 200; },
        [](int n) { return 1e-4L * n * (n - 1) * (n - 2) / 6 + 3.5L * n; });
    EXPECT_NEAR(found.passages[0].mean / static_cast<double>(exact), 1, 1e-11);
}

// A barrier that is crossed once in 1e22 units of time.
TEST(Passage, BehindABarrierKeepsItsDigits) {
    auto const up = [](int n) {
        return 5 + 400 * std::pow(static_cast<long double>(n), 4) /
                       (1e8L + std::pow(static_cast<long double>(n), 4));
    };
    for (int goal : {200, 300, 420}) {
        auto const found =
            Question{"[species]\nX = 0\n" + reaction("b", "-> X", "5+400*X^4/(100^4+X^4)", "propensity") +
                         reaction("d", "X -> 0", "X", "propensity"),
                     {"X >= " + std::to_string(goal)}}
                .answer();
        long double const exact =
            mean_passage(0, goal, up, [](int n) { return static_cast<long double>(n); });
        EXPECT_NEAR(found.passages[0].mean / static_cast<double>(exact), 1, 1e-11) << goal;
        EXPECT_NEAR(found.passages[0].deviation / found.passages[0].mean, 1, 1e-6) << goal;
    }
}

TEST(Passage, OfWhatMayNeverComeBackIsRefusedOrTold) {
    auto const branching =
        "[species]\nX = 3\n" + reaction("birth", "X -> 2 X", "2") + reaction("death", "X -> 0", "1");
    try {
        Question{branching, {"X == 0"}, 1e-6}.answer();
        FAIL();
    } catch (SolverError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("may never come back"));
    }
    Question boxed{branching, {"X == 0"}, 1e-6};
    boxed.options.box = {{"X", 0, 200}};
    auto const found = boxed.answer();
    EXPECT_NEAR(found.passages[0].probability, 1.0 / 8, 1e-12);
    EXPECT_NEAR(found.lost, 7.0 / 8, 1e-12);
}

TEST(Passage, FarConditionsAreFoundFromABoxThatHoldsNone) {
    EXPECT_NEAR((Question{births("2"), {"X >= 5000"}}.answer().passages[0].mean), 2500, 1e-9);
    auto const found = Question{
        "[species]\nX = 5\n" + reaction("b", "-> X", "3*X", "propensity") +
            reaction("d", "X -> 0", "X", "propensity"),
        {"X == 0",
         "X >= 4000"}}.answer();
    EXPECT_NEAR(found.passages[0].probability, std::pow(1.0 / 3, 5), 1e-14);
}

TEST(Passage, ConditionsThatCannotHoldAreSaidNotTo) {
    try {
        Question{gallery_model("telegraph"), {"mRNA < 0"}}.answer();
        FAIL();
    } catch (SolverError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("no condition holds"));
    }
}

TEST(Passage, WhatIsLeftOutOfABeginningIsLost) {
    Question const q{"[species]\nX = { distribution = \"poisson\", mean = 5 }\n" +
                         reaction("b", "-> X", "5", "propensity") +
                         reaction("d", "X -> 0", "X", "propensity"),
                     {"X >= 10", "X <= 1"},
                     0.01};
    auto const found = q.answer();
    EXPECT_GE(found.lost, 1 - found.passages[0].probability - found.passages[1].probability - 1e-13);
    EXPECT_GT(found.lost, 1e-5);
}

TEST(Passage, WhatIsCaughtElsewhereNeverComes) {
    Question const q{
        "[species]\nA = 1\nB = 0\nC = 0\n" + reaction("b", "A -> B", "2") + reaction("c", "A -> C", "3"),
        {"B == 1"}};
    auto const found = q.answer();
    EXPECT_NEAR(found.passages[0].probability, 0.4, 1e-15);
    EXPECT_NEAR(found.passages[0].mean, 0.2, 1e-15);
    EXPECT_NEAR(found.passages[0].deviation, 0.2, 1e-15);
    EXPECT_NEAR(found.never, 0.6, 1e-15);
}

TEST(Passage, WhereItBeginsItHasHappened) {
    Question q{births("1"), {"X >= 0"}};
    auto const found = q.answer();
    EXPECT_EQ(found.passages[0].probability, 1);
    EXPECT_EQ(found.passages[0].mean, 0);
    EXPECT_EQ(q.over({3}).at[0].arrived[0], 1);
}

TEST(Passage, WhatNeverHoldsIsNeverReached) {
    auto const found = Question{"[species]\nX = 3\n" + reaction("d", "X -> ", "1"), {"X >= 4"}}.answer();
    EXPECT_EQ(found.passages[0].probability, 0);
    EXPECT_TRUE(std::isnan(found.passages[0].mean));
    EXPECT_EQ(found.never, 1);
}

// Two genes that start from a distribution of counts.
TEST(Passage, MeanIsThatOverAllBeginnings) {
    auto const text = "[species]\nX = { distribution = \"poisson\", mean = 2 }\n" +
                      reaction("b", "-> X", "4", "propensity");
    auto const found = Question{text, {"X >= 9"}, 1e-12}.answer();
    double mean = 0;
    for (int n = 0; n < 9; ++n)
        mean += std::exp(-2.0) * std::pow(2.0, n) / std::tgamma(n + 1.0) * (9 - n) / 4;
    EXPECT_NEAR(found.passages[0].mean, mean, 1e-11);
}

TEST(Passage, WhatLeavesABoxIsCounted) {
    Question q{gallery_model("telegraph"), {"mRNA >= 60"}};
    q.options.box = {{"mRNA", 0, 40}};
    auto const found = q.answer();
    EXPECT_EQ(found.passages[0].probability, 0);
    EXPECT_NEAR(found.lost, 1, 1e-9);
}

// The set of states follows the probability and leaves it again, and what arrived is kept.
TEST(Passage, WindowsKeepWhatHasArrived) {
    Question q{births("50"), {"X >= 3000"}, 1e-9};
    for (auto const& at : q.over({40, 60, 63, 80}).at)
        EXPECT_NEAR(at.arrived[0], boost::math::gamma_p(3000, 50 * at.time), 1e-9) << at.time;
}

TEST(Passage, ConditionsThatAreNoneAreRefused) {
    auto const model = gallery_model("telegraph");
    for (auto const& [condition, words] :
         std::vector<std::pair<std::string, std::string>>{{"mRNA", "compares nothing"},
                                                          {"mRNA + 1", "compares nothing"},
                                                          {"mrna >= 3", "did you mean \"mRNA\"?"},
                                                          {"time >= 3", "depends on time"},
                                                          {"mRNA >= ", "condition \"mRNA >= \""}}) {
        try {
            compile_conditions(model, {condition});
            ADD_FAILURE() << condition;
        } catch (InputError const& error) {
            EXPECT_THAT(error.what(), HasSubstr(words));
        }
    }
    EXPECT_THROW(compile_conditions(model, {"mRNA > 1", "mRNA > 1"}), InputError);
}

}  // namespace
}  // namespace fano::test
