// Builds the generator's rows: where each reaction leads from each row, and at which rate.
#include "cme/generator.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

using kernels::no_table;

namespace {

std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace

Generator::Generator(Network const& network, Coordinates const& coordinates, Laws& laws,
                     StateSet const& states, Instant const& when, Edge edge, Targets const& targets)
    : id_(next_id()),
      time_(when.time),
      network_(network),
      coordinates_(coordinates),
      laws_(laws),
      states_(states) {
    evaluate(when);
    std::vector<Flow> in, out;
    for (std::uint32_t r = 0; r < network.reactions.size(); ++r) connect(r, edge, targets, in, out);
    cut(in, out);
    auto const exit = exits();
    for (double e : exit) largest_exit_ = std::max(largest_exit_, e);
    share(64);
    for (auto const& extent : extents(coordinates, states_))
        if (extent.high >= extent.low) longest_axis_ = std::max(longest_axis_, extent.high - extent.low + 1);
}

void Generator::evaluate(Instant const& when) {
    auto const rows = states_.counted_rows();
    std::size_t const reactions = network_.reactions.size();
    if (rows.empty()) {
        table_at_.assign(reactions, no_table);
        table_good_.assign(reactions, true);
        return;
    }
    std::int64_t low = rows.front().low, high = low;
    for (auto const& row : rows) {
        low = std::min(low, row.low);
        high = std::max(high, row.high());
    }
    first_along_ = low;
    auto const length = static_cast<std::size_t>(high - low + 1);
    // Tables begin where an index of a state less than a piece before is none of the special ones.
    constexpr std::size_t margin = kernels::most_piece_states;
    values_.assign(margin + laws_.tables() * length, 0);
    // Tables depend neither on the prefix nor on the time.
    for (std::size_t i = 0; i < length && laws_.tables() > 0; ++i) {
        laws_.at_row(rows.front().prefix, low + static_cast<std::int64_t>(i), when.time);
        for (std::size_t t = 0; t < laws_.tables(); ++t)
            values_[margin + t * length + i] = laws_.table_value(t);
    }
    auto const good = [](double a) { return a >= 0 && a < std::numeric_limits<double>::infinity(); };
    table_at_.assign(reactions, no_table);
    table_good_.assign(reactions, true);
    for (std::uint32_t r = 0; r < reactions; ++r) {
        if (!laws_.separable(r)) {
            table_at_[r] = values_.size();
            values_.resize(values_.size() + states_.size());
            table_good_[r] = false;
        } else if (laws_.table(r) >= 0) {
            table_at_[r] = margin + static_cast<std::size_t>(laws_.table(r)) * length;
            auto const begin = values_.begin() + static_cast<std::ptrdiff_t>(table_at_[r]);
            table_good_[r] = std::all_of(begin, begin + static_cast<std::ptrdiff_t>(length), good);
        }
    }
    row_factors_.assign(reactions * rows.size(), 0);
    evaluate_rows(when.time, 1 - when.weight);
    if (when.weight != 0) evaluate_rows(when.other, when.weight);
}

void Generator::evaluate_rows(double time, double weight) {
    auto const rows = states_.counted_rows();
    std::size_t const reactions = network_.reactions.size();
    std::vector<std::uint32_t> by_state;
    for (std::uint32_t r = 0; r < reactions; ++r)
        if (!laws_.separable(r)) by_state.push_back(r);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        laws_.at_row(rows[i].prefix, rows[i].low, time);
        for (std::size_t r = 0; r < reactions; ++r)
            row_factors_[r * rows.size() + i] += weight * laws_.row_factor(r);
        if (by_state.empty()) continue;
        for (std::uint64_t j = 0; j < rows[i].size; ++j) {
            if (j > 0) laws_.at_row(rows[i].prefix, rows[i].low + static_cast<std::int64_t>(j), time);
            for (auto r : by_state) values_[table_at_[r] + rows[i].first + j] += weight * laws_.propensity(r);
        }
    }
}

// Index into the values for a state of a row.
static std::uint64_t table_index(std::uint64_t at, bool separable, std::int64_t first_along, Row const& row,
                                 std::int64_t along) {
    if (at == no_table) return no_table;
    return at + (separable ? static_cast<std::uint64_t>(along - first_along)
                           : row.first + static_cast<std::uint64_t>(along - row.low));
}

template <class Use>
void Generator::good_parts(std::uint32_t reaction, std::size_t i, Use use) {
    auto const& row = states_.rows()[i];
    double const factor = row_factors_[reaction * states_.counted_rows().size() + i];
    bool const good_factor = factor >= 0 && factor < std::numeric_limits<double>::infinity();
    if (good_factor && table_good_[reaction]) {
        if (factor > 0) use(row.low, row.high());
        return;
    }
    std::int64_t begin = row.low;
    for (std::int64_t n = row.low; n <= row.high(); ++n) {
        auto const at = table_index(table_at_[reaction], laws_.separable(reaction), first_along_, row, n);
        double const a = at == no_table ? factor : factor * values_[at];
        if (a >= 0 && a < std::numeric_limits<double>::infinity()) continue;
        if (begin < n) use(begin, n - 1);
        begin = n + 1;
        suspects_.push_back({row.first + static_cast<std::uint64_t>(n - row.low), reaction, a});
    }
    if (begin <= row.high()) use(begin, row.high());
}

void Generator::connect(std::uint32_t reaction, Edge edge, Targets const& targets, std::vector<Flow>& in,
                        std::vector<Flow>& out) {
    auto const rows = states_.counted_rows();
    auto const first_target_state = states_.first_target_state();
    auto const move = coordinates_.moves()[reaction];
    if (move.prefix == 0 && move.along == 0) return;
    std::size_t at = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const& row = rows[i];
        double const rate = row_factors_[reaction * rows.size() + i];
        auto const prefix = coordinates_.moved(row.prefix, move.prefix);
        if (prefix) at = std::min(states_.seek(*prefix, at), rows.size());
        auto const table = [&](std::int64_t n) {
            return table_index(table_at_[reaction], laws_.separable(reaction), first_along_, row, n);
        };
        auto const state = [&](std::int64_t n) {
            return row.first + static_cast<std::uint64_t>(n - row.low);
        };
        auto const lose = [&](std::int64_t from, std::int64_t to) {
            if (edge == Edge::reflecting) return;
            leaks_.push_back({state(from), static_cast<std::uint64_t>(to - from + 1), table(from), rate,
                              reaction, Interval{prefix.value_or(0), from + move.along, to + move.along},
                              prefix.has_value()});
        };
        // What leads out of the set leads to targets or is lost.
        auto const leak = [&](std::int64_t from, std::int64_t to) {
            if (from > to) return;
            if (!prefix || targets.size() == 0) return lose(from, to);
            targets.split(coordinates_, {*prefix, from + move.along, to + move.along},
                          [&](Interval const& run, std::uint32_t target) {
                              auto const begin = run.low - move.along, end = run.high - move.along;
                              if (target == Targets::none) return lose(begin, end);
                              for (auto n = begin; n <= end; ++n) {
                                  in.push_back({state(n), first_target_state + target, 1, table(n), rate});
                                  if (edge == Edge::reflecting) out.push_back(in.back());
                              }
                          });
        };
        good_parts(reaction, i, [&](std::int64_t low, std::int64_t high) {
            if (edge == Edge::absorbing)
                out.push_back({state(low), 0, static_cast<std::uint64_t>(high - low + 1), table(low), rate});
            for (std::size_t k = at; prefix && k < rows.size() && rows[k].prefix == *prefix && low <= high;
                 ++k) {
                auto const from = std::max(low, rows[k].low - move.along);
                auto const to = std::min(high, rows[k].high() - move.along);
                if (from > to) continue;
                leak(low, from - 1);
                in.push_back({state(from),
                              rows[k].first + static_cast<std::uint64_t>(from + move.along - rows[k].low),
                              static_cast<std::uint64_t>(to - from + 1), table(from), rate});
                if (edge == Edge::reflecting) out.push_back(in.back());
                low = to + 1;
            }
            leak(low, high);
        });
    }
}

std::pair<std::uint64_t, std::uint64_t> Generator::part_states(std::size_t part) const {
    return {pieces_[first_piece_[part]].first, pieces_[first_piece_[part + 1]].first};
}

void Generator::update(std::size_t part, Update const& u, double const* x, double* y) const {
    step(first_piece_[part], first_piece_[part + 1], u, x, y);
}

void Generator::update(Team& team, Update const& u, double const* x, double* y) const {
    if (size() < 4096 || team.size() == 1) {
        step(0, first_piece_.back(), u, x, y);
        return;
    }
    team.run([&](unsigned member) {
        auto const [begin, end] = share_of(parts(), member, team.size());
        if (begin < end) step(first_piece_[begin], first_piece_[end], u, x, y);
    });
}

double Generator::flux(Leak const& leak, std::span<double const> p) const {
    double sum = 0;
    for (std::uint64_t i = 0; i < leak.size; ++i)
        sum += p[leak.first + i] * (leak.table == no_table ? 1 : values_[leak.table + i]);
    return leak.rate * sum;
}

std::vector<double> Generator::leak_rates() const {
    std::vector<double> rates(size());
    for (auto const& leak : leaks_)
        for (std::uint64_t i = 0; i < leak.size; ++i)
            rates[leak.first + i] += leak.rate * (leak.table == no_table ? 1 : values_[leak.table + i]);
    return rates;
}

template <class Use>
void Generator::for_entries(Use use) const {
    auto const value = [&](std::uint64_t table, std::uint64_t j) {
        return table == no_table ? 1 : values_[table + j];
    };
    for (std::size_t i = 0; i + 1 < pieces_.size(); ++i) {
        auto const& piece = pieces_[i];
        auto const& next = pieces_[i + 1];
        for (std::uint64_t j = piece.inner; j < piece.inner_end; ++j) {
            for (auto s = piece.first_segment; s < next.first_segment; ++s)
                use(piece.first + j, segments_[s].source + j,
                    segments_[s].rate * value(segments_[s].table, j));
            for (auto e = piece.first_exit; e < next.first_exit; ++e)
                use(piece.first + j, piece.first + j, -exits_[e].rate * value(exits_[e].table, j));
        }
        for (auto s = piece.first_scrap; s < next.first_scrap; ++s)
            for (std::uint32_t k = 0; k < scraps_[s].size; ++k)
                use(piece.first + scraps_[s].target + k, scraps_[s].source + k,
                    scraps_[s].rate * value(scraps_[s].table, k));
    }
}

std::vector<double> Generator::exits() const {
    std::vector<double> exit(size());
    for_entries([&](std::uint64_t target, std::uint64_t source, double rate) {
        if (target == source) exit[target] -= rate;
    });
    return exit;
}

std::uint64_t Generator::nonzeros() const {
    std::uint64_t count = size();
    for_entries([&](std::uint64_t target, std::uint64_t source, double) { count += target != source; });
    return count;
}

Generator::Matrix Generator::matrix() const {
    using Index = Matrix::StorageIndex;
    std::vector<Eigen::Triplet<double, Index>> entries;
    entries.reserve(nonzeros() + size());
    for_entries([&](std::uint64_t target, std::uint64_t source, double rate) {
        entries.emplace_back(static_cast<Index>(target), static_cast<Index>(source), rate);
    });
    Matrix a(static_cast<Eigen::Index>(size()), static_cast<Eigen::Index>(size()));
    a.setFromTriplets(entries.begin(), entries.end());
    return a;
}

void Generator::check(std::span<double const> p) const {
    for (auto const& suspect : suspects_) {
        if (!(p[suspect.state] > 0)) continue;
        auto const* const row = &states_.row_of(suspect.state);
        std::vector<double> counts(network_.species.size());
        coordinates_.counts(row->prefix, row->low + static_cast<std::int64_t>(suspect.state - row->first),
                            counts.data());
        std::string state;
        for (std::size_t s = 0; s < counts.size(); ++s)
            state += fmt::format("{}{} = {}", s == 0 ? "" : ", ", network_.species[s], counts[s]);
        auto const& reaction = network_.reactions[suspect.reaction];
        throw SolverError(
            network_.file,
            fmt::format("the propensity of reaction \"{}\", {}, is {} in the state {}, which is "
                        "reached; mend the rate law so that it is 0 or more wherever cells can go",
                        reaction.id, reaction.propensity, suspect.value, state));
    }
}

}  // namespace fano
