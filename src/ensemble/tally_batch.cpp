// Makes a tally of one time from sums, and merges it as any other.
#include "ensemble/tally_batch.hpp"

#include <algorithm>
#include <utility>

#include "ensemble/tally_data.hpp"

namespace fano {

namespace {

void fill(TallyColumn& column, ColumnSums const& sums) {
    column.fit(sums.range);
    for (std::size_t i = 0; i < sums.bins.size(); ++i) {
        if (sums.bins[i] != 0) column.bins.add(sums.axis.value(i), sums.bins[i]);
    }
    if (column.powers) column.powers->add(sums.powers);
}

void fill(JointBins& bins, JointSums const& sums) {
    for (std::size_t i = 0; i < sums.place.size(); ++i) {
        bins.add(sums.first.value(sums.place[i] / sums.second.size),
                 sums.second.value(sums.place[i] % sums.second.size), sums.cells[i]);
    }
}

}  // namespace

struct TallyImport {
    static void add(Tally& tally, std::size_t time, BatchSums const& sums) {
        TallyLayout layout = tally.layout();
        layout.times = 1;
        Tally::Data theirs(layout);
        theirs.cells[0] = sums.cells;
        theirs.cross = sums.cross;
        for (std::size_t i = 0; i < sums.columns.size(); ++i) fill(theirs.columns[i], sums.columns[i]);
        for (std::size_t i = 0; i < sums.joint.size(); ++i) {
            auto const [a, b] = layout.joint[i];
            theirs.joint[i].fit(sums.columns[a].range, sums.columns[b].range);
            fill(theirs.joint[i], sums.joint[i]);
        }
        // The time at hand is taken out of the tally, merged, and put back.
        Tally::Data mine(layout);
        swap_time(*tally.data_, time, mine);
        mine.merge(0, theirs);
        swap_time(*tally.data_, time, mine);
    }

    static void swap_time(Tally::Data& all, std::size_t time, Tally::Data& one) {
        auto swap = [time](auto& theirs, auto& mine) {
            std::swap_ranges(mine.begin(), mine.end(),
                             theirs.begin() + static_cast<std::ptrdiff_t>(time * mine.size()));
        };
        swap(all.cells, one.cells);
        swap(all.columns, one.columns);
        swap(all.cross, one.cross);
        swap(all.joint, one.joint);
    }
};

void add_sums(Tally& tally, std::size_t time, BatchSums const& sums) { TallyImport::add(tally, time, sums); }

}  // namespace fano
