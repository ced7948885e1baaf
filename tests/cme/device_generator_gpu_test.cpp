// The master equation on a GPU against the CPU, where there is a GPU.
#include <functional>

#include "backend/gpus.hpp"
#include "cme/device_systems.hpp"
#include "cme/sort_unique.hpp"
#if FANO_HAVE_CUDA
#include "backend/cuda/cusparse.hpp"
#endif

namespace fano::test {
namespace {

class OnAGpu : public ::testing::TestWithParam<DeviceForm> {
protected:
    void SetUp() override {
        auto const survey = survey_gpus();
        if (survey.gpus.empty()) GTEST_SKIP() << survey.why_none;
        try {
            make_ = generators_on_gpu(survey.gpus.front().index, GetParam());
            System system{one_species, 0, {5}, 1, [] { return rows_up_to(9); }};
            make_(system.generator());
        } catch (BackendError const& error) {
            if (GetParam() == DeviceForm::rows) throw;
            GTEST_SKIP() << error.what();  // no cuSPARSE
        }
    }
    MakeDeviceGenerator make_;
};

INSTANTIATE_TEST_SUITE_P(By, OnAGpu,
                         ::testing::Values(DeviceForm::rows, DeviceForm::csr, DeviceForm::sliced_ell),
                         [](auto const& instance) { return device_form_name(instance.param); });

TEST_P(OnAGpu, AStepOfTheMasterEquationIsTheCpus) {
    for_generators([&](Generator const& a) {
        auto const generator = make_(a);
        auto& gpu = generator->device();
        auto const x = random_vector(a.size(), 7);
        DeviceArray<double> const from(gpu, x), to(gpu, a.size());
        DeviceArray<double> sum(gpu, a.size());
        sum.clear();
        std::vector<double> expected(a.size()), expected_sum(a.size());
        Update const u{0.25, 3, 2, expected_sum.data()};
        update_on_cpu(a, u, x, expected);
        generator->update({0.25, 3, 2, sum.data()}, from.data(), to.data());
        auto const y = to.download();
        EXPECT_LT(worst_difference(a, u, x, y, expected), 1e-13);
        if (GetParam() == DeviceForm::rows) {
            EXPECT_EQ(y, expected);
        }
        EXPECT_EQ(sum.download(), expected_sum);
        double terms = 0;
        for (double v : x) terms += std::abs(v);
        EXPECT_NEAR(generator->mass(from.data()), fano::sum(x), 1e-13 * terms);
        EXPECT_NEAR(generator->distance(from.data(), to.data()), distance(x, y),
                    1e-13 * (terms + sum_of_sizes(y)));
        generator->add(-2, from.data(), sum.data());
        EXPECT_EQ(sum.download(), std::vector<double>(a.size()));
    });
}

TEST_P(OnAGpu, UniformizationGivesTheSameProbabilitiesAsTheCpu) { expect_as_on_the_cpu(make_); }

// Several times what is captured, and a rest.
TEST_P(OnAGpu, CapturedStepsAreTheSameAsSingleOnes) {
    System system{toggle_like, 0, {3, 2}, 30, [] { return rows_up_to(99); }};
    auto const a = system.generator();
    auto const generator = make_(a);
    auto& gpu = generator->device();
    Random random{3};
    std::vector<double> weights(300);
    for (double& w : weights) w = random.real();
    auto const take = [&](bool captured) {
        DeviceArray<double> const x(gpu, random_vector(a.size(), 5)), y(gpu, a.size()), table(gpu, weights);
        DeviceArray<double> sum(gpu, a.size());
        sum.clear();
        DeviceArray<kernels::RowSchedule> const schedule(
            gpu, std::vector<kernels::RowSchedule>{{table.data(), 7, weights.size(), 0}});
        DeviceGenerator::Steps const steps{1 / a.largest_exit(), x.data(),        y.data(),
                                           sum.data(),           schedule.data(), captured};
        generator->take(steps, 64);
        generator->take(steps, 190);
        return std::tuple(x.download(), y.download(), sum.download(), schedule.download().front().done);
    };
    EXPECT_EQ(take(true), take(false));
}

TEST(SortUniqueOnAGpu, IsTheHosts) {
    auto const survey = survey_gpus();
    if (survey.gpus.empty()) GTEST_SKIP() << survey.why_none;
    for (std::size_t count : {0U, 1U, 2U, 20'000U}) {
        auto states = random_states(count), expected = states;
        sort_unique(expected);
        sort_unique_on_gpu(states, survey.gpus.front().index);
        EXPECT_EQ(states, expected);
    }
}

#if FANO_HAVE_CUDA
TEST(Cusparse, HasAllFunctionsThatFanoCalls) {
    try {
        EXPECT_NE(cusparse().multiply, nullptr);
    } catch (BackendError const& error) {
        EXPECT_NE(std::string{error.what()}.find("was not found"), std::string::npos) << error.what();
        GTEST_SKIP() << error.what();
    }
}
#endif

TEST(GeneratorsOnAGpu, AreRefusedByNameWithoutOne) {
    auto const survey = survey_gpus();
    if (!survey.gpus.empty()) GTEST_SKIP() << "there is a GPU: " << survey.gpus.front().name;
    std::vector<std::uint64_t> states{1};
    for (auto const& attempt : {std::function<void()>{[] { generators_on_gpu(0); }},
                                std::function<void()>{[&] { sort_unique_on_gpu(states, 0); }}})
        try {
            attempt();
            ADD_FAILURE() << "there is no GPU";
        } catch (BackendError const& error) {
            EXPECT_EQ(error.what(), survey.why_none);
        }
}

}  // namespace
}  // namespace fano::test
