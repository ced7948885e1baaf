// Everything that a model can say, in the text that is emitted for it: the cells are those of the reference build.
// The text is compiled for the host and, where there are GPUs, for them.
// Beyond the gallery: odd names, no reactions, all functions, all distributions, events of every kind, and the
// published suite's SBML.
#include <gtest/gtest.h>

#include "backend/gpus.hpp"
#include "emit/emit_network.hpp"
#include "ensemble/gpu_run.hpp"
#include "support/dsmts.hpp"
#include "support/emitted_gpu.hpp"

namespace {

using namespace fano;

// Each alone: the stand-in that runs the text on the host, and the GPUs of this machine.
std::vector<std::vector<Gpu>> devices() {
    std::vector<std::vector<Gpu>> list;
    auto const add = [&](std::unique_ptr<Accelerator> device) {
        list.emplace_back(1);
        list.back()[0].streams.push_back(std::move(device));
    };
    if (test::can_compile_on_host()) add(std::make_unique<test::EmittedGpu>());
    for (auto const& gpu : survey_gpus().gpus) add(open_gpu(gpu.index));
    return list;
}

void expect_same_cells(Network const& network, std::vector<double> const& times, std::string const& what) {
    EnsembleOptions options;
    options.cells = 60;
    options.seed = 12;
    options.threads = 1;
    options.times = times;
    options.snapshots = true;
    options.count_reactions = true;
    options.device = Device::reference;
    auto const reference = run_ensemble(network, options);
    options.device = Device::gpu;
    for (auto& gpus : devices()) {
        auto const emitted = run_ensemble_on(network, options, std::move(gpus));
        EXPECT_TRUE(emitted.warnings.empty()) << what;
        EXPECT_EQ(emitted.snapshots, reference.snapshots) << what;
        EXPECT_EQ(emitted.fingerprint, reference.fingerprint) << what;
        EXPECT_EQ(emitted.events, reference.events) << what;
        EXPECT_EQ(emitted.reaction_counts, reference.reaction_counts) << what;
    }
}

class EmittedFeatures : public ::testing::Test {
protected:
    void SetUp() override {
        if (devices().empty()) GTEST_SKIP() << test::why_not_compiled_on_host();
    }
    static void expect_same(std::string const& model, std::vector<double> const& times = {0, 0.5, 1, 2, 5}) {
        expect_same_cells(compile(read_toml(model, "test.toml")), times, model);
    }
};

TEST_F(EmittedFeatures, NamesThatMeanSomethingInCpp) {
    expect_same(R"toml(
[species]
class = 3
delete = 0
n__x = 1
n_x = 2
time_ = 0
upper = 4
[parameters]
double = 2
[reactions.return]
equation = "class -> delete"
rate = "double"
[reactions.if]
equation = "n__x + n_x -> upper"
rate = 1
)toml");
}

TEST_F(EmittedFeatures, NoReactionsAndReactionsThatChangeNothing) {
    expect_same("[species]\nA = 3\n[events.set]\ntrigger = \"t >= 1\"\nassign = { A = 7 }\n");
    expect_same("[species]\nA = 3\nB = 0\n[reactions.nothing]\nequation = \"A -> A\"\nrate = 1\n");
    expect_same("[species]\nA = 0\n[reactions.never]\nequation = \"A -> 0\"\nrate = 1\n");
}

TEST_F(EmittedFeatures, EveryFunction) {
    expect_same(R"toml(
[species]
A = 10
B = 3
[parameters]
k = 0.7
[observables]
logs = "log(A + 1) + log10(B + 1) + sqrt(A) - exp(-B)"
angles = "sin(A) * cos(B) + tan(0.1 * A) + tanh(B)"
logic = "(A > 3 && B <= 2) || (!(A == B) && A != 7)"
[reactions.make]
equation = "-> A"
propensity = "k * (min(A, 5) + max(B, 1)) + abs(A - B) + floor(A / 3) + ceil(B / 2)"
[reactions.turn]
equation = "2 A -> B"
propensity = "piecewise(0.1 * A^2.5 / (1 + B^3), A > 1, 0)"
[reactions.lose]
equation = "3 B -> 0"
rate = 0.2
[reactions.leave]
equation = "A -> 0"
propensity = "A * (0.5 + 0.25 * tanh(A) - -0.125) / (2 - B / (B + 1))"
)toml");
}

TEST_F(EmittedFeatures, RatesThatDependOnTime) {
    expect_same(R"toml(
[species]
A = 10
B = 0
[parameters]
w = { distribution = "lognormal", mean = 1, cv = 0.2 }
[reactions.make]
equation = "-> A"
propensity = "4 * (1 + sin(w * t)) * piecewise(1, t < 3, 2)"
[reactions.turn]
equation = "A -> B"
propensity = "A * exp(-t) / (1 + t^2) + 0.1 * A"
[reactions.lose]
equation = "B -> 0"
rate = 1
)toml");
}

TEST_F(EmittedFeatures, EveryDistribution) {
    expect_same(R"toml(
[species]
A = { distribution = "poisson", mean = "30 * a" }
B = { distribution = "binomial", n = 50, p = 0.3 }
C = { distribution = "negative_binomial", mean = 20, fano = 4 }
D = { distribution = "uniform", low = 2, high = 9 }
E = "A + D"
[parameters]
a = { distribution = "lognormal", mean = 1, cv = 0.5 }
b = { distribution = "gamma", mean = 1, cv = 0.5 }
c = { distribution = "normal", mean = 1, sd = 2 }
d = { distribution = "uniform", low = 0.5, high = 1.5 }
[reactions.one]
equation = "A -> B"
rate = "a*b"
[reactions.two]
equation = "C -> D"
rate = "c*d"
[reactions.three]
equation = "E -> 0"
rate = 1
)toml");
}

TEST_F(EmittedFeatures, EventsWithDelaysPrioritiesTiesAndCancellation) {
    expect_same(R"toml(
[species]
A = 5
B = 0
C = 0
[parameters]
last = 0
k = 3
[reactions.make]
equation = "-> A"
rate = "k"
[reactions.turn]
equation = "A -> B"
rate = 1
[events.divide]
trigger = "t - last >= 0.7"
assign = { A = "floor(A/2)", last = "t" }
[events.high]
trigger = "A >= 6"
delay = "0.1 + 0.01 * B"
persistent = false
assign = { B = "B + 10", k = "k * 0.9" }
[events.first]
trigger = "t >= 1"
priority = 2
assign = { C = "10 * C + 1" }
[events.second]
trigger = "t >= 1"
priority = 2
assign = { C = "10 * C + 2" }
[events.third]
trigger = "t > 1 && B > 3"
priority = "B"
assign = { C = "C + 100" }
)toml");
}

TEST_F(EmittedFeatures, FailuresAreThoseOfTheReference) {
    auto const told = [](EnsembleOptions const& options, std::vector<Gpu> gpus) -> std::string {
        try {
            run_ensemble_on(
                compile(read_toml("[species]\nA = 5\nB = 1\n[reactions.fall]\nequation = \"A -> 0\"\n"
                                  "propensity = \"A - 2.5 * B\"\n",
                                  "test.toml")),
                options, std::move(gpus));
        } catch (SimulationError const& error) {
            return error.what();
        }
        return "nothing";
    };
    EnsembleOptions options;
    options.cells = 1;
    options.times = {1000};
    options.threads = 1;
    auto const reference = told(options, {});
    EXPECT_NE(reference.find("negative"), std::string::npos) << reference;
    for (auto& gpus : devices()) EXPECT_EQ(told(options, std::move(gpus)), reference);
}

TEST_F(EmittedFeatures, ThePublishedSuite) {
    auto const folder = fano::testing::dsmts_folder();
    if (!folder) GTEST_SKIP() << "FANO_DSMTS_DIR is not set";
    for (auto const& one : fano::testing::read_dsmts(*folder, "l3v1"))
        expect_same_cells(compile(read_model(one.model)), one.times, one.id);
}

}  // namespace
