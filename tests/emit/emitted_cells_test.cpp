// The text written for a network, compiled by the host's compiler and run as a GPU would run it, gives the cells of
// the reference build, bit for bit, for every model of the gallery.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "emit/emit_network.hpp"
#include "ensemble/gpu_run.hpp"
#include "support/emitted_gpu.hpp"
#include "support/gallery.hpp"
#include "support/scratch.hpp"
#include "support/source_folder.hpp"

namespace {

using namespace fano;

std::vector<Gpu> one_gpu() {
    std::vector<Gpu> gpus(1);
    gpus[0].streams.push_back(std::make_unique<test::EmittedGpu>());
    return gpus;
}

class EmittedCells : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (!test::can_compile_on_host()) GTEST_SKIP() << test::why_not_compiled_on_host();
        network_ = test::gallery_network(GetParam());
        options_.cells = 100;
        options_.seed = 77;
        options_.threads = 1;
        options_.count_reactions = true;
        options_.snapshots = true;
        options_.device = Device::gpu;
        double const end = test::short_end_time(GetParam(), network_);
        for (int i = 0; i <= 10; ++i) options_.times.push_back(end * i / 10);
    }
    Network network_;
    EnsembleOptions options_;
};

TEST_P(EmittedCells, AreThoseOfTheReferenceBuild) {
    auto const emitted = run_ensemble_on(network_, options_, one_gpu());
    options_.device = Device::reference;
    auto const reference = run_ensemble(network_, options_);
    EXPECT_TRUE(emitted.warnings.empty());
    EXPECT_EQ(emitted.fingerprint, reference.fingerprint);
    EXPECT_EQ(emitted.events, reference.events);
    EXPECT_EQ(emitted.reaction_counts, reference.reaction_counts);
    EXPECT_EQ(emitted.snapshots, reference.snapshots);
    std::size_t const last = options_.times.size() - 1;
    for (std::size_t o = 0; o < network_.outputs.size(); ++o) {
        EXPECT_EQ(emitted.tally.histogram(last, o).cells, reference.tally.histogram(last, o).cells);
        EXPECT_EQ(emitted.tally.mean(last, o).value, reference.tally.mean(last, o).value);
        EXPECT_EQ(emitted.tally.covariance(last, 0, o).value, reference.tally.covariance(last, 0, o).value);
    }
}

INSTANTIATE_TEST_SUITE_P(Gallery, EmittedCells, ::testing::ValuesIn(test::gallery()), test::test_name);

// Changes of the text must be seen by a person: rewrite the files with FANO_WRITE_GOLDEN=1 and look at them.
class EmittedText : public ::testing::TestWithParam<std::string> {};

TEST_P(EmittedText, IsTheOneOnRecord) {
    auto const file = test::source_folder() / "tests/golden" / ("emitted_" + GetParam() + ".cu");
    std::string const text = emit_network(test::gallery_network(GetParam()));
    if (std::getenv("FANO_WRITE_GOLDEN") != nullptr) {
        test::write_file(file, text);
        GTEST_SKIP() << "wrote " << file;
    }
    EXPECT_EQ(text, test::read_file(file));
}

// Mass action; a rate that depends on time; events.
INSTANTIATE_TEST_SUITE_P(Gallery, EmittedText, ::testing::Values("telegraph", "circadian", "division"),
                         test::test_name);

}  // namespace
