// CSV results, read back line by line.
#include "fano/error.hpp"
#include "sample_ensemble.hpp"

namespace fano::test {
namespace {

class WriteCsv : public FolderTest {
protected:
    // The lines below the provenance, heading first.
    std::vector<std::string> lines(std::string const& name) const {
        std::vector<std::string> result;
        std::ifstream stream(path(name));
        for (std::string line; std::getline(stream, line);)
            if (!line.starts_with("#")) result.push_back(line);
        return result;
    }
    static std::vector<std::string> fields(std::string const& line) {
        std::vector<std::string> result;
        std::istringstream stream(line);
        for (std::string field; std::getline(stream, field, ',');) result.push_back(field);
        return result;
    }
    void write(Ensemble const& ensemble) const { write_csv(path("out.csv"), ensemble, sample_provenance()); }
};

TEST_F(WriteCsv, MomentsAreOneRowATimeAndSpecies) {
    auto ensemble = sample_ensemble();
    write(ensemble);
    auto table = lines("out.csv");
    ASSERT_EQ(table.size(), 1U + 3 * 4);
    EXPECT_EQ(table[0],
              "time,species,cells,mean,mean_error,variance,variance_error,skewness,skewness_error,"
              "fano,fano_error,cv2,cv2_error,minimum,maximum");
    auto row = fields(table[1 + 2 * 4 + 1]);
    ASSERT_EQ(row.size(), 15U);
    EXPECT_EQ(row[0], "20");
    EXPECT_EQ(row[1], "mRNA");
    EXPECT_EQ(row[2], "500");
    EXPECT_EQ(std::stod(row[3]), ensemble.tally.mean(2, 1).value);
    EXPECT_EQ(std::stod(row[6]), ensemble.tally.variance(2, 1).error);
    EXPECT_EQ(std::stod(row[9]), ensemble.tally.fano(2, 1).value);
    EXPECT_EQ(row[14], "7485");
    EXPECT_EQ(fields(table[2])[9], "NaN");  // the Fano factor of nothing
    EXPECT_EQ(fields(table[5])[0], "0.1");
}

TEST_F(WriteCsv, ProvenanceComesFirstALineAField) {
    write(sample_ensemble());
    auto text = read(path("out.csv"));
    EXPECT_TRUE(text.starts_with("# version: 0.1.0\n"));
    EXPECT_NE(text.find("\n# command: fano run \u00b5.toml --cells 500\n"), std::string::npos);
    EXPECT_NE(text.find("\n# seed: 18446744073709551615\n"), std::string::npos);
    EXPECT_NE(text.find("\n# fingerprint: 000000000000feed\n"), std::string::npos);
    EXPECT_TRUE(read(path("out.histogram.csv")).starts_with("# version: 0.1.0\n"));
}

TEST_F(WriteCsv, HistogramsListTheBinsThatHoldCells) {
    write(sample_ensemble());
    auto table = lines("out.histogram.csv");
    EXPECT_EQ(table[0], "time,species,low,width,cells");
    EXPECT_EQ(table[1], "0,G_on,0,1,250");
    EXPECT_EQ(table[2], "0,G_on,1,1,250");
    EXPECT_EQ(table[3], "0,mRNA,0,1,500");
    std::map<std::string, std::size_t> cells;
    for (std::size_t i = 1; i < table.size(); ++i) {
        auto row = fields(table[i]);
        EXPECT_NE(row[4], "0");
        cells[row[0] + " " + row[1]] += std::stoul(row[4]);
    }
    EXPECT_EQ(cells.size(), 12U);
    for (auto const& [what, sum] : cells) EXPECT_EQ(sum, sample_cells) << what;
}

TEST_F(WriteCsv, CovariancesListEachPairOnce) {
    auto ensemble = sample_ensemble();
    write(ensemble);
    auto table = lines("out.covariance.csv");
    EXPECT_EQ(table[0], "time,species,other,covariance,error");
    ASSERT_EQ(table.size(), 1U + 3 * 6);
    auto row = fields(table[1 + 2 * 6 + 3]);
    EXPECT_EQ(row[1] + " " + row[2], "mRNA Protein");
    EXPECT_EQ(std::stod(row[3]), ensemble.tally.covariance(2, 1, 2).value);
    EXPECT_EQ(std::stod(row[4]), ensemble.tally.covariance(2, 1, 2).error);
}

TEST_F(WriteCsv, JointHistogramsHoldEveryCell) {
    write(sample_ensemble());
    auto table = lines("out.joint.csv");
    EXPECT_EQ(table[0], "time,first,second,first_low,first_width,second_low,second_width,cells");
    EXPECT_EQ(table[1], "0,mRNA,Protein,0,1,100,1,500");
    std::size_t cells = 0;
    for (std::size_t i = 1; i < table.size(); ++i) cells += std::stoul(fields(table[i])[7]);
    EXPECT_EQ(cells, 3 * 2 * sample_cells);
}

TEST_F(WriteCsv, SnapshotsAreOneRowATimeAndCell) {
    write(sample_ensemble());
    auto table = lines("out.snapshots.csv");
    EXPECT_EQ(table[0], "time,cell,G_on,mRNA,Protein,balance");
    ASSERT_EQ(table.size(), 1 + 3 * sample_cells);
    EXPECT_EQ(table[1], "0,1000,0,0,100,-0.5");
    EXPECT_EQ(table.back(), "20,1499,1,7485,104,0.5");
}

TEST_F(WriteCsv, TrajectoriesAreOneRowAStep) {
    write(sample_ensemble());
    EXPECT_EQ(lines("out.trajectory.csv"),
              (std::vector<std::string>{"cell,time,G_on,mRNA,Protein,balance", "1004,0,0,1,2,0.5",
                                        "1004,0.5,1,1,2,0.25", "1004,1.25,1,2,2,-0.5", "1010,0,0,0,0,0"}));
}

TEST_F(WriteCsv, NamesWithCommasAreQuoted) {
    write(sample_ensemble());
    EXPECT_EQ(lines("out.reactions.csv"),
              (std::vector<std::string>{"reaction,events", "birth,123456789012345",
                                        "\"death, by \"\"age\"\"\",7"}));
}

TEST_F(WriteCsv, OnlyWhatThereIsGetsAFile) {
    write(bare_ensemble());
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(lines("out.csv").size(), 1U);
}

TEST_F(WriteCsv, AllFilesAppearOrNone) {
    // In the way of the last table.
    std::filesystem::create_directory(path("out.reactions.csv"));
    EXPECT_THROW(write(sample_ensemble()), InputError);
    EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace fano::test
