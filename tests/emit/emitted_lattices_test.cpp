// The text of lattices' kernels compiles for every generation of GPUs that CUDA 13 knows.
#include <cstdlib>

#include <gtest/gtest.h>

#include "emit/compile_cuda.hpp"
#include "emit/emit_lattice.hpp"
#include "rdme/lattice.hpp"
#include "support/scratch.hpp"
#include "support/source_folder.hpp"

namespace {

using namespace fano;

Network voxel_of(std::string const& model) {
    return compile(voxel_model(read_model(test::source_folder() / "models/space" / (model + ".toml"))));
}

class EmittedLattices : public ::testing::TestWithParam<char const*> {};

TEST_P(EmittedLattices, CompileForEveryGeneration) {
#if FANO_HAVE_CUDA
    try {
        nvrtc_version();
    } catch (BackendError const& error) {
        GTEST_SKIP() << error.what();
    }
    auto const text = emit_lattice(voxel_of(GetParam()));
    // All generations for one model; others differ from it in a few lines.
    std::vector<char const*> architectures{"sm_90"};
    if (GetParam() == std::string("association")) architectures = {"sm_75", "sm_80", "sm_90", "sm_120"};
    for (char const* const architecture : architectures) {
        auto const compiled = compile_cuda(text, architecture);
        auto const needs = read_resources(compiled.log, "fano_lattices");
        ASSERT_TRUE(needs.has_value()) << compiled.log;
        EXPECT_LE(needs->registers, 255u);
        EXPECT_EQ(needs->spill_store_bytes, 0u) << architecture;
        std::printf("%s %s: %u registers, %u bytes of stack\n", GetParam(), architecture, needs->registers,
                    needs->stack_bytes);
    }
#else
    GTEST_SKIP() << "this build has no CUDA";
#endif
}

INSTANTIATE_TEST_SUITE_P(Models, EmittedLattices, ::testing::Values("association", "schnakenberg", "min"),
                         [](auto const& test) { return std::string(test.param); });

// Changes of the text must be seen by a person: rewrite the file with FANO_WRITE_GOLDEN=1 and look at it.
TEST(EmittedLatticeText, IsTheOneOnRecord) {
    auto const file = test::source_folder() / "tests/golden/emitted_lattice_min.cu";
    auto const text = emit_lattice(voxel_of("min"));
    if (std::getenv("FANO_WRITE_GOLDEN") != nullptr) {
        test::write_file(file, text);
        GTEST_SKIP() << "wrote " << file;
    }
    EXPECT_EQ(text, test::read_file(file));
}

}  // namespace
