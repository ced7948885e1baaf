// Data files: what is read, and what is refused.
#include <gmock/gmock.h>

#include "fano/fano.hpp"
#include "fano/inference.hpp"
#include "support/gallery.hpp"
#include "support/scratch.hpp"

namespace fano::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Snapshots read(std::string const& text, SnapshotChoice const& choice = {}) {
    TemporaryDirectory const folder;
    write_file(folder / "data.csv", text);
    return read_snapshots(folder / "data.csv", choice);
}

std::string refusal(std::string const& text, SnapshotChoice const& choice = {}) {
    try {
        read(text, choice);
    } catch (InputError const& error) {
        return error.what();
    }
    return "none";
}

TEST(SnapshotFile, ARowIsATimeItsCountsAndItsCells) {
    auto const data =
        read("# seen on Monday\r\n\"time\", B ,A,cells\r\n2,5,0,10\r\n\r\n0.5,1,7,3\n2,5,0,1\n2,4,0,0\n");
    EXPECT_THAT(data.species, ElementsAre("B", "A"));
    ASSERT_EQ(data.rows.size(), 2U);
    EXPECT_EQ(data.rows[0].time, 0.5);
    EXPECT_THAT(data.rows[0].counts, ElementsAre(1, 7));
    EXPECT_EQ(data.rows[1].cells, 11);
    EXPECT_THAT(data.times(), ElementsAre(0.5, 2));
    EXPECT_THAT(data.cells(), ElementsAre(3, 11));
}

TEST(SnapshotFile, ARowWithoutCellsIsOneCell) {
    auto const data = read("time,A\n1,4\n1,4\n1,5\n");
    ASSERT_EQ(data.rows.size(), 2U);
    EXPECT_EQ(data.rows[0].cells, 2);
}

TEST(SnapshotFile, SpeciesAndTimesAreChosen) {
    auto const data = read("time,A,B\n1,4,6\n2,4,7\n3,4,8\n", {{"B"}, {1, 3}, false});
    ASSERT_EQ(data.rows.size(), 2U);
    EXPECT_THAT(data.rows[1].counts, ElementsAre(8));
    EXPECT_THAT(refusal("time,A\n1,4\n", {{}, {7}, false}), HasSubstr("--times"));
}

TEST(SnapshotFile, OfAStationaryStateNeedsNoTime) {
    auto const data = read("A\n4\n4\n", {{}, {}, true});
    EXPECT_EQ(data.rows.at(0).time, stationary_time);
    EXPECT_THAT(refusal("A\n4\n"), AllOf(HasSubstr("\"time\""), HasSubstr("--stationary")));
}

TEST(SnapshotFile, WhatIsWrongIsSaidWithItsLine) {
    EXPECT_THAT(refusal("time,A\n1,4\n1,-2\n"), AllOf(HasSubstr("data.csv:3: "), HasSubstr("negative")));
    EXPECT_THAT(refusal("time,A\n1,2.5\n"), AllOf(HasSubstr("data.csv:2: "), HasSubstr("whole")));
    EXPECT_THAT(refusal("time,A,cells\n1,2,0.5\n"), HasSubstr("whole"));
    EXPECT_THAT(refusal("time,A\n1,many\n"), HasSubstr("\"many\", which is no number"));
    EXPECT_THAT(refusal("time,A\n1,\n"), HasSubstr("no number"));
    EXPECT_THAT(refusal("time,A\nnan,3\n"), HasSubstr("no number"));
    EXPECT_THAT(refusal("time,A\n-1,3\n"), HasSubstr("negative"));
    EXPECT_THAT(refusal("time,A\n1,3,4\n"), HasSubstr("3 numbers for 2 columns"));
    EXPECT_THAT(refusal("time,A,A\n1,3,4\n"), HasSubstr("two columns"));
    EXPECT_THAT(refusal("time,,A\n1,3,4\n"), HasSubstr("no name"));
    EXPECT_THAT(refusal("time,cells\n1,3\n"), HasSubstr("no column of counts"));
    EXPECT_THAT(refusal("time,mRNA\n1,3\n", {{"mRMA"}, {}, false}), HasSubstr("did you mean \"mRNA\""));
    EXPECT_THAT(refusal("time,A,cells\n1,3,0\n"), HasSubstr("no cells"));
    EXPECT_THAT(refusal("time,A\n"), HasSubstr("no cells"));
    EXPECT_THAT(refusal(""), HasSubstr("is empty"));
    EXPECT_THROW(read_snapshots("/nowhere/data.csv"), InputError);
}

TEST(SnapshotFile, HistogramsOfAnEnsembleAreSnapshots) {
    TemporaryDirectory const folder;
    auto const network = compile(read_model((source_folder() / "models" / "telegraph.toml").string()));
    EnsembleOptions options;
    options.cells = 200;
    options.times = {1, 3};
    auto const ensemble = run_ensemble(network, options);
    auto const file = folder / "run.h5";
    write_hdf5(file, ensemble, describe(network, ensemble, "test"));
    auto const data = read_snapshots(file, {{"mRNA"}, {}, false});
    EXPECT_THAT(data.times(), ElementsAre(1, 3));
    EXPECT_THAT(data.cells(), ElementsAre(200, 200));
    EXPECT_THAT(data.notes, ElementsAre(HasSubstr("same cells at 2 times")));
    double sum = 0;
    for (auto const& row : data.rows)
        if (row.time == 3) sum += row.cells * static_cast<double>(row.counts[0]);
    EXPECT_NEAR(sum / 200, ensemble.tally.mean(1, network.output("mRNA")).value, 1e-12);
    auto const stationary = read_snapshots(file, {{"mRNA"}, {}, true});
    EXPECT_THAT(stationary.times(), ElementsAre(stationary_time));
    EXPECT_THAT(stationary.cells(), ElementsAre(200));
    EXPECT_THROW(read_snapshots(file), InputError);  // three species, and none chosen
    EXPECT_THROW(read_snapshots(file, {{"RNA"}, {}, false}), InputError);
}

}  // namespace
}  // namespace fano::test
