// Tau-leaping and the Langevin equation as emitted for GPUs, compiled by the host's compiler and run as a GPU would run
// them: the cells, and the history of steps, of the reference build, bit for bit.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "emit/compile_cuda.hpp"
#include "emit/emit_network.hpp"
#include "ensemble/gpu_run.hpp"
#include "langevin/step_tables.hpp"
#include "support/emitted_gpu.hpp"
#include "support/gallery.hpp"

namespace {

using namespace fano;

std::vector<Gpu> one_gpu() {
    std::vector<Gpu> gpus(1);
    gpus[0].streams.push_back(std::make_unique<test::EmittedGpu>());
    return gpus;
}

EnsembleOptions stepping(Method method, double end) {
    EnsembleOptions options;
    options.method = method;
    options.cells = 60;
    options.seed = 78;
    options.threads = 1;
    options.snapshots = true;
    options.device = Device::gpu;
    options.times = {0, 0.2 * end, 0.21 * end, 0.21 * end, 0.5 * end, end};
    return options;
}

bool applies(Network const& network, EnsembleOptions const& options) {
    try {
        StepTables const tables{network, options};
        return !network.tables->scalars.large;
    } catch (InputError const&) {
        return false;
    }
}

void expect_same_cells(Network const& network, EnsembleOptions options) {
    auto const simulated = options.method == Method::langevin ? with_real_outputs(network) : network;
    auto const emitted = run_ensemble_on(simulated, options, one_gpu());
    options.device = Device::reference;
    auto const reference = run_ensemble(network, options);
    EXPECT_TRUE(emitted.warnings.empty());
    EXPECT_EQ(emitted.fingerprint, reference.fingerprint);
    EXPECT_EQ(emitted.events, reference.events);
    EXPECT_EQ(emitted.reaction_counts, reference.reaction_counts);
    EXPECT_EQ(emitted.snapshots, reference.snapshots);
    EXPECT_EQ(emitted.leaps.leaps, reference.leaps.leaps);
    EXPECT_EQ(emitted.leaps.exact_steps, reference.leaps.exact_steps);
    EXPECT_EQ(emitted.leaps.shortened, reference.leaps.shortened);
    EXPECT_EQ(emitted.leaps.stiff, reference.leaps.stiff);
    EXPECT_EQ(emitted.langevin.steps, reference.langevin.steps);
    EXPECT_EQ(emitted.langevin.few, reference.langevin.few);
    EXPECT_EQ(emitted.langevin.negative, reference.langevin.negative);
    for (std::size_t o = 0; o < network.outputs.size(); ++o) {
        EXPECT_EQ(emitted.tally.mean(5, o).value, reference.tally.mean(5, o).value);
        EXPECT_EQ(emitted.tally.histogram(5, o).cells, reference.tally.histogram(5, o).cells);
    }
}

class EmittedSteps : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (!test::can_compile_on_host()) GTEST_SKIP() << test::why_not_compiled_on_host();
        network_ = test::gallery_network(GetParam());
        end_ = test::short_end_time(GetParam(), network_);
    }
    Network network_;
    double end_ = 0;
};

TEST_P(EmittedSteps, LeapAsTheReferenceBuildDoes) {
    auto options = stepping(Method::tau, end_);
    options.count_reactions = true;
    options.epsilon = 0.1;
    if (!applies(network_, options)) GTEST_SKIP() << "cannot leap";
    expect_same_cells(network_, options);
}

TEST_P(EmittedSteps, FollowTheLangevinEquationAsTheReferenceBuildDoes) {
    auto options = stepping(Method::langevin, end_);
    if (!applies(network_, options)) GTEST_SKIP() << "no Langevin equation";
    expect_same_cells(network_, options);
    options.scheme = LangevinScheme::euler;
    options.step = end_ / 50;
    expect_same_cells(network_, options);
}

TEST(EmittedStiffLeaps, AreThoseOfTheReferenceBuild) {
    if (!test::can_compile_on_host()) GTEST_SKIP() << test::why_not_compiled_on_host();
    auto const network = compile(read_toml(R"toml(
name = "a fast dimer that binds"
[species]
M = 2000
D = 1000
B = 3000
C = 1000
[reactions]
pair = { equation = "2 M -> D", rate = 0.1 }
part = { equation = "D -> 2 M", rate = 200 }
bind = { equation = "D + B -> C", rate = 0.001 }
loose = { equation = "C -> D + B", rate = 3 }
make = { equation = "-> M", rate = 300 }
turn = { equation = "C -> B", rate = 0.1 }
)toml",
                                           "test.toml"));
    auto options = stepping(Method::tau, 2);
    options.count_reactions = true;
    options.stiff = true;
    options.epsilon = 0.1;
    auto const reference = run_ensemble(network, [&] {
        auto on_host = options;
        on_host.device = Device::cpu;
        return on_host;
    }());
    EXPECT_GT(reference.leaps.stiff, 1000u);
    expect_same_cells(network, options);
}

INSTANTIATE_TEST_SUITE_P(Gallery, EmittedSteps,
                         ::testing::Values("decay_dimerisation", "schlogl", "toggle", "sir", "vilar",
                                           "extrinsic", "two_stage"),
                         test::test_name);

#if FANO_HAVE_CUDA
TEST(EmittedStepsOnGpus, CompileWithAKnownStack) {
    try {
        nvrtc_version();
    } catch (BackendError const& error) {
        GTEST_SKIP() << error.what();
    }
    auto const network = test::gallery_network("decay_dimerisation");
    for (Method const method : {Method::tau, Method::langevin}) {
        StepTables const tables{network, stepping(method, 1)};
        auto const simulated = method == Method::langevin ? with_real_outputs(network) : network;
        auto const compiled =
            compile_cuda(emit_network(simulated, {method == Method::tau, &tables}), "sm_90");
        auto const needs = read_resources(compiled.log, "fano_cells");
        ASSERT_TRUE(needs.has_value()) << compiled.log;
        EXPECT_GT(needs->registers, 0u);
        fmt::print("{}: {} registers, {} bytes of stack\n", method_name(method), needs->registers,
                   needs->stack_bytes);
        // No function calls itself, which would leave the stack unknown.
        EXPECT_NE(compiled.log.find("bytes cumulative stack size"), std::string::npos) << compiled.log;
    }
}
#endif

}  // namespace
