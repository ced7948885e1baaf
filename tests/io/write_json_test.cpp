// JSON results, parsed back, and what provenance says.
#include <nlohmann/json.hpp>

#include "fano/error.hpp"
#include "sample_ensemble.hpp"

namespace fano::test {
namespace {

nlohmann::json written(Ensemble const& ensemble, Provenance const& provenance = sample_provenance()) {
    std::ostringstream stream;
    write_json(stream, ensemble, provenance);
    return nlohmann::json::parse(stream.str());
}

TEST(WriteJson, MomentsReadBackToTheSameBits) {
    auto ensemble = sample_ensemble();
    auto result = written(ensemble);
    EXPECT_EQ(result["times"], ensemble.times);
    EXPECT_EQ(result["species"], (std::vector<std::string>{"G_on", "mRNA", "Protein", "balance"}));
    EXPECT_EQ(result["cells"], sample_cells);
    EXPECT_EQ(result["mean"][2][1].get<double>(), ensemble.tally.mean(2, 1).value);
    EXPECT_EQ(result["mean_error"][1][2].get<double>(), ensemble.tally.mean(1, 2).error);
    EXPECT_EQ(result["variance"][2][2].get<double>(), ensemble.tally.variance(2, 2).value);
    EXPECT_EQ(result["fano_error"][2][1].get<double>(), ensemble.tally.fano(2, 1).error);
    EXPECT_EQ(result["cv2"][2][1].get<double>(), ensemble.tally.cv2(2, 1).value);
    EXPECT_EQ(result["skewness"][2][1].get<double>(), ensemble.tally.skewness(2, 1).value);
    EXPECT_EQ(result["maximum"][2][1], 7485);
}

TEST(WriteJson, CovarianceIsAMatrixATime) {
    auto ensemble = sample_ensemble();
    auto result = written(ensemble);
    EXPECT_EQ(result["covariance"][2][2][1].get<double>(), ensemble.tally.covariance(2, 1, 2).value);
    EXPECT_EQ(result["covariance"][2][1][1], result["variance"][2][1]);
    EXPECT_EQ(result["covariance_error"][2][1][2].get<double>(), ensemble.tally.covariance(2, 1, 2).error);
}

TEST(WriteJson, UndefinedIsNull) { EXPECT_TRUE(written(sample_ensemble())["fano"][0][1].is_null()); }

TEST(WriteJson, TotalsAndProvenanceAreThere) {
    auto result = written(sample_ensemble());
    EXPECT_EQ(result["events"], 4000000000U);
    EXPECT_EQ(result["events_per_second"], 2e9);
    EXPECT_EQ(result["fingerprint"], "000000000000feed");
    EXPECT_EQ(result["device"], "cpu (avx512, 2 threads)");
    EXPECT_EQ(result["threads"], 2);
    EXPECT_EQ(result["reaction_events"]["birth"], 123456789012345);
    EXPECT_EQ(result["provenance"]["command"], "fano run \u00b5.toml\n--cells 500");
    EXPECT_EQ(result["provenance"]["seed"], 18446744073709551615U);
}

TEST(WriteJson, WithoutATallyThereAreNoMoments) {
    auto result = written(bare_ensemble());
    EXPECT_FALSE(result.contains("mean"));
    EXPECT_FALSE(result.contains("covariance"));
    EXPECT_FALSE(result.contains("reaction_events"));
    EXPECT_EQ(result["events_per_second"], 0);  // no time passed
}

TEST(WriteJson, NamesThatAreNotUtf8DoNotStopIt) {
    auto provenance = sample_provenance();
    provenance.model_file = "m\xff.toml";
    EXPECT_EQ(written(bare_ensemble(), provenance)["provenance"]["model_file"], "m\ufffd.toml");
}

TEST(WriteJson, StreamThatTakesNothingIsReported) {
    std::ofstream closed;
    EXPECT_THROW(write_json(closed, bare_ensemble(), sample_provenance()), InputError);
}

TEST(Describe, TakesTheNetworksAndTheEnsemblesFacts) {
    Network network;
    network.name = "telegraph";
    network.file = "telegraph.toml";
    network.time_unit = "min";
    network.hash = 0xabc;
    auto provenance = describe(network, sample_ensemble(), "fano run telegraph.toml");
    EXPECT_FALSE(provenance.version.empty());
    EXPECT_EQ(provenance.command, "fano run telegraph.toml");
    EXPECT_EQ(provenance.model_name, "telegraph");
    EXPECT_EQ(provenance.model_file, "telegraph.toml");
    EXPECT_EQ(provenance.model_hash, "0000000000000abc");
    EXPECT_EQ(provenance.time_unit, "min");
    EXPECT_EQ(provenance.device, "cpu (avx512, 2 threads)");
    EXPECT_EQ(provenance.seed, 18446744073709551615U);
    ASSERT_EQ(provenance.date.size(), 20U);
    EXPECT_EQ(provenance.date[10], 'T');
    EXPECT_EQ(provenance.date[19], 'Z');
}

}  // namespace
}  // namespace fano::test
