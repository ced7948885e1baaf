// Launches the kernels of the tally: ranges first, which tell how wide bins are and how large sums can grow.
#include "backend/batch_tally.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "ensemble/tally_data.hpp"
#include "kernels/tally/fingerprint.hpp"
#include "kernels/tally/histograms.hpp"
#include "kernels/tally/joint.hpp"
#include "kernels/tally/powers.hpp"
#include "kernels/tally/products.hpp"
#include "kernels/tally/ranges.hpp"

namespace fano {

namespace {

static_assert(kernels::tally_value_limit == Tally::value_limit);

constexpr std::uint32_t tile_bins = 8192;  // in 32 KiB of shared memory
constexpr std::size_t joint_bins = Tally::max_joint_bins * Tally::max_joint_bins;
constexpr std::size_t histogram_list_bytes =
    sizeof(kernels::HistogramWindow) + sizeof(kernels::HistogramTile);

std::size_t pairs_of(TallyLayout const& layout) {
    std::size_t const outputs = layout.quanta.size();
    return layout.covariance && outputs > 1 ? outputs * (outputs - 1) / 2 : 0;
}

// Enough to make any statistic in one round, or as much as the limit allows; never less than one item needs.
ScratchSize scratch_size(TallyLayout const& layout, std::size_t limit) {
    std::size_t const outputs = layout.quanta.size(), pairs = pairs_of(layout), joint = layout.joint.size();
    std::size_t const list_bytes =
        std::max({outputs * histogram_list_bytes, pairs * sizeof(kernels::ColumnPair),
                  joint * sizeof(kernels::JointWindow)});
    std::size_t const words =
        std::max({outputs * Tally::max_bins, pairs * kernels::product_limbs(false).all, joint * joint_bins});
    std::size_t const least_list_bytes = std::max(histogram_list_bytes, sizeof(kernels::JointWindow));
    std::size_t const least_words = joint > 0 ? joint_bins : Tally::max_bins;
    return {std::min(layout.times * list_bytes, std::max(limit / 4, least_list_bytes)),
            std::min(layout.times * words, std::max(limit / sizeof(std::uint64_t), least_words))};
}

std::vector<kernels::Quantum> quanta_of(TallyLayout const& layout) {
    std::vector<kernels::Quantum> quanta;
    for (double const quantum : layout.quanta) {
        QuantumScale const scale(quantum);
        quanta.push_back({scale.quantum, scale.inverse, scale.exact_inverse});
    }
    return quanta;
}

BinAxis occupied(ValueRange const& range, std::size_t limit) {
    return BinAxis{bin_shift(range, limit), 0, 0}.trimmed(range);
}

}  // namespace

BatchTally::BatchTally(Accelerator& device, TallyLayout layout, bool whole, std::size_t limit)
    : device_(device),
      layout_(std::move(layout)),
      whole_(whole),
      outputs_(layout_.quanta.size()),
      pairs_(pairs_of(layout_)),
      scratch_(device, scratch_size(layout_, limit)),
      quanta_(device, quanta_of(layout_)),
      ranges_(device, layout_.times * outputs_),
      first_unusable_(device, 1) {
    if (whole && std::any_of(layout_.quanta.begin(), layout_.quanta.end(), [](double q) { return q != 1; }))
        throw Error(ExitCode::internal,
                    "counts were to be tallied at a resolution other than 1; report this");
    if (ranges_.size() == 0)
        throw Error(ExitCode::internal, "no outputs or no times were to be tallied; report this");
}

std::size_t BatchTally::scratch_bytes(TallyLayout const& layout, std::size_t limit) {
    ScratchSize const scratch = scratch_size(layout, limit);
    return scratch.list_bytes + scratch.words * sizeof(std::uint64_t) + sizeof(std::int64_t) +
           layout.quanta.size() * (sizeof(kernels::Quantum) + layout.times * sizeof(kernels::ColumnRange));
}

void BatchTally::add(void const* samples, std::uint64_t cells, Tally& into) {
    if (cells == 0) return;
    kernels::Samples const batch = view(samples, cells);
    Sums sums = find_ranges(batch);
    count_columns(batch, sums);
    sum_powers(batch, sums);
    sum_products(batch, sums, true);
    sum_products(batch, sums, false);
    count_pairs(batch, sums);
    for (std::size_t time = 0; time < sums.size(); ++time) add_sums(into, time, sums[time]);
}

std::uint64_t BatchTally::fingerprint(void const* samples, std::uint64_t first_cell, std::uint64_t cells) {
    scratch_.clear(1);
    kernels::FingerprintJob const job{view(samples, cells), first_cell, 0, scratch_.results()};
    scratch_.launch(KernelName::tally_fingerprint, job, layout_.times, sizeof(std::uint64_t));
    return scratch_.download(1)[0];
}

kernels::Samples BatchTally::view(void const* samples, std::uint64_t cells) const {
    if (cells > std::numeric_limits<std::uint32_t>::max())
        throw Error(ExitCode::internal, "a batch of cells was too large to be tallied; report this");
    return {samples,
            quanta_.data(),
            static_cast<std::uint32_t>(cells),
            static_cast<std::uint32_t>(ranges_.size()),
            static_cast<std::uint32_t>(outputs_),
            whole_};
}

// Sums that hold nothing yet but the ranges, and the bins that follow from these.
BatchTally::Sums BatchTally::find_ranges(kernels::Samples const& samples) {
    constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    ranges_.upload(std::vector<kernels::ColumnRange>(ranges_.size(), {never, -never}));
    first_unusable_.upload({never});
    kernels::RangesJob const job{samples, 0, ranges_.data(), first_unusable_.data()};
    scratch_.launch(KernelName::tally_ranges, job, ranges_.size(), sizeof(kernels::ColumnRange));
    std::int64_t const unusable = first_unusable_.download()[0];
    if (unusable != never) refuse(samples, static_cast<std::size_t>(unusable));
    std::vector<kernels::ColumnRange> const ranges = ranges_.download();
    Sums sums(layout_.times);
    for (std::size_t time = 0; time < layout_.times; ++time) {
        std::vector<ColumnSums>& columns = sums[time].columns;
        sums[time].cells = samples.cells;
        sums[time].cross.resize(pairs_);
        for (std::size_t output = 0; output < outputs_; ++output) {
            auto const& [low, high] = ranges[time * outputs_ + output];
            columns.push_back({{low, high}, occupied({low, high}, Tally::max_bins), {}, {}});
        }
        for (auto const& [a, b] : layout_.joint) {
            sums[time].joint.push_back({occupied(columns[a].range, Tally::max_joint_bins),
                                        occupied(columns[b].range, Tally::max_joint_bins),
                                        {},
                                        {}});
        }
    }
    return sums;
}

// Lets a tally of the block of cells in which the value lies say what is wrong.
void BatchTally::refuse(kernels::Samples const& samples, std::size_t cell) {
    std::size_t const first = cell / block_size * block_size;
    std::size_t const count = std::min<std::size_t>(block_size, samples.cells - first);
    std::vector<double> rows(count * samples.columns);
    device_.download(rows.data(), static_cast<double const*>(samples.values) + first * samples.columns,
                     rows.size() * sizeof(double));
    Tally tally({layout_.times, layout_.quanta, {}, false});
    for (std::size_t row = 0; row < count * layout_.times; ++row) {
        auto const time = static_cast<std::uint32_t>(row % layout_.times);
        tally.add(time, time + 1, &rows[row * outputs_]);
    }
    tally.flush();
    throw Error(ExitCode::internal, "a device refused a value that can be tallied; report this");
}

void BatchTally::count_columns(kernels::Samples const& samples, Sums& sums) {
    auto column = [&](std::size_t i) -> ColumnSums& { return sums[i / outputs_].columns[i % outputs_]; };
    auto words = [&](std::size_t i) { return column(i).axis.size; };
    auto count = [&](std::size_t first, std::size_t last) {
        std::vector<kernels::HistogramWindow> windows;
        std::vector<kernels::HistogramTile> tiles;
        LaunchGrid grid;
        grid.threads = kernels::HistogramsJob::most_threads;
        std::uint64_t bins = 0;
        for (std::size_t i = first; i < last; ++i) {
            BinAxis const& axis = column(i).axis;
            auto const size = static_cast<std::uint32_t>(axis.size);
            if (tiles.empty() || tiles.back().bins + size > tile_bins || tiles.back().windows == grid.threads)
                tiles.push_back({bins, 0, static_cast<std::uint32_t>(i - first), 0});
            tiles.back().bins += size;
            ++tiles.back().windows;
            grid.shared_bytes = std::max<std::uint32_t>(grid.shared_bytes, tiles.back().bins * 4);
            windows.push_back(
                {axis.low, bins, static_cast<std::uint32_t>(axis.shift), static_cast<std::uint32_t>(i)});
            bins += size;
        }
        std::size_t const rows = grid.threads * tiles.size() / windows.size();  // in the mean
        grid.blocks_x = static_cast<std::uint32_t>(tiles.size());
        grid.blocks_y = TallyScratch::chunks(tiles.size(), rows, samples.cells);
        scratch_.clear(bins);
        kernels::HistogramsJob const job{
            samples, scratch_.place(windows.data(), windows.size()),
            scratch_.place(tiles.data(), tiles.size(), windows.size() * sizeof windows[0]),
            scratch_.results()};
        device_.launch(KernelName::tally_histograms, grid, job);
        std::vector<std::uint64_t> const counts = scratch_.download(bins);
        for (std::size_t i = first; i < last; ++i) {
            auto const from = counts.begin() + static_cast<std::ptrdiff_t>(windows[i - first].first_bin);
            column(i).bins.assign(from, from + static_cast<std::ptrdiff_t>(words(i)));
        }
    };
    scratch_.in_rounds(sums.size() * outputs_, histogram_list_bytes, words, count);
}

void BatchTally::sum_powers(kernels::Samples const& samples, Sums& sums) {
    std::vector<std::uint32_t> columns;
    std::vector<PowerSums*> targets;
    for (std::size_t i = 0; i < sums.size() * outputs_; ++i) {
        ColumnSums& column = sums[i / outputs_].columns[i % outputs_];
        if (column.axis.shift == 0) continue;
        columns.push_back(static_cast<std::uint32_t>(i));
        targets.push_back(&column.powers);
    }
    kernels::PowersJob const job{samples, ranges_.data(), nullptr, 0, 0, scratch_.results()};
    scratch_.sum(KernelName::tally_powers, job, &kernels::PowersJob::columns, columns,
                 kernels::all_power_limbs(), [&](std::size_t i, auto const& next) {
                     for (std::uint32_t power = 1; power <= kernels::power_count; ++power)
                         targets[i]->sum[power - 1] = next(kernels::power_limbs(power));
                 });
}

// Of the pairs whose sums all stay below 2^64, or of the others.
void BatchTally::sum_products(kernels::Samples const& samples, Sums& sums, bool plain) {
    std::vector<kernels::ColumnPair> pairs;
    std::vector<CrossSums*> targets;
    for (std::size_t i = 0; i < sums.size() && pairs_ > 0; ++i) {
        auto span = [&](std::size_t output) {
            ValueRange const& range = sums[i].columns[output].range;
            return static_cast<double>(range.high - range.low);
        };
        CrossSums* target = sums[i].cross.data();
        auto const offset = static_cast<std::uint32_t>(i * outputs_);
        for (std::uint32_t a = 0; a < outputs_; ++a) {
            for (std::uint32_t b = a + 1; b < outputs_; ++b, ++target) {
                double const largest = span(a) * span(b);
                if (largest == 0) continue;  // so are all sums
                if ((samples.cells * largest * largest < 0x1p63) != plain) continue;
                pairs.push_back({offset + a, offset + b});
                targets.push_back(target);
            }
        }
    }
    kernels::ProductLimbs const limbs = kernels::product_limbs(plain);
    kernels::ProductsJob const job{samples, ranges_.data(), nullptr, 0, 0, plain, scratch_.results()};
    scratch_.sum(KernelName::tally_products, job, &kernels::ProductsJob::pairs, pairs, limbs.all,
                 [&](std::size_t i, auto const& next) {
                     // Braces call in the order written.
                     *targets[i] = {next(limbs.xy), next(limbs.xxy), next(limbs.xyy), next(limbs.xxyy)};
                 });
}

void BatchTally::count_pairs(kernels::Samples const& samples, Sums& sums) {
    std::size_t const pairs = layout_.joint.size();
    auto target = [&](std::size_t i) -> JointSums& { return sums[i / pairs].joint[i % pairs]; };
    auto words = [&](std::size_t i) { return target(i).first.size * target(i).second.size; };
    auto count = [&](std::size_t first, std::size_t last) {
        std::vector<kernels::JointWindow> windows;
        std::uint64_t bins = 0;
        for (std::size_t i = first; i < last; ++i) {
            auto const [a, b] = layout_.joint[i % pairs];
            auto const offset = static_cast<std::uint32_t>((i / pairs) * outputs_);
            BinAxis const &x = target(i).first, &y = target(i).second;
            windows.push_back({bins,
                               {x.low, y.low},
                               {static_cast<std::uint32_t>(x.shift), static_cast<std::uint32_t>(y.shift)},
                               {offset + a, offset + b},
                               static_cast<std::uint32_t>(y.size)});
            bins += words(i);
        }
        scratch_.clear(bins);
        kernels::JointJob const job{samples, scratch_.place(windows.data(), windows.size()), 0, 0,
                                    scratch_.results()};
        scratch_.launch(KernelName::tally_joint, job, windows.size(), 0);
        auto const [position, cells] = device_.compact(scratch_.results(), bins);
        std::size_t window = 0;
        for (std::size_t i = 0; i < position.size(); ++i) {
            while (window + 1 < windows.size() && windows[window + 1].first_bin <= position[i]) ++window;
            target(first + window).place.push_back(position[i] - windows[window].first_bin);
            target(first + window).cells.push_back(cells[i]);
        }
    };
    scratch_.in_rounds(sums.size() * pairs, sizeof(kernels::JointWindow), words, count);
}

}  // namespace fano
