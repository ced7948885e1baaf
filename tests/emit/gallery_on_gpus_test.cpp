// Every network of the gallery compiles for every generation of GPUs that CUDA 13 knows, and small ones keep all
// they have in registers: no local memory, no spills.
#include <gtest/gtest.h>

#include "emit/compile_cuda.hpp"
#include "emit/emit_network.hpp"
#include "support/gallery.hpp"

#if FANO_HAVE_CUDA

namespace {

using namespace fano;

constexpr std::size_t most_species = 10, most_reactions = 16;

class GalleryOnGpus : public ::testing::TestWithParam<std::string> {};

TEST_P(GalleryOnGpus, CompilesAndStaysInRegisters) {
    try {
        nvrtc_version();
    } catch (BackendError const& error) {
        GTEST_SKIP() << error.what();
    }
    Network const network = test::gallery_network(GetParam());
    bool const small = network.species.size() <= most_species && network.reactions.size() <= most_reactions;
    for (char const* architecture : {"sm_75", "sm_80", "sm_90", "sm_120"}) {
        auto const compiled = compile_cuda(emit_network(network), architecture);
        auto const needs = read_resources(compiled.log, "fano_cells");
        ASSERT_TRUE(needs.has_value()) << compiled.log;
        EXPECT_GT(compiled.code.size(), 1000u);
        EXPECT_GT(needs->registers, 0u);
        if (!small) continue;
        EXPECT_EQ(needs->stack_bytes, 0u) << architecture;
        EXPECT_EQ(needs->spill_store_bytes, 0u) << architecture;
        EXPECT_EQ(needs->spill_load_bytes, 0u) << architecture;
    }
}

INSTANTIATE_TEST_SUITE_P(Gallery, GalleryOnGpus, ::testing::ValuesIn(test::gallery()), test::test_name);

}  // namespace

#endif
