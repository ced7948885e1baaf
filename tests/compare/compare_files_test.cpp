// Whole files compared: every combination of sampled and exact ones, what is said of the rest, and pictures.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "compare/exact_file.hpp"
#include "fano/fano.hpp"
#include "io/sample_ensemble.hpp"
#include "support/source_folder.hpp"

namespace fano::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CompareFiles : public FolderTest {
protected:
    std::string telegraph(std::string const& name, std::uint64_t seed, double k_tx = 20,
                          std::uint64_t cells = 20'000) const {
        auto model = read_model((source_folder() / "models" / "telegraph.toml").string());
        model.set("k_tx", k_tx);
        auto const network = compile(model);
        EnsembleOptions options;
        options.cells = cells;
        options.seed = seed;
        options.times = {0, 10};
        auto const ensemble = run_ensemble(network, options);
        write_hdf5(path(name), ensemble, describe(network, ensemble, "fano run"));
        return path(name);
    }
    std::string exact(std::string const& name, ExactFile const& file = {}) const {
        file.write(path(name));
        return path(name);
    }
    // What an InputError says, or nothing.
    template <class Action>
    static std::string complaint(Action action) {
        try {
            action();
        } catch (InputError const& error) {
            return error.what();
        }
        return {};
    }
    static std::string complaint_of(std::string const& file) {
        return complaint([&] { ResultFile{file}; });
    }
};

FileComparison compared(std::string const& a, std::string const& b, CompareOptions const& options = {}) {
    return compare_files(ResultFile(a), ResultFile(b), options);
}

// The counts of the telegraph gene at time 10 as cells have them, taken for exact.
ExactFile as_exact(ResultFile const& file, std::string const& species) {
    auto const place = std::find(file.outputs.begin(), file.outputs.end(), species) - file.outputs.begin();
    auto const d = file.distribution(1, static_cast<std::size_t>(place));
    ExactFile result{.species = species, .low = d.low, .width = d.width, .probability = d.weight};
    for (auto& part : result.probability) part /= d.cells;
    return result;
}

TEST_F(CompareFiles, AFileIsAtDistanceZeroFromItself) {
    for (auto const& file : {telegraph("a.h5", 1, 20, 500), exact("b.h5")})
        for (auto const& one : compared(file, file).at) {
            EXPECT_EQ(one.total_variation, 0);
            EXPECT_EQ(one.kolmogorov, 0);
            EXPECT_EQ(one.wasserstein, 0);
            EXPECT_EQ(one.mean_difference, 0);
            EXPECT_TRUE(std::isnan(one.p_value) || one.p_value == 1);
        }
    auto const file = path("a.h5");
    EXPECT_THAT(compared(file, file).notes, ElementsAre("both files hold the same cells"));
}

TEST_F(CompareFiles, EnsemblesOfOneModelPassAndOfAnAlteredRateFail) {
    std::uint64_t const cells = 60'000;
    auto const a = telegraph("a.h5", 1, 20, cells), b = telegraph("b.h5", 2, 20, cells),
               altered = telegraph("c.h5", 3, 21, cells);
    auto const same = compared(a, b);
    EXPECT_THAT(same.outputs, ElementsAre("G_off", "G_on", "mRNA"));
    EXPECT_EQ(same.times.size(), 2U);
    EXPECT_THAT(same.notes, IsEmpty());
    for (std::size_t i = 0; i < 3; ++i) EXPECT_GT(same.last(i).p_value, 1e-4) << same.outputs[i];
    EXPECT_LT(std::abs(same.last(2).mean_difference), 5 * same.last(2).mean_error);
    auto const other = compared(a, altered);
    EXPECT_GT(other.last(0).p_value, 1e-4);  // the promoter is the same
    EXPECT_LT(other.last(2).p_value, 1e-6);
    EXPECT_THAT(other.notes, ElementsAre(HasSubstr("other parameters")));
}

TEST_F(CompareFiles, SampledAndExactFilesCompareBothWays) {
    auto const a = telegraph("a.h5", 1), b = telegraph("b.h5", 2);
    auto const solved = exact("exact.h5", as_exact(ResultFile(b), "mRNA"));
    auto const forth = compared(a, solved), back = compared(solved, a);
    EXPECT_THAT(forth.outputs, ElementsAre("mRNA"));
    EXPECT_EQ(forth.last(0).total_variation, back.last(0).total_variation);
    EXPECT_EQ(forth.last(0).p_value, back.last(0).p_value);
    EXPECT_EQ(forth.last(0).mean_difference, -back.last(0).mean_difference);
    EXPECT_EQ(forth.last(0).mean_error, back.last(0).mean_error);
    EXPECT_NEAR(forth.last(0).total_variation, compared(a, b).last(2).total_variation, 1e-12);
    EXPECT_NEAR(compared(b, solved).last(0).p_value, 1, 1e-9);
}

TEST_F(CompareFiles, CellsOfOneSeedAreSaidNotToBeIndependent) {
    auto const found = compared(telegraph("a.h5", 4, 20, 100), telegraph("b.h5", 4, 21, 200));
    EXPECT_THAT(found.notes, Contains(HasSubstr("not independent")));
}

TEST_F(CompareFiles, AStationaryFileIsHeldAgainstTheLastTimeOrTheOneAskedFor) {
    ExactFile stationary;
    stationary.times = {std::numeric_limits<double>::infinity()};
    ExactFile course;
    course.times = {0, 5, 20};
    auto const a = exact("a.h5", stationary), b = exact("b.h5", course);
    auto const found = compared(a, b);
    ASSERT_EQ(found.at.size(), 1U);
    EXPECT_EQ(found.at[0].time_b, 20);
    EXPECT_EQ(found.time(0), 20);
    EXPECT_THAT(found.notes, ElementsAre("A is stationary: compared with time 20 h of B"));
    EXPECT_EQ(compared(b, a, {.outputs = {}, .time = 5}).at[0].time_a, 5);
    EXPECT_THAT(complaint([&] { compared(a, b, {.outputs = {}, .time = 7}); }), HasSubstr("0 h, 5 h, 20 h"));
    EXPECT_EQ(compared(a, a).at[0].total_variation, 0);
}

TEST_F(CompareFiles, OnlyTimesOfBothFilesAreCompared) {
    ExactFile few, many;
    few.times = {0.1 + 0.2, 5, 7};
    many.times = {0, 0.3, 6, 7, 8};
    auto const a = exact("a.h5", few), b = exact("b.h5", many);
    EXPECT_THAT(compared(a, b).times, ElementsAre(std::pair(0, 1), std::pair(2, 3)));
    auto const last = compared(a, b, {.outputs = {}, .time = {}, .last_time_only = true});
    EXPECT_THAT(last.times, ElementsAre(std::pair(2, 3)));
    EXPECT_EQ(last.common_times, 2U);
    EXPECT_THAT(complaint([&] { compared(a, b, {.outputs = {}, .time = 5}); }), HasSubstr("time 5 h"));
    few.times = {1, 2};
    EXPECT_THAT(complaint([&] { compared(exact("c.h5", few), b); }),
                ::testing::AllOf(HasSubstr("1 h, 2 h"), HasSubstr("0 h, 0.3 h")));
}

TEST_F(CompareFiles, OutputsAreChosenByNameWithASuggestion) {
    auto const a = telegraph("a.h5", 1, 20, 100), b = exact("b.h5");
    EXPECT_THAT(compared(a, a, {.outputs = {"mRNA", "G_on", "mRNA"}}).outputs, ElementsAre("mRNA", "G_on"));
    EXPECT_THAT(complaint([&] { compared(a, b, {.outputs = {"mrna"}}); }),
                HasSubstr("did you mean \"mRNA\"?"));
    EXPECT_THAT(complaint([&] { compared(a, b, {.outputs = {"G_on"}}); }),
                HasSubstr("b.h5 does not have it"));
    ExactFile other;
    other.species = "Protein";
    EXPECT_THAT(complaint([&] { compared(a, exact("c.h5", other)); }),
                HasSubstr("G_off, G_on, mRNA, and " + path("c.h5") + " has Protein"));
}

TEST_F(CompareFiles, NotesTellOfOtherModelsUnitsAndOfACertificateAboveTheDistance) {
    ExactFile other;
    other.model_hash = "1";
    other.unit = "molecules";
    other.time_unit = "min";
    other.probability = {0.499, 0.5};
    other.sink_mass = 2e-3;
    auto const notes = compared(exact("a.h5"), exact("b.h5", other)).notes;
    EXPECT_THAT(notes,
                ElementsAre(HasSubstr("other parameters"), HasSubstr("times are in \"h\" in A"),
                            HasSubstr("mRNA is in \"\" in A"), HasSubstr("certificate (up to 0.002)")));
    other.sink_mass = 1e-5;
    EXPECT_THAT(compared(exact("a.h5"), exact("b.h5", other)).notes, Not(Contains(HasSubstr("certificate"))));
}

TEST_F(CompareFiles, WhatIsNoResultFileIsNamedForWhatItIs) {
    EXPECT_THAT(complaint_of(path("absent.h5")), HasSubstr("No such file"));
    EXPECT_THAT(complaint_of(path("")), HasSubstr("is a directory"));
    write_file(path("a.csv"), "time,species,mean\n0,mRNA,1\n");
    EXPECT_THAT(complaint_of(path("a.csv")), HasSubstr("only those hold whole distributions"));
    write_file(path("a.h5"), "nonsense");
    EXPECT_THAT(complaint_of(path("a.h5")), HasSubstr("is not an HDF5 file; write one with --out"));
    {
        Hdf5File foreign(path("foreign.h5"));
        foreign.commit();
    }
    EXPECT_THAT(complaint_of(path("foreign.h5")), HasSubstr("was not written by fano"));
    write_tables(path("table.h5"), {{"counts", {{"time", "h", {0}}, {"mRNA", "", {1}}}}},
                 sample_provenance());
    EXPECT_THAT(complaint_of(path("table.h5")), HasSubstr("holds no distributions"));
    write_hdf5(path("bare.h5"), bare_ensemble(), sample_provenance());
    EXPECT_THAT(complaint_of(path("bare.h5")), HasSubstr("neither histograms nor probabilities"));
}

TEST_F(CompareFiles, ATruncatedFileIsSaidToBeAPart) {
    auto const whole = read_file(telegraph("whole.h5", 1, 20, 100));
    for (std::size_t const size : {std::size_t{200}, whole.size() / 2, whole.size() - 1}) {
        write_file(path("part.h5"), whole.substr(0, size));
        EXPECT_THAT(complaint_of(path("part.h5")), HasSubstr("only a part of a file")) << size;
    }
}

TEST_F(CompareFiles, ProbabilitiesThatCannotBeAreRefused) {
    for (auto const& impossible : {std::vector<double>{0.5, -0.1}, {0, 0}, {std::nan(""), 1}}) {
        ExactFile file;
        file.probability = impossible;
        auto const name = exact("a.h5", file);
        EXPECT_THAT(complaint([&] { compared(name, name); }), HasSubstr("probability_mRNA"));
    }
}

TEST_F(CompareFiles, TheTableHasARowATime) {
    ExactFile file;
    file.times = {0, 1, 2};
    auto const a = exact("a.h5", file);
    file.probability = {0.25, 0.75};
    auto const table = comparison_table(compared(a, exact("b.h5", file)));
    EXPECT_EQ(table.columns[0].name, "time");
    EXPECT_THAT(table.columns[0].values, ElementsAre(0, 1, 2));
    EXPECT_EQ(table.columns[1].name, "total variation mRNA");
    EXPECT_THAT(table.columns[1].values, ElementsAre(0.25, 0.25, 0.25));
    EXPECT_THAT(table.notes.front(), HasSubstr("B is " + path("b.h5")));
}

TEST_F(CompareFiles, ThePictureHasAPanelAnOutputAndSurvivesOddNames) {
    auto const a = telegraph("a<&.h5", 1, 20, 100);
    auto const found = compared(a, a);
    draw_comparison(path("out.svg"), ResultFile(a), ResultFile(a), found);
    auto const svg = read_file(path("out.svg"));
    EXPECT_THAT(svg, ::testing::StartsWith("<svg "));
    EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
    for (char const* text : {">G_off<", ">G_on<", ">mRNA<", "a&lt;&amp;.h5 (100 cells)", "At time 10 h"})
        EXPECT_THAT(svg, HasSubstr(text));
    EXPECT_THAT(svg, Not(HasSubstr("a<&")));
    auto const panels = svg.substr(svg.find("class=\"name\""));
    for (char const* wrong : {"nan", "inf"}) EXPECT_THAT(panels, Not(HasSubstr(wrong)));
    EXPECT_THROW(draw_comparison(path("nowhere/out.svg"), ResultFile(a), ResultFile(a), found), InputError);
}

}  // namespace
}  // namespace fano::test
