// Every network of the gallery compiles for every generation of GPUs that CUDA 13 knows, and small ones keep all
// they have in registers: no local memory, no spills. No kernel calls itself: GPUs have no stack for that.
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "emit/compile_cuda.hpp"
#include "emit/emit_network.hpp"
#include "support/gallery.hpp"

#if FANO_HAVE_CUDA

namespace {

using namespace fano;

constexpr std::size_t most_species = 10, most_reactions = 16;

// ptxas adds up the stacks of the functions that a kernel calls, unless one of them calls itself.
bool stack_is_unknown(CompiledKernel const& compiled) {
    bool const any_stack = std::regex_search(compiled.log, std::regex("[1-9][0-9]* bytes stack frame"));
    return any_stack && compiled.log.find("bytes cumulative stack size") == std::string::npos;
}

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
        EXPECT_FALSE(stack_is_unknown(compiled)) << compiled.log;
        if (!small) continue;
        EXPECT_EQ(needs->stack_bytes, 0u) << architecture;
        EXPECT_EQ(needs->spill_store_bytes, 0u) << architecture;
        EXPECT_EQ(needs->spill_load_bytes, 0u) << architecture;
    }
}

// The more there is to compile, the more of it is called instead of inlined.
TEST(EmittedKernels, CallWhatIsLongWhereThereIsMuchOfIt) {
    try {
        nvrtc_version();
    } catch (BackendError const& error) {
        GTEST_SKIP() << error.what();
    }
    char const* const counts[] = {"poisson\", mean = 30", "binomial\", n = 90, p = 0.7",
                                  "negative_binomial\", mean = 9, fano = 4", "uniform\", low = 2, high = 7"};
    char const* const rates[] = {"gamma\", mean = 3, cv = 2", "lognormal\", mean = 3, cv = 1",
                                 "normal\", mean = 3, sd = 1", "uniform\", low = 2, high = 7"};
    auto const model = [&](std::size_t parts) {
        std::string species = "[species]\n", parameters = "[parameters]\n", rest;
        for (std::size_t i = 0; i < parts; ++i) {
            species += fmt::format("S{} = {{ distribution = \"{} }}\n", i, counts[i % 4]);
            parameters += fmt::format("k{} = {{ distribution = \"{} }}\n", i, rates[i % 4]);
            rest += fmt::format("[reactions.r{0}]\nequation = \"S{0} -> 0\"\nrate = \"k{0}\"\n", i);
            rest += fmt::format("[events.e{0}]\ntrigger = \"t > {0}\"\nassign = {{ S{0} = 9 }}\n", i);
        }
        return emit_network(compile(read_toml(species + parameters + rest, "test.toml")));
    };
    std::string const few = model(1), many = model(20);
    EXPECT_EQ(few.find("FANO_CALL_LONG"), std::string::npos);
    EXPECT_NE(many.find("FANO_CALL_LONG"), std::string::npos);
    auto const small = compile_cuda(few, "sm_90"), large = compile_cuda(many, "sm_90");
    EXPECT_FALSE(stack_is_unknown(small)) << small.log;
    EXPECT_FALSE(stack_is_unknown(large)) << large.log;
    EXPECT_TRUE(stack_is_unknown(
        compile_cuda("__device__ __noinline__ int f(int n) { return n < 2 ? n : f(n - 1) * f(n - 2) + 1; }\n"
                     "extern \"C\" __global__ void fano_cells(int* n) { *n = f(*n); }\n",
                     "sm_90")));
    // Twenty times the model: inlined it would be as many times the code.
    EXPECT_LT(large.code.size(), 4 * small.code.size());
}

INSTANTIATE_TEST_SUITE_P(Gallery, GalleryOnGpus, ::testing::ValuesIn(test::gallery()), test::test_name);

}  // namespace

#endif
