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

// A run of states in one row that a reaction moves to a run in one row.
struct Generator::Flow {
    std::uint64_t source, target, size, table;
    double rate;
};

Generator::Generator(Network const& network, Coordinates const& coordinates, Laws& laws,
                     StateSet const& states, Instant const& when, Edge edge)
    : id_(next_id()),
      time_(when.time),
      network_(network),
      coordinates_(coordinates),
      laws_(laws),
      states_(states) {
    evaluate(when);
    std::vector<Flow> in, out;
    for (std::uint32_t r = 0; r < network.reactions.size(); ++r) connect(r, edge, in, out);
    cut(in, out);
    auto const exit = exits();
    for (double e : exit) largest_exit_ = std::max(largest_exit_, e);
    share(64);
    for (auto const& extent : extents(coordinates, states_))
        longest_axis_ = std::max(longest_axis_, extent.high - extent.low + 1);
}

void Generator::evaluate(Instant const& when) {
    auto const& rows = states_.rows();
    std::size_t const reactions = network_.reactions.size();
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
    auto const& rows = states_.rows();
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
    double const factor = row_factors_[reaction * states_.rows().size() + i];
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

void Generator::connect(std::uint32_t reaction, Edge edge, std::vector<Flow>& in, std::vector<Flow>& out) {
    auto const& rows = states_.rows();
    auto const move = coordinates_.moves()[reaction];
    if (move.prefix == 0 && move.along == 0) return;
    std::size_t at = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const& row = rows[i];
        double const rate = row_factors_[reaction * rows.size() + i];
        auto const prefix = coordinates_.moved(row.prefix, move.prefix);
        if (prefix) at = states_.seek(*prefix, at);
        auto const table = [&](std::int64_t n) {
            return table_index(table_at_[reaction], laws_.separable(reaction), first_along_, row, n);
        };
        auto const state = [&](std::int64_t n) {
            return row.first + static_cast<std::uint64_t>(n - row.low);
        };
        auto const leak = [&](std::int64_t from, std::int64_t to) {
            if (from > to || edge == Edge::reflecting) return;
            leaks_.push_back({state(from), static_cast<std::uint64_t>(to - from + 1), table(from), rate,
                              reaction, Interval{prefix.value_or(0), from + move.along, to + move.along},
                              prefix.has_value()});
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

void Generator::cut(std::vector<Flow> const& arriving, std::vector<Flow> const& leaving) {
    using kernels::RowScrap;
    auto const& rows = states_.rows();
    std::vector<std::uint32_t> first_piece;  //!< [row]
    for (auto const& row : rows) {
        first_piece.push_back(static_cast<std::uint32_t>(pieces_.size()));
        for (std::uint64_t begin = 0; begin < row.size; begin += kernels::most_piece_states)
            pieces_.push_back({.first = row.first + begin,
                               .size = static_cast<std::uint32_t>(
                                   std::min<std::uint64_t>(kernels::most_piece_states, row.size - begin))});
    }
    std::size_t const pieces = pieces_.size();
    pieces_.push_back({.first = states_.size()});
    // Calls use(piece, first state, size) for the parts of a run of states in one row.
    auto const for_pieces = [&](std::uint64_t first, std::uint64_t size, auto use) {
        auto const row = std::upper_bound(rows.begin(), rows.end(), first,
                                          [](std::uint64_t s, Row const& r) { return s < r.first; }) -
                         rows.begin() - 1;
        auto const at = static_cast<std::size_t>(row);
        auto piece = first_piece[at] + (first - rows[at].first) / kernels::most_piece_states;
        for (std::uint64_t const end = first + size; first < end; ++piece) {
            auto const part = std::min(end, pieces_[piece].first + pieces_[piece].size) - first;
            use(piece, first, static_cast<std::uint32_t>(part));
            first += part;
        }
    };
    // Flows as scraps of the pieces that they begin in.
    auto const sorted = [&](std::vector<Flow> const& flows, std::uint64_t Flow::*begin_of) {
        auto const begin = [&](Flow const& flow) { return flow.*begin_of; };
        std::vector<std::uint32_t> first(pieces + 1);
        for (auto const& flow : flows)
            for_pieces(begin(flow), flow.size, [&](auto piece, auto, auto) { ++first[piece + 1]; });
        for (std::size_t i = 0; i < pieces; ++i) first[i + 1] += first[i];
        std::vector<RowScrap> scraps(first.back());
        auto at = first;
        for (auto const& flow : flows)
            for_pieces(begin(flow), flow.size, [&](auto piece, std::uint64_t state, std::uint32_t size) {
                auto const by = state - begin(flow);
                scraps[at[piece]++] = {flow.source + by, flow.table == no_table ? no_table : flow.table + by,
                                       flow.rate, static_cast<std::uint32_t>(state - pieces_[piece].first),
                                       size};
            });
        return std::pair{std::move(first), std::move(scraps)};
    };
    auto [first_in, in] = sorted(arriving, &Flow::target);
    auto [first_out, out] = sorted(leaving, &Flow::source);
    for (std::size_t i = 0; i < pieces; ++i)
        arrange(pieces_[i], std::span(in).subspan(first_in[i], first_in[i + 1] - first_in[i]),
                std::span(out).subspan(first_out[i], first_out[i + 1] - first_out[i]));
    auto& end = pieces_.back();
    end.first_segment = static_cast<std::uint32_t>(segments_.size());
    end.first_exit = static_cast<std::uint32_t>(exits_.size());
    end.first_scrap = static_cast<std::uint32_t>(scraps_.size());
}

void Generator::arrange(kernels::RowPiece& piece, std::span<kernels::RowScrap> in,
                        std::span<kernels::RowScrap> out) {
    using kernels::RowScrap;
    // Equal runs that are left with the same table are one.
    auto const key = [](RowScrap const& s) { return std::tuple(s.target, s.size, s.table); };
    std::stable_sort(out.begin(), out.end(), [&](auto const& a, auto const& b) { return key(a) < key(b); });
    std::size_t kept = 0;
    for (auto const& run : out) {
        if (kept > 0 && key(out[kept - 1]) == key(run))
            out[kept - 1].rate += run.rate;
        else
            out[kept++] = run;
    }
    out = out.first(kept);

    // The inner states are those that all runs reach, but for runs that would leave less than half of them.
    piece.inner = 0;
    piece.inner_end = piece.size;
    auto const narrow = [&](RowScrap const& run) {
        auto const low = std::max(piece.inner, run.target),
                   high = std::min(piece.inner_end, run.target + run.size);
        if (high <= low || 2 * (high - low) < piece.inner_end - piece.inner) return;
        piece.inner = low;
        piece.inner_end = high;
    };
    for (auto const& run : in) narrow(run);
    for (auto const& run : out) narrow(run);
    piece.first_segment = static_cast<std::uint32_t>(segments_.size());
    piece.first_exit = static_cast<std::uint32_t>(exits_.size());
    piece.first_scrap = static_cast<std::uint32_t>(scraps_.size());
    auto const scrap = [&](RowScrap run, std::uint32_t low, std::uint32_t high) {
        if (low >= high) return;
        auto const by = low - run.target;
        run.source += by;
        if (run.table != no_table) run.table += by;
        run.target = low;
        run.size = high - low;
        scraps_.push_back(run);
    };
    auto const place = [&](RowScrap const& run, auto add) {
        auto const end = run.target + run.size;
        if (run.target > piece.inner || end < piece.inner_end) return scrap(run, run.target, end);
        add(run.source - run.target, run.table == no_table ? no_table : run.table - run.target, run.rate);
        scrap(run, run.target, piece.inner);
        scrap(run, piece.inner_end, end);
    };
    for (auto const& run : in)
        place(run, [&](std::uint64_t source, std::uint64_t table, double rate) {
            segments_.push_back({source, table, rate});
        });
    for (auto run : out) {
        run.rate = -run.rate;
        place(run, [&](std::uint64_t, std::uint64_t table, double rate) {
            exits_.push_back({table, -rate});
        });
    }
}

void Generator::share(std::size_t parts) {
    // What a piece costs is nearly its states and its segments' states; a constant for each segment.
    std::size_t const pieces = pieces_.size() - 1;
    std::vector<double> cost(pieces + 1);
    for (std::size_t i = 0; i < pieces; ++i) {
        double c = 32 + 2.0 * pieces_[i].size;
        c += (pieces_[i + 1].first_segment - pieces_[i].first_segment) *
             (8.0 + pieces_[i].inner_end - pieces_[i].inner);
        for (auto s = pieces_[i].first_scrap; s < pieces_[i + 1].first_scrap; ++s)
            c += 24.0 + 4 * scraps_[s].size;
        cost[i + 1] = cost[i] + c;
    }
    first_piece_.assign(1, 0);
    for (std::size_t part = 1; part < parts; ++part) {
        auto const at =
            std::lower_bound(cost.begin(), cost.end(),
                             cost.back() * static_cast<double>(part) / static_cast<double>(parts)) -
            cost.begin();
        if (static_cast<std::uint32_t>(at) > first_piece_.back() && static_cast<std::size_t>(at) < pieces)
            first_piece_.push_back(static_cast<std::uint32_t>(at));
    }
    first_piece_.push_back(static_cast<std::uint32_t>(pieces));
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
