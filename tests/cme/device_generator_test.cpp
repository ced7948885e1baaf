// What a GPU computes of a master equation, by the same functors on the host.
#include "cme/device_generator.hpp"

#include <set>

#include "cme/choose_propagator.hpp"
#include "cme/device_systems.hpp"
#include "cme/host_generator.hpp"
#include "cme/row_sizes.hpp"
#include "cme/sort_unique.hpp"
#include "cme/sparse_rows.hpp"

namespace fano::test {
namespace {

TEST(RowState, IsTheRowsStepBitForBit) {
    for_generators([](Generator const& a) {
        auto const x = random_vector(a.size(), 7);
        std::vector<double> expected(a.size()), expected_sum(a.size(), 0.5);
        update_on_cpu(a, {0.25, 3, 2, expected_sum.data()}, x, expected);
        auto const expect_same = [&](auto update, std::uint32_t lanes) {
            std::vector<double> y(a.size(), NAN), sum(a.size(), 0.5);
            update(a, lanes, {0.25, 3, 2, sum.data()}, x.data(), y.data());
            EXPECT_EQ(y, expected) << lanes;
            EXPECT_EQ(sum, expected_sum) << lanes;
        };
        for (std::uint32_t lanes : {1U, 8U, 128U}) {
            expect_same(update_by_threads<1>, lanes);
            expect_same(update_by_threads<4>, lanes);
        }
    });
}

// Whatever the place of a vector in memory is.
TEST(RowStep, PastTheCachesIsTheSameBitForBit) {
    for_generators([](Generator const& a) {
        auto const x = random_vector(a.size(), 8);
        std::vector<double> expected(a.size()), place(a.size() + 8);
        update_on_cpu(a, {0.5, 2}, x, expected);
        for (std::size_t shift : {0U, 1U, 5U}) {
            std::fill(place.begin(), place.end(), NAN);
            for (std::size_t part = 0; part < a.parts(); ++part)
                a.update(part, {0.5, 2, 0, nullptr, true}, x.data(), place.data() + shift);
            EXPECT_TRUE(
                std::equal(expected.begin(), expected.end(), place.begin() + static_cast<int>(shift)));
            EXPECT_TRUE(std::isnan(place[a.size() + shift]) || shift + a.size() == place.size());
        }
    });
}

TEST(RowSchedule, GivesEachStepItsWeight) {
    std::vector<double> const weights{2, 3, 5};
    kernels::RowSchedule schedule{weights.data(), 6, weights.size(), 0};
    std::vector<double> given;
    for (schedule.done = 0; schedule.done < 12; schedule.done += 4)
        for (std::uint64_t step = 0; step < 4; ++step) given.push_back(kernels::weight_of(schedule, step));
    EXPECT_EQ(given, (std::vector<double>{0, 0, 0, 0, 0, 0, 2, 3, 5, 0, 0, 0}));
}

// What is copied to a device is all that a step reads: the same from copies of just that size.
TEST(RowSizes, CoverAllThatAStepReads) {
    for_generators([](Generator const& a) {
        auto const sizes = row_sizes(a);
        auto const view = a.view();
        auto const copy = [](auto const* from, std::uint64_t size) { return std::vector(from, from + size); };
        auto const pieces = copy(view.pieces, sizes.pieces + 1);
        auto const segments = copy(view.segments, sizes.segments);
        auto const exits = copy(view.exits, sizes.exits);
        auto const scraps = copy(view.scraps, sizes.scraps);
        auto const values = copy(view.values, sizes.values);
        kernels::RowView const copied{pieces.data(), segments.data(), exits.data(), scraps.data(),
                                      values.data()};
        auto const x = random_vector(a.size(), 3);
        std::vector<double> y(a.size()), expected(a.size());
        for (std::uint32_t piece = 0; piece < sizes.pieces; ++piece)
            kernels::update_piece<1>(copied, piece, 0, 1, {1, 0.1}, x.data(), y.data());
        update_on_cpu(a, {1, 0.1}, x, expected);
        EXPECT_EQ(y, expected);
        EXPECT_EQ(sizes.states, a.size());
        EXPECT_GE(sizes.entries, a.nonzeros());
    });
}

TEST(SparseRows, AreTheGenerator) {
    for_generators([](Generator const& a) {
        auto const rows = sparse_rows(a);
        ASSERT_EQ(rows.rows(), a.size());
        auto const x = random_vector(a.size(), 9);
        std::vector<double> y(a.size()), expected(a.size());
        for (std::size_t i = 0; i < rows.rows(); ++i)
            for (auto e = static_cast<std::size_t>(rows.first[i]);
                 e < static_cast<std::size_t>(rows.first[i + 1]); ++e) {
                if (e > static_cast<std::size_t>(rows.first[i])) {
                    EXPECT_LT(rows.columns[e - 1], rows.columns[e]);
                }
                y[i] += rows.values[e] * x[static_cast<std::size_t>(rows.columns[e])];
            }
        update_on_cpu(a, {0, 1}, x, expected);
        EXPECT_LT(worst_difference(a, {0, 1}, x, y, expected), 1e-13);
    });
}

TEST(SlicedRows, AreTheSparseRowsInSlices) {
    for_generators([](Generator const& a) {
        auto const rows = sparse_rows(a);
        auto const sliced = sliced_rows(rows);
        auto const x = random_vector(a.size(), 9);
        std::vector<double> y(a.size()), expected(a.size());
        std::size_t entries = 0;
        ASSERT_EQ(sliced.first.size(), (a.size() + SlicedRows::slice - 1) / SlicedRows::slice + 1);
        for (std::size_t s = 0; s + 1 < sliced.first.size(); ++s) {
            auto const begin = static_cast<std::size_t>(sliced.first[s]),
                       end = static_cast<std::size_t>(sliced.first[s + 1]);
            EXPECT_EQ((end - begin) % SlicedRows::slice, 0U);
            for (auto e = begin; e < end; ++e) {
                auto const row = s * SlicedRows::slice + (e - begin) % SlicedRows::slice;
                if (sliced.columns[e] < 0) {
                    EXPECT_EQ(sliced.values[e], 0);
                    continue;
                }
                ASSERT_LT(row, a.size());
                y[row] += sliced.values[e] * x[static_cast<std::size_t>(sliced.columns[e])];
                ++entries;
            }
        }
        EXPECT_EQ(entries, rows.values.size());
        for (std::size_t i = 0; i < rows.rows(); ++i)
            for (auto e = static_cast<std::size_t>(rows.first[i]);
                 e < static_cast<std::size_t>(rows.first[i + 1]); ++e)
                expected[i] += rows.values[e] * x[static_cast<std::size_t>(rows.columns[e])];
        EXPECT_EQ(y, expected);
    });
}

TEST(DeviceUniformization, GivesTheSameProbabilitiesAsTheCpu) { expect_as_on_the_cpu(on_the_host); }

TEST(DeviceUniformization, EndsEarlyWhereNothingChangesAnyMore) {
    System system{toggle_like, 0, {3, 2}, 20, [] { return rows_up_to(25); }};
    auto const a = system.generator(Edge::reflecting);
    Team team{1};
    auto const on_device = make_device_uniformization(team, nullptr, on_the_host);
    auto const went = go(on_device, a, 1e4, 1e-9);
    EXPECT_LT(static_cast<double>(went.products), 0.1 * a.largest_exit() * 1e4);
    EXPECT_NEAR(sum(went.p), 1, 2e-9);
    EXPECT_LT(distance(went.p, go(make_uniformization(team, nullptr), a, 1e4, 1e-9).p), 2e-9);
}

TEST(DeviceUniformization, StopsWhenAsked) {
    System system{toggle_like, 0, {3, 2}, 5, [] { return rows_up_to(14); }};
    auto const a = system.generator();
    Team team{1};
    std::atomic<bool> const stop{true};
    auto const on_device = make_device_uniformization(team, &stop, on_the_host);
    EXPECT_THROW(go(on_device, a, 3, 1e-6), Interrupted);
}

// Where a GPU is asked for, uniformization runs there, and others where they did.
TEST(DeviceUniformization, IsTakenWhereAGpuIsAskedFor) {
    System system{toggle_like, 0, {3, 2}, 20, [] { return rows_up_to(25); }};
    auto const a = system.generator();
    Team team{1};
    for (auto integrator : {Integrator::uniformization, Integrator::automatic, Integrator::krylov}) {
        CmeOptions options;
        options.integrator = integrator;
        ChoosePropagator choose{team, options, on_the_host};
        std::vector<double> p(a.size());
        p[7] = 1;
        auto expected = p;
        double time = 0;
        while (time < 0.5) time += choose(a, p, 0.5 - time, 0.5 - time, 1e-10).time;
        make_uniformization(team, nullptr)->advance(a, expected, 0.5, 1e-12);
        EXPECT_LT(distance(p, expected), 1e-9) << choose.used();
        EXPECT_EQ(choose.used().find("uniformization on the GPU") != std::string::npos,
                  integrator != Integrator::krylov)
            << choose.used();
    }
}

TEST(DeviceForm, IsRowsUnlessStatesAreScattered) {
    System box{toggle_like, 0, {3, 2}, 20, [] { return rows_up_to(99); }};
    auto const a = box.generator();
    EXPECT_EQ(choose_device_form(a), DeviceForm::rows);
    EXPECT_LT(2 * step_bytes(a, DeviceForm::rows), step_bytes(a, DeviceForm::csr));
    // Neighbours are two apart, so that each state is a row of its own.
    System scattered{
        "[species]\nX = 4\n" + reaction("up", "-> 2 X", "3") + reaction("down", "2 X -> 0", "0.1"),
        0,
        {4},
        1,
        [] {
            RowParts even;
            for (std::int64_t n = 0; n < 1400; n += 2) even.emplace_back(n, n);
            return even;
        }};
    EXPECT_EQ(choose_device_form(scattered.generator()), DeviceForm::csr);
}

TEST(SortUnique, LeavesEachStateOnceAscending) {
    for (std::size_t count : {0U, 1U, 2U, 20'000U}) {
        auto states = random_states(count);
        std::set<std::uint64_t> const expected(states.begin(), states.end());
        sort_unique(states);
        EXPECT_EQ(states, std::vector(expected.begin(), expected.end()));
    }
}

}  // namespace
}  // namespace fano::test
