#include "cme/row_sizes.hpp"

#include <algorithm>

namespace fano {

using kernels::no_table;

RowSizes row_sizes(Generator const& generator) {
    auto const view = generator.view();
    RowSizes sizes;
    sizes.states = sizes.entries = generator.size();
    auto const read = [&](std::uint64_t table, std::uint64_t end) {
        if (table != no_table) sizes.values = std::max(sizes.values, table + end);
    };
    auto const* piece = view.pieces;
    for (; piece->first < generator.size(); ++piece) {
        auto const& next = piece[1];
        for (auto s = piece->first_segment; s < next.first_segment; ++s)
            read(view.segments[s].table, piece->inner_end);
        for (auto e = piece->first_exit; e < next.first_exit; ++e)
            read(view.exits[e].table, piece->inner_end);
        for (auto s = piece->first_scrap; s < next.first_scrap; ++s) {
            read(view.scraps[s].table, view.scraps[s].size);
            sizes.entries += view.scraps[s].size;
        }
        sizes.entries +=
            std::uint64_t{next.first_segment - piece->first_segment} * (piece->inner_end - piece->inner);
    }
    sizes.pieces = static_cast<std::uint64_t>(piece - view.pieces);
    sizes.segments = piece->first_segment;
    sizes.exits = piece->first_exit;
    sizes.scraps = piece->first_scrap;
    return sizes;
}

}  // namespace fano
