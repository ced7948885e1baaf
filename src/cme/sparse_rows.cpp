#include "cme/sparse_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cme/row_sizes.hpp"
#include "fano/error.hpp"

namespace fano {

using kernels::no_table;

namespace {

void expect_countable(std::uint64_t entries) {
    if (entries > most_sparse_entries)
        throw SolverError(
            fmt::format("the generator as a matrix needs {} entries, and cuSPARSE is given indices of 32 "
                        "bits, which count {}; take "
                        "the form rows, which stores no matrix, or fewer states",
                        entries, most_sparse_entries));
}

struct Entry {
    std::int32_t column;
    double value;
};

// Entries of a state of a piece; those of the same column added.
void entries_of(kernels::RowView const& view, kernels::RowPiece const& piece, std::uint32_t state,
                std::vector<Entry>& found) {
    auto const& next = (&piece)[1];
    auto const value = [&](std::uint64_t table, std::uint64_t j) {
        return table == no_table ? 1 : view.values[table + j];
    };
    found.clear();
    auto const add = [&](std::uint64_t column, double rate) {
        found.push_back({static_cast<std::int32_t>(column), rate});
    };
    double exit = 0;
    bool const inner = state >= piece.inner && state < piece.inner_end;
    if (inner)
        for (auto e = piece.first_exit; e < next.first_exit; ++e)
            exit += view.exits[e].rate * value(view.exits[e].table, state);
    add(piece.first + state, -exit);
    if (inner)
        for (auto s = piece.first_segment; s < next.first_segment; ++s)
            add(view.segments[s].source + state,
                view.segments[s].rate * value(view.segments[s].table, state));
    for (auto s = piece.first_scrap; s < next.first_scrap; ++s) {
        auto const& scrap = view.scraps[s];
        std::uint32_t const j = state - scrap.target;  // too large before it
        if (j < scrap.size) add(scrap.source + j, scrap.rate * value(scrap.table, j));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](auto const& a, auto const& b) { return a.column < b.column; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < found.size(); ++i) {
        if (found[i].column == found[kept].column)
            found[kept].value += found[i].value;
        else
            found[++kept] = found[i];
    }
    found.resize(kept + 1);
}

}  // namespace

SparseRows sparse_rows(Generator const& generator) {
    auto const sizes = row_sizes(generator);
    expect_countable(sizes.entries);
    SparseRows rows;
    rows.first.reserve(generator.size() + 1);
    rows.columns.reserve(sizes.entries);
    rows.values.reserve(sizes.entries);
    rows.first.push_back(0);
    std::vector<Entry> entries;
    auto const view = generator.view();
    for (std::uint64_t i = 0; i < sizes.pieces; ++i)
        for (std::uint32_t state = 0; state < view.pieces[i].size; ++state) {
            entries_of(view, view.pieces[i], state, entries);
            for (auto const& entry : entries) {
                rows.columns.push_back(entry.column);
                rows.values.push_back(entry.value);
            }
            rows.first.push_back(static_cast<std::int32_t>(rows.columns.size()));
        }
    return rows;
}

SlicedRows sliced_rows(SparseRows const& rows) {
    constexpr auto slice = SlicedRows::slice;
    SlicedRows sliced;
    sliced.first.push_back(0);
    std::uint64_t size = 0;
    for (std::size_t begin = 0; begin < rows.rows(); begin += slice) {
        std::int32_t longest = 0;
        for (auto row = begin; row < std::min(begin + slice, rows.rows()); ++row)
            longest = std::max(longest, rows.first[row + 1] - rows.first[row]);
        size += slice * static_cast<std::uint64_t>(longest);
        expect_countable(size);
        sliced.first.push_back(static_cast<std::int32_t>(size));
    }
    sliced.columns.assign(size, -1);
    sliced.values.assign(size, 0);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        auto at = static_cast<std::size_t>(sliced.first[row / slice]) + row % slice;
        for (auto e = rows.first[row]; e < rows.first[row + 1]; ++e, at += slice) {
            sliced.columns[at] = rows.columns[static_cast<std::size_t>(e)];
            sliced.values[at] = rows.values[static_cast<std::size_t>(e)];
        }
    }
    return sliced;
}

}  // namespace fano
