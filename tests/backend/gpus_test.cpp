// The survey of GPUs: on machines with one and without, it gives what open_gpu can open, or says what is missing.
#include "backend/gpus.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using fano::ExitCode;
using testing::AnyOf;
using testing::HasSubstr;
using testing::MatchesRegex;

std::string refusal_of(int index) {
    try {
        fano::open_gpu(index);
    } catch (fano::BackendError const& error) {
        EXPECT_EQ(error.code(), ExitCode::backend);
        return error.what();
    }
    ADD_FAILURE() << "GPU " << index << " was opened";
    return {};
}

TEST(Gpus, AreNamedOrTheirAbsenceIsExplained) {
    auto const survey = fano::survey_gpus();
    EXPECT_EQ(survey.gpus.empty(), !survey.why_none.empty());
    for (auto const& gpu : survey.gpus) {
        EXPECT_GE(gpu.index, 0);
        EXPECT_FALSE(gpu.name.empty());
        EXPECT_THAT(gpu.architecture, MatchesRegex("sm_[0-9]+"));
        EXPECT_GT(gpu.memory, std::size_t{1} << 28);
        EXPECT_GT(gpu.multiprocessors, 0);
    }
}

TEST(Gpus, AreMissedByNameWithTheCure) {
    auto const survey = fano::survey_gpus();
    if (!survey.gpus.empty()) GTEST_SKIP() << "there is a GPU: " << survey.gpus.front().name;
    if (::dlopen("libcuda.so.1", RTLD_LAZY) == nullptr) {
        EXPECT_THAT(survey.why_none, AnyOf(HasSubstr("no NVIDIA driver"), HasSubstr("built without CUDA")));
    }
    EXPECT_THAT(survey.why_none, HasSubstr("CPU"));
    EXPECT_EQ(refusal_of(0), survey.why_none);
    EXPECT_EQ(refusal_of(999), survey.why_none);
}

TEST(Gpus, AreListedWhereOneIsAskedForThatIsNotThere) {
    auto const survey = fano::survey_gpus();
    if (survey.gpus.empty()) GTEST_SKIP() << survey.why_none;
    for (int const index : {-1, 999}) {
        auto const refusal = refusal_of(index);
        EXPECT_THAT(refusal, HasSubstr("no GPU " + std::to_string(index)));
        for (auto const& gpu : survey.gpus)
            EXPECT_THAT(refusal, HasSubstr(std::to_string(gpu.index) + " (" + gpu.name + ")"));
    }
}

TEST(Gpus, KeepWhatTheyAreGiven) {
    auto const survey = fano::survey_gpus();
    if (survey.gpus.empty()) GTEST_SKIP() << survey.why_none;
    for (auto const& gpu : survey.gpus) {
        auto const device = fano::open_gpu(gpu.index);
        EXPECT_EQ(device->name(), gpu.name);
        EXPECT_EQ(device->architecture(), gpu.architecture);
        EXPECT_LE(device->memory().free, device->memory().total);
        std::vector<std::uint64_t> values(3'000'000);
        std::uint64_t sum = 0, filled = 0;
        for (std::size_t i = 0; i < values.size(); i += 1 + i % 1000) {
            sum += values[i] = i * i + 1;
            ++filled;
        }
        fano::DeviceArray<std::uint64_t> const there(*device, values);
        EXPECT_EQ(there.download(), values);
        EXPECT_EQ(device->sum(there.data(), there.size()), sum);
        auto const found = device->compact(there.data(), there.size());
        ASSERT_EQ(found.position.size(), filled);
        for (std::size_t i = 0; i < filled; ++i) {
            ASSERT_EQ(values[found.position[i]], found.value[i]);
            ASSERT_TRUE(i == 0 || found.position[i - 1] < found.position[i]);
        }
        EXPECT_TRUE(device->finished());
    }
}

TEST(Gpus, GatherCellsByTime) {
    auto const survey = fano::survey_gpus();
    if (survey.gpus.empty()) GTEST_SKIP() << survey.why_none;
    auto const device = fano::open_gpu(survey.gpus.front().index);
    std::size_t const cells = 5, times = 3, width = 2;
    auto const gathered = [&]<class Value>(Value) {
        std::vector<Value> by_cell;
        for (std::size_t i = 0; i < cells * times * width; ++i) by_cell.push_back(static_cast<Value>(i));
        fano::DeviceArray<Value> const from(*device, by_cell), to(*device, by_cell.size());
        device->gather_by_time(to.data(), from.data(), sizeof(Value), cells, times, width);
        auto const by_time = to.download();
        for (std::size_t time = 0; time < times; ++time)
            for (std::size_t cell = 0; cell < cells; ++cell)
                for (std::size_t k = 0; k < width; ++k)
                    EXPECT_EQ(by_time[(time * cells + cell) * width + k],
                              by_cell[(cell * times + time) * width + k]);
    };
    gathered(std::uint32_t{});
    gathered(double{});
}

TEST(Gpus, SayHowMuchMemoryIsMissing) {
    auto const survey = fano::survey_gpus();
    if (survey.gpus.empty()) GTEST_SKIP() << survey.why_none;
    auto const device = fano::open_gpu(survey.gpus.front().index);
    std::size_t const asked = 2 * device->memory().total;
    try {
        device->release(device->allocate(asked));
        FAIL() << "more memory was given than there is";
    } catch (fano::DeviceMemoryError const& error) {
        EXPECT_EQ(error.asked, asked);
        EXPECT_LE(error.free, device->memory().total);
    }
    // The failure is forgotten.
    fano::DeviceArray<std::uint64_t> const there(*device, std::vector<std::uint64_t>{1, 2, 3});
    EXPECT_EQ(device->sum(there.data(), there.size()), 6u);
}

}  // namespace
