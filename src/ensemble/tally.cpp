// Buffers cells, works them off in blocks into histograms and exact sums, and merges these.
// Adding only copies a row: what follows runs over a block at a time, in arithmetic that was checked to be exact.
#include "fano/tally.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>
#include <utility>

#include "ensemble/tally_data.hpp"
#include "fano/error.hpp"

namespace fano {

namespace {

// Two numbers that an instruction of every machine works on at once.
typedef double Pair __attribute__((vector_size(16)));

// Replaces values by the nearest multiples of the quantum; halves go to the even one.
BlockSummary quantise(double* values, QuantumScale const& resolution) {
    // Doubles of this size are whole numbers: adding rounds, subtracting brings the number back.
    constexpr double shifter = 6755399441055744.0;  // 1.5 * 2^52
    Pair low{}, high{}, sum{};
    for (std::size_t i = 0; i < block_size; i += 2) {
        Pair pair;
        std::memcpy(&pair, values + i, sizeof pair);
        pair = resolution.exact_inverse ? pair * resolution.inverse : pair / resolution.quantum;
        pair = (pair + shifter) - shifter;
        std::memcpy(values + i, &pair, sizeof pair);
        low = i == 0 ? pair : pair < low ? pair : low;
        high = i == 0 ? pair : pair > high ? pair : high;
        sum += pair;
    }
    return {std::min(low[0], low[1]), std::max(high[0], high[1]), sum[0] + sum[1]};
}

}  // namespace

Tally::Data::Data(TallyLayout wanted)
    : layout(std::move(wanted)),
      outputs(layout.quanta.size()),
      pairs(layout.covariance && outputs > 1 ? outputs * (outputs - 1) / 2 : 0),
      filled(layout.times),
      rows(layout.times * block_size * outputs),
      cells(layout.times),
      columns(layout.times * outputs),
      cross(layout.times * pairs),
      joint(layout.times * layout.joint.size(), JointBins(max_joint_bins)),
      values(outputs * block_size),
      summaries(outputs),
      largest(outputs) {
    for (std::size_t output = 0; output < outputs; ++output) {
        double const quantum = layout.quanta[output];
        if (!(quantum > 0) || !std::isfinite(quantum)) {
            throw InputError("the resolution of output " + std::to_string(output) +
                             " is not a positive number; give it one");
        }
        resolutions.emplace_back(quantum);
    }
    for (auto const& [first, second] : layout.joint) {
        if (first >= outputs || second >= outputs) {
            throw InputError(
                "a joint histogram is of an output that does not exist; name outputs of the model");
        }
    }
}

void Tally::Data::work_off(std::size_t time) {
    // Emptied first, so that a refused block leaves a tally that is whole without it.
    std::size_t const count = std::exchange(filled[time], 0);
    if (count == 0) return;
    take_block(time, count);
    count_block(time, count);
    sum_block(time, count);
    cells[time] += count;
}

void Tally::Data::take_block(std::size_t time, std::size_t count) {
    double const* const block = &rows[time * block_size * outputs];
    for (std::size_t output = 0; output < outputs; ++output) {
        double* const x = &values[output * block_size];
        for (std::size_t i = 0; i < count; ++i) x[i] = block[i * outputs + output];
        std::fill(x + count, x + block_size, x[0]);
        summaries[output] = quantise(x, resolutions[output]);
    }
    for (std::size_t output = 0; output < outputs; ++output) {
        if (!summaries[output].valid()) refuse(time, count, output);
    }
}

void Tally::Data::count_block(std::size_t time, std::size_t count) {
    TallyColumn* const column = &columns[time * outputs];
    for (std::size_t output = 0; output < outputs; ++output) {
        column[output].count(&values[output * block_size], count, summaries[output]);
    }
    for (std::size_t pair = 0; pair < layout.joint.size(); ++pair) {
        auto const [a, b] = layout.joint[pair];
        JointBins& bins = joint[time * layout.joint.size() + pair];
        bins.fit(column[a].range, column[b].range);
        bins.add(&values[a * block_size], &values[b * block_size], count);
    }
}

void Tally::Data::sum_block(std::size_t time, std::size_t count) {
    for (std::size_t output = 0; output < outputs; ++output) {
        TallyColumn& column = columns[time * outputs + output];
        if (pairs == 0 && !column.powers) continue;
        double* const x = &values[output * block_size];
        double const offset = static_cast<double>(column.offset);
        for (std::size_t i = 0; i < block_size; ++i) x[i] -= offset;
        std::fill(x + count, x + block_size, 0.0);
        largest[output] = std::max(summaries[output].high - offset, offset - summaries[output].low);
        if (column.powers) column.powers->add(x, count, largest[output]);
    }
    if (pairs == 0) return;
    CrossSums* sums = &cross[time * pairs];
    for (std::size_t a = 0; a < outputs; ++a) {
        for (std::size_t b = a + 1; b < outputs; ++b, ++sums) {
            sums->add(&values[a * block_size], &values[b * block_size], largest[a], largest[b]);
        }
    }
}

void Tally::Data::refuse(std::size_t time, std::size_t count, std::size_t output) const {
    double const quantum = layout.quanta[output];
    double culprit = 0;
    for (std::size_t i = 0; i < count; ++i) {
        double const value = rows[(time * block_size + i) * outputs + output];
        if (!(std::abs(value) <= std::abs(culprit))) culprit = value;
    }
    std::ostringstream message;
    if (std::isnan(culprit)) {
        message << "output " << output
                << " is not a number in some cell; check for 0/0 and the like in its formula";
    } else {
        message << "output " << output << " has the value " << culprit << ", too large for its resolution of "
                << quantum << " (sizes below " << value_limit * quantum
                << " can be tallied); give the observable a coarser resolution";
    }
    throw InputError(message.str());
}

void Tally::Data::merge(std::size_t time, Data& other) {
    if (other.cells[time] == 0) return;
    TallyColumn* const mine = columns.data() + time * outputs;
    TallyColumn* const theirs = other.columns.data() + time * outputs;
    CrossSums* const my_cross = cross.data() + time * pairs;
    CrossSums* const their_cross = other.cross.data() + time * pairs;
    JointBins* const my_joint = joint.data() + time * layout.joint.size();
    JointBins* const their_joint = other.joint.data() + time * layout.joint.size();
    if (cells[time] == 0) {
        std::move(theirs, theirs + outputs, mine);
        std::move(their_cross, their_cross + pairs, my_cross);
        std::move(their_joint, their_joint + layout.joint.size(), my_joint);
    } else {
        if (pairs > 0) merge_cross(mine, theirs, my_cross, their_cross, other.cells[time]);
        for (std::size_t i = 0; i < outputs; ++i) mine[i].merge(theirs[i], other.cells[time]);
        for (std::size_t i = 0; i < layout.joint.size(); ++i) {
            auto const [a, b] = layout.joint[i];
            my_joint[i].fit(mine[a].range, mine[b].range);
            my_joint[i].add(their_joint[i]);
        }
    }
    cells[time] += std::exchange(other.cells[time], 0);
}

void Tally::Data::merge_cross(TallyColumn const* mine, TallyColumn const* theirs, CrossSums* sums,
                              CrossSums const* their_sums, std::uint64_t their_cells) {
    std::vector<PowerSums> powers;
    for (std::size_t i = 0; i < outputs; ++i) powers.push_back(theirs[i].power_sums());
    for (std::size_t a = 0; a < outputs; ++a) {
        for (std::size_t b = a + 1; b < outputs; ++b, ++sums, ++their_sums) {
            sums->add(their_sums->shifted(theirs[a].offset - mine[a].offset,
                                          theirs[b].offset - mine[b].offset, powers[a], powers[b],
                                          their_cells));
        }
    }
}

Tally::Tally(TallyLayout layout) : data_(std::make_unique<Data>(std::move(layout))) {}
Tally::Tally(Tally&&) noexcept = default;
Tally& Tally::operator=(Tally&&) noexcept = default;
Tally::~Tally() = default;

void Tally::add(std::uint32_t first, std::uint32_t last, double const* outputs) {
    Data& data = *data_;
    std::size_t const width = data.outputs;
    for (std::size_t time = first; time < last; ++time) {
        std::uint32_t const slot = data.filled[time];
        double* const row = data.rows.data() + (time * block_size + slot) * width;
        for (std::size_t output = 0; output < width; ++output) row[output] = outputs[output];
        data.filled[time] = slot + 1;
        if (slot + 1 == block_size) data.work_off(time);
    }
}

void Tally::flush() {
    for (std::size_t time = 0; time < data_->layout.times; ++time) data_->work_off(time);
}

void Tally::merge(Tally&& other) {
    TallyLayout const& theirs = other.layout();
    if (layout().times != theirs.times || layout().quanta != theirs.quanta ||
        layout().joint != theirs.joint || layout().covariance != theirs.covariance) {
        throw Error(
            ExitCode::input,
            "tallies of different times, outputs or resolutions cannot be merged; merge ensembles of one "
            "model at the same sample times");
    }
    flush();
    other.flush();
    std::unique_ptr<Data> const taken = std::move(other.data_);
    for (std::size_t time = 0; time < layout().times; ++time) data_->merge(time, *taken);
}

}  // namespace fano
