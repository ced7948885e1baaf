// Cuts what reactions do between rows into pieces that a step can work off in registers.
#include <algorithm>
#include <tuple>

#include "cme/generator.hpp"

namespace fano {

using kernels::no_table;

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

}  // namespace fano
