// What a device makes of samples, against a tally to which the same samples were added one by one. The device is a
// stand-in, and a GPU as well where there is one.
#include "backend/batch_tally.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "backend/gpus.hpp"
#include "fano/error.hpp"
#include "kernels/tally/fingerprint.hpp"
#include "support/stand_in_gpu.hpp"

namespace {

using namespace fano;
using test::StandInGpu;
using Values = std::vector<double>;  // [cell][time][output]

std::size_t row_size(TallyLayout const& layout) { return layout.times * layout.quanta.size(); }

void add_one_by_one(Tally& tally, Values const& values) {
    TallyLayout const& layout = tally.layout();
    for (std::size_t i = 0; i < values.size(); i += layout.quanta.size()) {
        auto const time = static_cast<std::uint32_t>(i / layout.quanta.size() % layout.times);
        tally.add(time, time + 1, &values[i]);
    }
}

Tally added(TallyLayout const& layout, Values const& values) {
    Tally tally(layout);
    add_one_by_one(tally, values);
    tally.flush();
    return tally;
}

// Samples on a device.
struct BatchOn {
    BatchOn(Accelerator& device, TallyLayout const& layout, Values const& values, bool whole,
            std::size_t limit)
        : cells(values.size() / row_size(layout)), tally(device, layout, whole, limit) {
        if (whole) {
            counts = {device, std::vector<std::uint32_t>(values.begin(), values.end())};
        } else {
            reals = {device, values};
        }
    }
    void const* samples() const {
        return counts.size() > 0 ? static_cast<void const*>(counts.data()) : reals.data();
    }
    void add_to(Tally& into) { tally.add(samples(), cells, into); }

    std::size_t cells;
    BatchTally tally;
    DeviceArray<std::uint32_t> counts;
    DeviceArray<double> reals;
};

// The stand-in and its samples.
struct WithGpu {
    StandInGpu gpu;
};
struct Batch : WithGpu, BatchOn {
    Batch(TallyLayout const& layout, Values const& values, bool whole, std::size_t limit)
        : BatchOn(gpu, layout, values, whole, limit) {}
};

// All that can be read, to the last bit: one line for each time, output and pair.
std::vector<std::string> contents(Tally const& tally) {
    std::vector<std::string> lines;
    auto number = [&](double x) { lines.back() += " " + std::to_string(std::bit_cast<std::uint64_t>(x)); };
    auto estimate = [&](Estimate const& e) { number(e.value), number(e.error); };
    auto cells = [&](std::vector<std::uint64_t> const& counts) {
        for (auto const count : counts) lines.back() += " " + std::to_string(count);
    };
    for (std::size_t time = 0; time < tally.layout().times; ++time) {
        lines.push_back("cells " + std::to_string(tally.cells(time)));
        for (std::size_t a = 0; a < tally.outputs(); ++a) {
            lines.push_back("time " + std::to_string(time) + " output " + std::to_string(a) + ":");
            number(tally.minimum(time, a)), number(tally.maximum(time, a));
            estimate(tally.mean(time, a)), estimate(tally.variance(time, a)), estimate(tally.fano(time, a));
            estimate(tally.cv2(time, a)), estimate(tally.skewness(time, a));
            lines.push_back("histogram:");
            Histogram const histogram = tally.histogram(time, a);
            number(histogram.low), number(histogram.width), cells(histogram.cells);
            for (std::size_t b = 0; b < a && tally.layout().covariance; ++b) {
                lines.push_back("covariance with " + std::to_string(b) + ":");
                estimate(tally.covariance(time, a, b));
            }
        }
        for (std::size_t pair = 0; pair < tally.layout().joint.size(); ++pair) {
            JointHistogram const joint = tally.joint(time, pair);
            lines.push_back("joint " + std::to_string(pair) + ":");
            for (int axis : {0, 1})
                number(joint.low[axis]), number(joint.width[axis]), cells({joint.bins[axis]});
            cells(joint.cells);
        }
    }
    return lines;
}

Tally tallied(TallyLayout const& layout, Values const& values, bool whole,
              std::size_t limit = BatchTally::default_limit) {
    Tally tally(layout);
    Batch(layout, values, whole, limit).add_to(tally);
    for (auto const& gpu : survey_gpus().gpus) {
        Tally there(layout);
        auto const device = open_gpu(gpu.index);
        BatchOn(*device, layout, values, whole, limit).add_to(there);
        EXPECT_EQ(contents(there), contents(tally)) << gpu.name;
    }
    return tally;
}

// Counts of all sizes: a promoter, few, thousands, wide bins, more than 2^31, always the same.
TallyLayout counts_layout(std::size_t times) {
    return {times, {1, 1, 1, 1, 1, 1}, {{0, 1}, {2, 1}, {3, 4}, {1, 5}, {4, 4}}, true};
}
Values random_counts(std::size_t cells, std::size_t times, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::poisson_distribution<int> few(7);
    Values values;
    for (std::size_t row = 0; row < cells * times; ++row) {
        double const shared = few(random);
        values.insert(values.end(), {static_cast<double>(random() % 2), shared,
                                     3000 + 100 * shared + static_cast<double>(random() % 500),
                                     20000 * shared + static_cast<double>(random() % 20000),
                                     static_cast<double>(random() >> 32), 42});
    }
    return values;
}

// Numbers at resolutions that divide exactly and that do not, of either sign, up to the largest that are tallied.
TallyLayout numbers_layout(std::size_t times) {
    return {times, {0x1p-20, 0.1, 0.25, 1, 3}, {{0, 1}, {2, 3}, {4, 0}}, true};
}
Values random_numbers(std::size_t cells, std::size_t times, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 1);
    Values values;
    for (std::size_t row = 0; row < cells * times; ++row) {
        double const shared = normal(random);
        values.insert(values.end(),
                      {0x1p-20 * (static_cast<double>(random() >> 23) - 0x1p40 + 0.5) * 0.999,
                       10 * shared + normal(random), 0.125 * static_cast<double>(random() % 400) - 30,
                       1e5 * shared, row % 3 == 0 ? -0.0 : 0.0});
    }
    return values;
}

TEST(BatchTally, MakesOfCountsWhatAddingThemMakes) {
    for (std::size_t cells : {1u, 2u, 31u, 33u, 1500u}) {
        for (std::size_t times : {1u, 3u}) {
            SCOPED_TRACE(testing::Message() << cells << " cells, " << times << " times");
            TallyLayout const layout = counts_layout(times);
            Values const values = random_counts(cells, times, cells);
            EXPECT_EQ(contents(tallied(layout, values, true)), contents(added(layout, values)));
        }
    }
}

TEST(BatchTally, MakesOfNumbersWhatAddingThemMakes) {
    for (std::size_t cells : {1u, 2u, 31u, 33u, 1500u}) {
        for (std::size_t times : {1u, 3u}) {
            SCOPED_TRACE(testing::Message() << cells << " cells, " << times << " times");
            TallyLayout const layout = numbers_layout(times);
            Values const values = random_numbers(cells, times, cells);
            EXPECT_EQ(contents(tallied(layout, values, false)), contents(added(layout, values)));
        }
    }
}

TEST(BatchTally, MakesTheSameOfCountsAsNumbers) {
    TallyLayout const layout = counts_layout(2);
    Values const values = random_counts(300, 2, 1);
    EXPECT_EQ(contents(tallied(layout, values, true)), contents(tallied(layout, values, false)));
}

TEST(BatchTally, SumsTheLargestDeviationsExactly) {
    double const largest = 0x1p40 - 1;
    TallyLayout const layout{1, {1, 1}, {}, true};
    Values values;
    for (int cell = 0; cell < 5000; ++cell) {
        values.push_back(cell % 2 == 0 ? -largest : largest);
        values.push_back(cell % 3 == 0 ? -largest : largest);
    }
    EXPECT_EQ(contents(tallied(layout, values, false)), contents(added(layout, values)));
}

TEST(BatchTally, TalliesOneOutputAtOneTime) {
    TallyLayout const layout{1, {1}, {}, true};
    for (Values const& values : {Values{7}, Values{0, 1}, Values(100, 3.0), Values{0, 4095}, Values{1, 4097}})
        EXPECT_EQ(contents(tallied(layout, values, true)), contents(added(layout, values)));
}

TEST(BatchTally, TalliesManyOutputsAtManyTimes) {
    std::mt19937_64 random(3);
    struct Shape {
        std::size_t times, outputs, largest;
    };
    for (auto const& [times, outputs, largest] :
         {Shape{700, 1, 700}, Shape{301, 2, 602}, Shape{3, 67, 201}, Shape{600, 1, 2}}) {
        TallyLayout const layout{times, std::vector<double>(outputs, 1.0), {}, true};
        Values values;
        for (std::size_t i = 0; i < 40 * row_size(layout); ++i)
            values.push_back(static_cast<double>(random() % (1 + i % row_size(layout) % largest)));
        EXPECT_EQ(contents(tallied(layout, values, true)), contents(added(layout, values)));
    }
}

TEST(BatchTally, MergesBatchesInAnyOrderWithCellsOfOtherDevices) {
    TallyLayout const layout = counts_layout(2);
    std::vector<Values> parts;
    Values all;
    for (std::size_t cells : {5u, 400u, 32u, 100u}) {
        parts.push_back(random_counts(cells, 2, cells));
        for (double& value : parts.back()) value += static_cast<double>(cells);  // ranges differ
        all.insert(all.end(), parts.back().begin(), parts.back().end());
    }
    std::vector<std::string> const expected = contents(added(layout, all));
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        Tally tally(layout);
        for (std::size_t i : order) {
            if (i == 2) {
                add_one_by_one(tally, parts[i]);
            } else {
                Batch(layout, parts[i], i % 2 == 0, BatchTally::default_limit).add_to(tally);
            }
        }
        tally.flush();
        ASSERT_EQ(contents(tally), expected);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(BatchTally, KeepsNoCovariancesWhereNoneAreWanted) {
    TallyLayout layout = counts_layout(2);
    layout.covariance = false;
    Values const values = random_counts(200, 2, 4);
    Batch batch(layout, values, true, BatchTally::default_limit);
    Tally tally(layout);
    batch.add_to(tally);
    EXPECT_EQ(contents(tally), contents(added(layout, values)));
    EXPECT_EQ(batch.gpu.launches(KernelName::tally_products), 0u);
}

TEST(BatchTally, NeedsNoMoreMemoryThanItSays) {
    for (std::size_t limit : {std::size_t{0}, std::size_t{1} << 20, BatchTally::default_limit}) {
        for (TallyLayout const& layout : {counts_layout(30), TallyLayout{3, {1}, {}, false}}) {
            std::size_t const bytes = BatchTally::scratch_bytes(layout, limit);
            StandInGpu exact(bytes), short_of_it(bytes - 1);
            BatchTally const tally(exact, layout, true, limit);
            EXPECT_EQ(exact.memory().free, 0u);
            EXPECT_THROW(BatchTally(short_of_it, layout, true, limit), DeviceMemoryError);
            EXPECT_EQ(short_of_it.used(), 0u);
        }
    }
    TallyLayout const huge{10000, std::vector<double>(1000, 1.0), {{0, 1}}, true};
    std::size_t const ranges = huge.times * 1000 * 2 * sizeof(std::int64_t);
    EXPECT_LE(BatchTally::scratch_bytes(huge), ranges + (std::size_t{256} << 20));
}

TEST(BatchTally, MakesTheSameInLittleMemoryInMoreRounds) {
    TallyLayout layout{7, std::vector<double>(90, 1.0), {{0, 1}, {88, 89}, {4, 3}}, true};
    std::mt19937_64 random(5);
    Values values;
    for (std::size_t i = 0; i < 40 * row_size(layout); ++i)
        values.push_back(static_cast<double>(random() % (i % 90 < 80 ? 300 : 1000000)));
    Batch small(layout, values, true, 0), large(layout, values, true, BatchTally::default_limit);
    Tally by_small(layout), by_large(layout);
    small.add_to(by_small);
    large.add_to(by_large);
    EXPECT_EQ(contents(by_small), contents(added(layout, values)));
    EXPECT_EQ(contents(by_large), contents(by_small));
    for (KernelName kernel : {KernelName::tally_histograms, KernelName::tally_powers,
                              KernelName::tally_products, KernelName::tally_joint})
        EXPECT_GT(small.gpu.launches(kernel), large.gpu.launches(kernel));
}

std::string refusal(TallyLayout const& layout, Values const& values, Tally* tally) {
    try {
        if (tally == nullptr) {
            added(layout, values);
        } else {
            Batch(layout, values, false, BatchTally::default_limit).add_to(*tally);
        }
    } catch (InputError const& error) {
        return error.what();
    }
    return "not refused";
}

TEST(BatchTally, RefusesWhatATallyRefusesInTheSameWords) {
    TallyLayout const layout{3, {1, 0.1}, {}, true};
    double const infinity = std::numeric_limits<double>::infinity();
    std::vector<std::string> const before = contents(added(layout, Values(row_size(layout), 2.0)));
    std::mt19937_64 random(6);
    for (double culprit : {0x1p40, -0x1p40, 0x1p40 - 0.5, 1e300, infinity, -infinity, std::nan("")}) {
        for (int trial = 0; trial < 10; ++trial) {
            Values values(100 * row_size(layout), 5.0);
            values[random() % values.size()] = culprit;
            // Large for one of the outputs only.
            if (trial % 2 == 0) values[random() % values.size()] = 0.1 * 0x1p40;
            std::string const message = refusal(layout, values, nullptr);
            Tally tally = added(layout, Values(row_size(layout), 2.0));
            EXPECT_EQ(refusal(layout, values, &tally), message);
            EXPECT_EQ(contents(tally), before);
            ASSERT_NE(message, "not refused");
        }
    }
    Values const usable(row_size(layout), 0.1 * (0x1p40 - 1));
    EXPECT_EQ(contents(tallied(layout, usable, false)), contents(added(layout, usable)));
}

TEST(BatchTally, LeavesTheTallyAloneWhenTheDeviceFails) {
    TallyLayout const layout = counts_layout(3);
    Values const values = random_counts(100, 3, 7);
    Batch batch(layout, values, true, 0);
    Tally tally = added(layout, values);
    std::vector<std::string> const before = contents(tally);
    std::size_t launches = 0;
    for (;; ++launches) {
        batch.gpu.fail_after(launches);
        try {
            batch.add_to(tally);
            break;
        } catch (DeviceError const&) {
            ASSERT_EQ(contents(tally), before);
        }
    }
    EXPECT_GT(launches, 5u);
    EXPECT_EQ(tally.cells(0), 200u);
}

TEST(BatchTally, FingerprintsEveryRowByItsCellAndTime) {
    for (bool whole : {true, false}) {
        for (std::size_t times : {1u, 3u, 300u}) {
            TallyLayout const layout = whole ? counts_layout(times) : numbers_layout(times);
            std::size_t const cells = 600 / times, outputs = layout.quanta.size();
            Values const values = whole ? random_counts(cells, times, 8) : random_numbers(cells, times, 8);
            std::uint64_t const first_cell = 1'000'000'000'000;
            std::uint64_t expected = 0;
            for (std::size_t row = 0; row < cells * times; ++row) {
                std::uint64_t state = (first_cell + row / times) * 0x9e3779b97f4a7c15u;
                for (std::size_t i = 0; i < outputs; ++i)
                    state += std::bit_cast<std::uint64_t>(values[row * outputs + i] + 0.0) *
                             (0xc2b2ae3d27d4eb4fu + 2 * i);
                expected += kernels::scrambled(state + (row % times + 1) * 0x94d049bb133111ebu);
            }
            Batch batch(layout, values, whole, BatchTally::default_limit);
            EXPECT_EQ(batch.tally.fingerprint(batch.samples(), first_cell, cells), expected);
        }
    }
}

TEST(BatchTally, GivesBackItsMemory) {
    StandInGpu gpu;
    { BatchTally const tally(gpu, counts_layout(2), true); }
    EXPECT_EQ(gpu.used(), 0u);
}

}  // namespace
