// NVRTC makes code for every generation of GPUs from a program and the embedded headers; its log is understood,
// and what goes wrong is told in words. Needs no GPU, and skips where there is no NVRTC.
#include "emit/compile_cuda.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fano/error.hpp"
#include "support/scratch.hpp"
#include "support/source_folder.hpp"

namespace {

namespace fs = std::filesystem;
using fano::ExitCode;
using testing::HasSubstr;
using testing::Not;

class CompileCuda : public testing::Test {
protected:
    void SetUp() override {
        try {
            fano::nvrtc_version();
        } catch (fano::BackendError const& error) {
            EXPECT_THAT(error.what(), HasSubstr("install"));
            GTEST_SKIP() << error.what();
        }
    }
};

// In the namespace of the kernels, where log means theirs and not CUDA's.
std::string const waiting_times = R"(
#include "kernels/core/math.hpp"
#include "kernels/core/philox.hpp"
namespace fano::kernels {
extern "C" __global__ void waiting_times(double* times, u64 seed) {
    auto const block = philox(PhiloxBlock<u64>{{threadIdx.x, 0, blockIdx.x, 0}}, seed);
    times[threadIdx.x] = -log(uniform<double>(block.w[0], block.w[1]));
}
}
)";

std::string const large = R"(
extern "C" __global__ void tiny(double* x) { *x = 0; }
extern "C" __global__ void __launch_bounds__(1024) large(double* x, int n) {
    __shared__ double shared[100];
    double kept[200];
    for (int i = 0; i < 200; ++i) kept[i] = x[i * threadIdx.x];
    shared[threadIdx.x % 100] = kept[n];
    __syncthreads();
    for (int i = 0; i < 200; ++i) x[i * threadIdx.x + 1] = kept[199 - i] + shared[i % 100];
}
)";

// The message of the error that `run` throws, which must be of the given kind.
template <class Run>
std::string message_of(ExitCode expected, Run const& run) {
    try {
        run();
    } catch (fano::Error const& error) {
        EXPECT_EQ(error.code(), expected);
        return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

TEST_F(CompileCuda, MakesCodeForEveryGenerationOfGpus) {
    for (std::string const architecture : {"sm_75", "sm_80", "sm_90", "sm_120"}) {
        auto const kernel = fano::compile_cuda(waiting_times, architecture);
        ASSERT_GT(kernel.code.size(), 4u);
        EXPECT_EQ(std::string(kernel.code.data(), 4),
                  "\x7f"
                  "ELF");
        EXPECT_THAT(kernel.log, HasSubstr("'waiting_times' for '" + architecture + "'"));
        EXPECT_THAT(kernel.log, Not(HasSubstr("warning")));
        auto const needs = fano::read_resources(kernel.log, "waiting_times");
        ASSERT_TRUE(needs.has_value());
        EXPECT_GT(needs->registers, 10u);
        EXPECT_LT(needs->registers, 64u);
        EXPECT_EQ(needs->stack_bytes, 0u);
        EXPECT_EQ(needs->spill_store_bytes + needs->spill_load_bytes, 0u);
        EXPECT_EQ(needs->shared_bytes, 0u);
    }
}

TEST_F(CompileCuda, TellsWhatAKernelNeedsBeyondRegisters) {
    auto const log = fano::compile_cuda(large, "sm_90").log;
    auto const needs = fano::read_resources(log, "large");
    ASSERT_TRUE(needs.has_value());
    EXPECT_EQ(needs->registers, 64u);  // 65536 for 1024 threads
    EXPECT_GE(needs->stack_bytes, 1600u);
    EXPECT_GT(needs->spill_store_bytes, 0u);
    EXPECT_GT(needs->spill_load_bytes, 0u);
    EXPECT_EQ(needs->shared_bytes, 800u);
    auto const others = fano::read_resources(log, "tiny");
    ASSERT_TRUE(others.has_value());
    EXPECT_LT(others->registers, 16u);
    EXPECT_EQ(others->stack_bytes + others->spill_load_bytes + others->shared_bytes, 0u);
    EXPECT_FALSE(fano::read_resources(log, "lar").has_value());
}

TEST_F(CompileCuda, ShowsWhereAProgramIsWrong) {
    auto const message = message_of(ExitCode::internal, [] {
        fano::compile_cuda("extern \"C\" __global__ void cells(double* x) {\n    *x = rate_7;\n}\n", "sm_90");
    });
    EXPECT_THAT(message, HasSubstr("network.cu(2): error: identifier \"rate_7\" is undefined"));
    EXPECT_THAT(message, HasSubstr("report"));
}

TEST_F(CompileCuda, StopsWhenItIsCancelled) {
    EXPECT_THROW(fano::compile_cuda(waiting_times, "sm_90", [] { return true; }), fano::Interrupted);
    EXPECT_NO_THROW(fano::compile_cuda(waiting_times, "sm_90", [] { return false; }));
}

TEST_F(CompileCuda, RefusesAGpuThatNvrtcDoesNotKnow) {
    for (std::string const architecture : {"sm_999", "sm_20", "", "sm_90 --fmad=true"}) {
        auto const message =
            message_of(ExitCode::backend, [&] { fano::compile_cuda(waiting_times, architecture); });
        EXPECT_THAT(message, HasSubstr("architecture " + architecture + ", only for sm_"));
        EXPECT_THAT(message, HasSubstr("CUDA " + fano::nvrtc_version()));
    }
}

TEST_F(CompileCuda, SeesNoFileButTheEmbeddedHeaders) {
    fano::test::TemporaryDirectory const folder;
    fs::create_directories(folder / "kernels/core");
    fano::test::write_file(folder / "kernels/core/philox.hpp", "#error a file of the current folder\n");
    fano::test::write_file(folder / "local.hpp", "constexpr int local = 1;\n");
    auto const before = fs::current_path();
    fs::current_path(folder.path());
    EXPECT_NO_THROW(fano::compile_cuda(waiting_times, "sm_90"));
    auto const message =
        message_of(ExitCode::internal, [] { fano::compile_cuda("#include \"local.hpp\"\n", "sm_90"); });
    fs::current_path(before);
    EXPECT_THAT(message, HasSubstr("local.hpp"));
}

TEST_F(CompileCuda, NamesAllThatTheCodeDependsOn) {
    auto const key = fano::cache_key("program", "sm_90");
    EXPECT_EQ(key.program, "program");
    EXPECT_EQ(key.headers, fano::digest_of(fano::kernel_headers()));
    EXPECT_EQ(key.architecture, "sm_90");
    EXPECT_EQ(key.compiler, fano::nvrtc_version());
    EXPECT_THAT(key.options, HasSubstr("--fmad=false"));
}

TEST(ReadResources, AddsUpAKernelAndWhatItCalls) {
    // As NVRTC 13.0 wrote it for sm_75.
    std::string const log =
        "ptxas info    : 44 bytes gmem, 48 bytes cmem[4]\n"
        "ptxas info    : Compiling entry function 'spilling' for 'sm_75'\n"
        "ptxas info    : Function properties for spilling\n"
        "ptxas         .     2672 bytes stack frame, 1900 bytes spill stores, 2140 bytes spill loads\n"
        "ptxas info    : Used 64 registers, used 1 barriers, 2680 bytes cumulative stack size, 64 bytes "
        "smem, 360 bytes cmem[0]\n"
        "ptxas info    : Compile time = 51.041 ms\n"
        "ptxas info    : Function properties for _ZN4fano7kernels4slowEd\n"
        "ptxas         .     8 bytes stack frame, 16 bytes spill stores, 32 bytes spill loads\n"
        "ptxas info    : Compiling entry function 'cells' for 'sm_75'\n"
        "ptxas info    : Function properties for cells\n"
        "ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
        "ptxas info    : Used 28 registers, used 0 barriers, 368 bytes cmem[0], 88 bytes cmem[2]\n";
    auto const spilling = fano::read_resources(log, "spilling");
    ASSERT_TRUE(spilling.has_value());
    EXPECT_EQ(spilling->registers, 64u);
    EXPECT_EQ(spilling->stack_bytes, 2680u);
    EXPECT_EQ(spilling->spill_store_bytes, 1916u);
    EXPECT_EQ(spilling->spill_load_bytes, 2172u);
    EXPECT_EQ(spilling->shared_bytes, 64u);
    auto const cells = fano::read_resources(log, "cells");
    ASSERT_TRUE(cells.has_value());
    EXPECT_EQ(cells->registers, 28u);
    EXPECT_EQ(cells->stack_bytes + cells->spill_store_bytes + cells->spill_load_bytes, 0u);
    EXPECT_EQ(cells->shared_bytes, 0u);
    EXPECT_FALSE(fano::read_resources(log, "cell").has_value());
    EXPECT_FALSE(fano::read_resources("", "cells").has_value());
}

TEST(KernelHeaders, AreTheFilesThatTheyWereMadeFrom) {
    fs::path const source = fano::test::source_folder();
    std::size_t files = 0;
    for (auto const& entry : fs::recursive_directory_iterator(source / "kernels")) {
        if (entry.path().extension() != ".hpp" && entry.path().extension() != ".cuh") continue;
        ++files;
        auto const name = fs::relative(entry.path(), source).generic_string();
        auto const all = fano::kernel_headers();
        auto const found =
            std::find_if(all.begin(), all.end(), [&](auto const& header) { return header.name == name; });
        ASSERT_NE(found, all.end()) << name;
        EXPECT_EQ(found->text, fano::test::read_file(entry.path())) << name;
    }
    EXPECT_EQ(fano::kernel_headers().size(), files);
}

}  // namespace
