// Two passes over the states: total, means and ranges; then central moments and bins. Along a row counts are
// linear in the number of the state, so moments of counts need no more than the power sums of that number.
// Observables are evaluated state by state.
#include "cme/summarise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "cme/observable_columns.hpp"
#include "cme/row_block.hpp"
#include "ensemble/bins.hpp"
#include "fano/error.hpp"
#include "fano/tally.hpp"

namespace fano {

namespace {

constexpr std::size_t max_count_bins = 1 << 20;
constexpr std::size_t max_value_bins = 1 << 16;  // of an observable
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

BinAxis axis_over(ValueRange const& range, std::size_t limit) {
    if (range.empty()) return {};
    return BinAxis{bin_shift(range, limit)}.trimmed(range);
}

// Probabilities by one or two whole numbers, row by row of the first; each an accurate sum.
struct ProbabilityBins {
    BinAxis rows, columns;
    std::vector<double> sum, rest;

    explicit ProbabilityBins(BinAxis const& first, BinAxis const& second = {0, 0, 1})
        : rows(first), columns(second), sum(first.size * second.size), rest(sum.size()) {}

    std::size_t row(double value) const { return rows.index(static_cast<std::int64_t>(value)); }
    std::size_t column(double value) const { return columns.index(static_cast<std::int64_t>(value)); }
    void add(std::size_t bin, double p) { add_exactly(sum[bin], rest[bin], p); }
    void add(std::size_t first, std::span<double const> p) {
        for (std::size_t i = 0; i < p.size(); ++i) add_exactly(sum[first + i], rest[first + i], p[i]);
    }
    std::vector<double> values() const {
        auto result = sum;
        for (std::size_t i = 0; i < result.size(); ++i) result[i] += rest[i];
        return result;
    }
};

class Summary {
public:
    using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

    Summary(Network const& network, Pairs const& joint, double time)
        : network_(network),
          pairs_(joint),
          time_(time),
          species_(network.species.size()),
          outputs_(network.outputs.size()),
          observables_(network, time),
          ranges_(outputs_),
          sums_(outputs_),
          mean_(outputs_),
          second_(outputs_ * outputs_),
          third_(outputs_),
          distance_(species_) {}

    // The first pass.
    void measure(RowBlock const& block) {
        auto const sums = power_sums<1>(block.p, 0);
        total_.add(sums[0]);
        for (std::size_t s = 0; s < species_; ++s) {
            sums_[s].add(block.counts[s] * sums[0] + block.step[s] * sums[1]);
            for (double end : {block.counts[s], block.count(s, block.p.size() - 1)}) include(s, end, end);
        }
        observables_.evaluate(block);
        for (std::size_t o = species_; o < outputs_; ++o) {
            double const* const value = observables_.column(o - species_);
            double sum = 0, low = kernels::infinity, high = -kernels::infinity;
            for (std::size_t i = 0; i < block.p.size(); ++i) {
                if (std::isnan(value[i])) {
                    if (block.p[i] != 0) leave_out(block, i, o);
                    continue;
                }
                sum += block.p[i] * value[i];
                low = std::min(low, value[i]);
                high = std::max(high, value[i]);
            }
            sums_[o].add(sum);
            if (low <= high) include(o, low, high);
        }
    }

    void begin_second_pass() {
        // What is left out must not be seen in a sum near 1.
        if (left_out_.value() > std::numeric_limits<double>::epsilon() * std::abs(total_.value())) refuse();
        for (std::size_t o = 0; o < outputs_; ++o) {
            auto const& range = ranges_[o];
            mean_[o] =
                range.low == range.high ? static_cast<double>(range.low) : sums_[o].value() / total_.value();
            bins_.emplace_back(axis_over(range, o < species_ ? max_count_bins : max_value_bins));
        }
        for (auto const& pair : pairs_)
            joint_.emplace_back(axis_over(ranges_[pair.first], Tally::max_joint_bins),
                                axis_over(ranges_[pair.second], Tally::max_joint_bins));
    }

    void collect(RowBlock const& block) {
        observables_.evaluate(block);
        double const centre = middle(block);
        auto const sums = power_sums<3>(block.p, centre);
        add_counts(block, centre, sums);
        for (std::size_t o = species_; o < outputs_; ++o) add_observable(block, centre, o);
        for (std::size_t pair = 0; pair < pairs_.size(); ++pair) add_joint(block, pair);
    }

    CmeDistribution result() const {
        CmeDistribution result;
        result.time = time_;
        double const total = total_.value();
        for (std::size_t o = 0; o < outputs_; ++o) {
            double const variance = second_[o * outputs_ + o].value() / total;
            result.marginals.push_back({low(bins_[o].rows, o), width(bins_[o].rows, o), bins_[o].values()});
            result.mean.push_back(total == 0 ? undefined : mean_[o] * quantum(o));
            result.variance.push_back(variance * quantum(o) * quantum(o));
            result.skewness.push_back(
                variance == 0 ? undefined : third_[o].value() / total / (variance * std::sqrt(variance)));
            for (std::size_t other = 0; other < outputs_; ++other)
                result.covariance.push_back(
                    second_[std::max(o, other) * outputs_ + std::min(o, other)].value() / total * quantum(o) *
                    quantum(other));
        }
        for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
            auto const [a, b] = pairs_[pair];
            auto const& bins = joint_[pair];
            result.joint.push_back({{low(bins.rows, a), low(bins.columns, b)},
                                    {width(bins.rows, a), width(bins.columns, b)},
                                    {bins.rows.size, bins.columns.size},
                                    bins.values()});
        }
        return result;
    }

private:
    double quantum(std::size_t o) const { return network_.outputs[o].quantum; }
    double low(BinAxis const& axis, std::size_t o) const {
        return static_cast<double>(axis.first_value()) * quantum(o);
    }
    double width(BinAxis const& axis, std::size_t o) const { return std::ldexp(quantum(o), axis.shift); }

    void include(std::size_t o, double low, double high) {
        ranges_[o].include({static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)});
    }

    void leave_out(RowBlock const& block, std::size_t state, std::size_t o) {
        double const p = std::abs(block.p[state]);
        left_out_.add(p);
        if (p <= worst_.probability) return;
        worst_ = {p, o, {}};
        for (std::size_t s = 0; s < species_; ++s) worst_.counts.push_back(block.count(s, state));
    }

    [[noreturn]] void refuse() const {
        std::string counts;
        for (std::size_t s = 0; s < species_; ++s)
            counts += fmt::format("{}{} = {}", s > 0 ? ", " : "", network_.species[s], worst_.counts[s]);
        throw InputError(
            network_.file, 0,
            fmt::format("observable \"{}\" has no finite value, small beside its resolution, where "
                        "{} (probability {:.3g}). Look for 0/0 in its formula, or give it a coarser "
                        "`resolution`",
                        network_.outputs[worst_.output].id, counts, worst_.probability));
    }

    // The state of the block nearest to the mean, about which power sums cancel least.
    double middle(RowBlock const& block) const {
        for (std::size_t s = 0; s < species_; ++s)
            if (block.step[s] != 0)
                return std::clamp(std::rint((mean_[s] - block.counts[s]) / block.step[s]), 0.0,
                                  static_cast<double>(block.p.size() - 1));
        return 0;
    }

    void add_counts(RowBlock const& block, double centre, std::array<double, 4> const& sums) {
        for (std::size_t s = 0; s < species_; ++s) {
            double const step = block.step[s];
            double const d = distance_[s] = block.counts[s] + centre * step - mean_[s];
            third_[s].add(d * d * d * sums[0] + 3 * d * d * step * sums[1] + 3 * d * step * step * sums[2] +
                          step * step * step * sums[3]);
            for (std::size_t t = 0; t <= s; ++t)
                second_[s * outputs_ + t].add(d * distance_[t] * sums[0] +
                                              (d * block.step[t] + distance_[t] * step) * sums[1] +
                                              step * block.step[t] * sums[2]);
            auto& bins = bins_[s];
            if (step == 0)
                bins.add(bins.row(block.counts[s]), sums[0]);
            else if (step == 1 && bins.rows.shift == 0)
                bins.add(bins.row(block.counts[s]), block.p);
            else
                for (std::size_t i = 0; i < block.p.size(); ++i)
                    bins.add(bins.row(block.count(s, i)), block.p[i]);
        }
    }

    void add_observable(RowBlock const& block, double centre, std::size_t o) {
        double const* const value = observables_.column(o - species_);
        double first = 0, along = 0, second = 0, third = 0;
        std::array<double, RowBlock::most_states> weighted;  // probability times distance from the mean
        for (std::size_t i = 0; i < block.p.size(); ++i) {
            bool const counts = !std::isnan(value[i]);
            double const d = counts ? value[i] - mean_[o] : 0, w = block.p[i] * d;
            weighted[i] = w;
            first += w;
            along += w * (static_cast<double>(i) - centre);
            second += w * d;
            third += w * d * d;
            if (counts) bins_[o].add(bins_[o].row(value[i]), block.p[i]);
        }
        third_[o].add(third);
        second_[o * outputs_ + o].add(second);
        for (std::size_t s = 0; s < species_; ++s)
            second_[o * outputs_ + s].add(distance_[s] * first + block.step[s] * along);
        for (std::size_t other = species_; other < o; ++other) {
            double const* const with = observables_.column(other - species_);
            double sum = 0;
            for (std::size_t i = 0; i < block.p.size(); ++i)
                if (!std::isnan(with[i])) sum += weighted[i] * (with[i] - mean_[other]);
            second_[o * outputs_ + other].add(sum);
        }
    }

    void add_joint(RowBlock const& block, std::size_t pair) {
        auto const value = [&](std::size_t o, std::size_t i) {
            return o < species_ ? block.count(o, i) : observables_.column(o - species_)[i];
        };
        auto& bins = joint_[pair];
        for (std::size_t i = 0; i < block.p.size(); ++i) {
            double const a = value(pairs_[pair].first, i), b = value(pairs_[pair].second, i);
            if (std::isnan(a) || std::isnan(b)) continue;
            bins.add(bins.row(a) * bins.columns.size + bins.column(b), block.p[i]);
        }
    }

    Network const& network_;
    Pairs const& pairs_;
    double time_;
    std::size_t species_, outputs_;
    ObservableColumns observables_;
    AccurateSum total_, left_out_;
    struct {
        double probability = 0;
        std::size_t output = 0;
        std::vector<double> counts;
    } worst_;                             // of the states in which an observable has no value
    std::vector<ValueRange> ranges_;      //!< [output] in quanta, as are all below
    std::vector<AccurateSum> sums_;       //!< [output] of p times value
    std::vector<double> mean_;            //!< [output]
    std::vector<AccurateSum> second_;     //!< [output][output] lower triangle
    std::vector<AccurateSum> third_;      //!< [output]
    std::vector<double> distance_;        //!< [species] of a block's middle from the mean
    std::vector<ProbabilityBins> bins_;   //!< [output]
    std::vector<ProbabilityBins> joint_;  //!< [pair]
};

}  // namespace

double CmeDistribution::quantile(std::size_t output, double part) const {
    auto const& marginal = marginals.at(output);
    double total = 0, sum = 0;
    for (double p : marginal.probability) total += p;
    for (std::size_t bin = 0; bin < marginal.probability.size(); ++bin) {
        sum += marginal.probability[bin];
        if (sum >= part * total) return marginal.low + static_cast<double>(bin) * marginal.width;
    }
    return undefined;
}

CmeDistribution summarise(Network const& network,
                          std::vector<std::pair<std::uint32_t, std::uint32_t>> const& joint, double time,
                          StateRows const& rows) {
    Summary summary(network, joint, time);
    for_each_block(rows, [&](RowBlock const& block) { summary.measure(block); });
    summary.begin_second_pass();
    for_each_block(rows, [&](RowBlock const& block) { summary.collect(block); });
    auto result = summary.result();
    rows([&](StateRow const& row) { result.states += row.probability.size(); });
    return result;
}

}  // namespace fano
