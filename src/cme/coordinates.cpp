#include "cme/coordinates.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/reduction.hpp"

namespace fano {

namespace {

// The largest coefficient that a species has in a conservation law, 0 if it is in none.
std::vector<std::int64_t> conserved_weights(Network const& network) {
    std::vector<std::int64_t> weight(network.species.size());
    for (auto const& law : network.conservation_laws)
        for (auto const& term : law.terms) weight[term.species] = std::max(weight[term.species], term.change);
    return weight;
}

}  // namespace

Coordinates::Coordinates(Network const& network, std::uint32_t along, std::vector<double> const& counts,
                         std::vector<bool> const& spread, std::vector<Bounds> bounds)
    : bounds_(std::move(bounds)) {
    find_axes(network, along, spread);
    lay_out(network, counts);
}

void Coordinates::find_axes(Network const& network, std::uint32_t along, std::vector<bool> const& spread) {
    // The first species in the order become axes where they can, so those come first that are wanted as axes: the
    // last axis, and what conservation laws count several times, from which the others follow in whole numbers.
    auto const weight = conserved_weights(network);
    std::size_t const species = network.species.size();
    std::vector<Eigen::Index> order(species);
    std::iota(order.begin(), order.end(), 0);
    auto const rank = [&](Eigen::Index s) {
        auto const i = static_cast<std::uint32_t>(s);
        return std::make_tuple(i != along, !spread[i], -weight[i]);
    };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
    auto const reduction = reduce(stoichiometry(network)(order, Eigen::all));

    link_.assign(species, {});
    std::vector<std::pair<Eigen::Index, Eigen::Index>> followers;  // (bound species, its row of the link)
    std::vector<std::uint32_t> extra;
    for (auto b : reduction.bound) {
        auto const row = reduction.link.row(b);
        bool const whole = (row - row.array().round().matrix()).cwiseAbs().maxCoeff() < 1e-9;
        auto const s = static_cast<std::uint32_t>(order[static_cast<std::size_t>(b)]);
        // What follows from others by a total is no axis, if the total is the same in all cells.
        bool same = !spread[s];
        for (std::size_t f = 0; f < reduction.free.size(); ++f)
            if (row[static_cast<Eigen::Index>(f)] != 0)
                same = same &&
                       !spread[static_cast<std::size_t>(order[static_cast<std::size_t>(reduction.free[f])])];
        if (whole && same)
            followers.emplace_back(s, b);
        else
            extra.push_back(s);
    }
    std::vector<std::uint32_t> free;
    for (auto f : reduction.free)
        free.push_back(static_cast<std::uint32_t>(order[static_cast<std::size_t>(f)]));
    axes_ = free;
    axes_.insert(axes_.end(), extra.begin(), extra.end());
    if (axes_.empty()) axes_.push_back(along);  // nothing ever changes
    for (std::size_t s = 0; s < species; ++s) link_[s].assign(axes_.size(), 0);
    for (std::size_t a = 0; a < axes_.size(); ++a) link_[axes_[a]][a] = 1;
    for (auto const& [s, b] : followers) {
        if (axes_.size() == 1 && axes_[0] == static_cast<std::uint32_t>(s)) continue;
        for (std::size_t a = 0; a < free.size(); ++a)
            link_[static_cast<std::size_t>(s)][a] =
                std::llround(reduction.link(b, static_cast<Eigen::Index>(a)));
    }
    // The last axis last.
    auto const at = std::find(axes_.begin(), axes_.end(), along);
    auto const place = at == axes_.end() ? 0 : at - axes_.begin();
    std::rotate(axes_.begin() + place, axes_.begin() + place + 1, axes_.end());
    for (auto& row : link_) std::rotate(row.begin() + place, row.begin() + place + 1, row.end());
}

void Coordinates::lay_out(Network const& network, std::vector<double> const& counts) {
    std::size_t const species = network.species.size(), last = axes_.size() - 1;
    constant_.assign(species, 0);
    step_.assign(species, 0);
    on_prefix_.assign(species, false);
    for (std::size_t s = 0; s < species; ++s) {
        constant_[s] = std::llround(counts[s]);
        for (std::size_t a = 0; a < axes_.size(); ++a)
            constant_[s] -= link_[s][a] * std::llround(counts[axes_[a]]);
        step_[s] = static_cast<double>(link_[s][last]);
        on_prefix_[s] = std::any_of(link_[s].begin(), link_[s].end() - 1, [](auto c) { return c != 0; });
    }

    // Bits of a field: what the largest count needs where it is bounded, an equal share of the rest elsewhere; and a guard.
    std::vector<int> wanted(last);
    for (std::size_t a = 0; a < last; ++a) {
        // A move of the count must not reach beyond the guard.
        std::int64_t farthest = 0;
        for (auto const& reaction : network.reactions)
            for (auto const& change : reaction.changes)
                if (change.species == axes_[a]) farthest = std::max(farthest, std::abs(change.change));
        wanted[a] =
            std::bit_width(static_cast<std::uint64_t>(std::max(bounds_[axes_[a]].high, farthest))) + 1;
    }
    int spare = 64;
    std::vector<std::size_t> order(last);
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });
    fields_.assign(last, {});
    for (std::size_t i = 0; i < last; ++i) {
        int const share = spare / static_cast<int>(last - i);
        fields_[order[i]].bits = std::min(wanted[order[i]], share);
        spare -= fields_[order[i]].bits;
        if (fields_[order[i]].bits < std::min(wanted[order[i]], 7))
            throw InputError(
                network.file, 0,
                fmt::format("a state of {} species that conservation laws leave free does not fit into "
                            "64 bits; bound their counts with --box, or use fano run",
                            axes_.size()));
    }
    int shift = 0;
    for (std::size_t a = last; a-- > 0;) {
        fields_[a].shift = shift;
        shift += fields_[a].bits;
        guards_ |= std::uint64_t{1} << (shift - 1);
    }
    for (auto const& reaction : network.reactions) {
        Move move{0, 0};
        for (auto const& change : reaction.changes)
            for (std::size_t a = 0; a < axes_.size(); ++a)
                if (axes_[a] == change.species) {
                    if (a == last)
                        move.along += change.change;
                    else
                        move.prefix += static_cast<std::uint64_t>(change.change) << fields_[a].shift;
                }
        moves_.push_back(move);
    }
}

void Coordinates::counts(std::uint64_t prefix, std::int64_t along, double* species) const {
    std::size_t const last = axes_.size() - 1;
    for (std::size_t s = 0; s < link_.size(); ++s) {
        std::int64_t count = constant_[s] + link_[s][last] * along;
        for (std::size_t a = 0; a < last; ++a)
            if (link_[s][a] != 0)
                count += link_[s][a] * static_cast<std::int64_t>((prefix >> fields_[a].shift) &
                                                                 ((std::uint64_t{1} << fields_[a].bits) - 1));
        species[s] = static_cast<double>(count);
    }
}

Interval Coordinates::state(std::vector<double> const& counts) const {
    std::uint64_t prefix = 0;
    for (std::size_t a = 0; a + 1 < axes_.size(); ++a) {
        auto const count = static_cast<std::uint64_t>(std::llround(counts[axes_[a]]));
        if (count >> (fields_[a].bits - 1) != 0)
            throw Error(ExitCode::input,
                        fmt::format("a count of {} is too large for a state of 64 bits", count));
        prefix |= count << fields_[a].shift;
    }
    std::int64_t const along = std::llround(counts[axes_.back()]);
    return {prefix, along, along};
}

std::optional<Interval> Coordinates::clip(Interval const& interval) const {
    Interval part = interval;
    std::vector<double> at(link_.size());
    counts(interval.prefix, 0, at.data());
    for (std::size_t s = 0; s < at.size(); ++s) {
        auto const count = static_cast<std::int64_t>(at[s]), step = static_cast<std::int64_t>(step_[s]);
        std::int64_t low = bounds_[s].low - count, high = bounds_[s].high - count;  // low <= step * n <= high
        if (step == 0) {
            if (low > 0 || high < 0) return std::nullopt;
            continue;
        }
        if (step < 0) std::tie(low, high) = std::pair(-high, -low);
        std::int64_t const size = std::abs(step);
        auto const up = [&](std::int64_t x) { return x >= 0 ? (x + size - 1) / size : -(-x / size); };
        auto const down = [&](std::int64_t x) { return x >= 0 ? x / size : -((-x + size - 1) / size); };
        part.low = std::max(part.low, up(low));
        part.high = std::min(part.high, down(high));
    }
    if (part.low > part.high) return std::nullopt;
    return part;
}

}  // namespace fano
