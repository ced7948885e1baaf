// What all models share: finding and setting quantities, suggestions, and reading files of every kind.
#include "fano/model.hpp"

#include <filesystem>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>
#include <unistd.h>

#include "fano/error.hpp"

namespace {

using namespace fano;

Model example() {
    return read_toml(R"toml(
[volumes]
cell = 1
[species]
mRNA = { distribution = "poisson", mean = 5 }
[parameters]
k = { distribution = "gamma", mean = 1, cv = 1 }
[observables]
twice = "2*mRNA"
[reactions.make]
equation = "-> mRNA"
rate = "k"
)toml",
                     "example.toml");
}

template <class Action>
void expect_message(Action const& action, std::vector<std::string> const& words) {
    try {
        action();
    } catch (InputError const& error) {
        std::string const message = error.what();
        for (auto const& word : words)
            EXPECT_NE(message.find(word), std::string::npos) << word << "\nin: " << message;
        return;
    }
    ADD_FAILURE() << "accepted, but should have said: " << words.front();
}

void expect_not_set(std::string const& id, double value, std::vector<std::string> const& words) {
    auto model = example();
    expect_message([&] { model.set(id, value); }, words);
}

// A folder for the files of one test.
class ReadModel : public testing::Test {
protected:
    void SetUp() override {
        auto const* test = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  ("fano_model_" + std::to_string(getpid()) + "_" + test->name());
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(std::string const& name, std::string const& text) const {
        auto const file = (folder_ / name).string();
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }
    void expect_refused(std::string const& file, std::vector<std::string> words) const {
        words.push_back(file);
        expect_message([&] { read_model(file); }, words);
    }

    std::string const toml_ = "[species]\nX = 1\n[reactions.make]\nequation = \"-> X\"\nrate = 1\n";
    std::filesystem::path folder_;
};

TEST(Model, FindsQuantitiesById) {
    auto const model = example();
    ASSERT_NE(model.find("mRNA"), nullptr);
    EXPECT_EQ(model.find("mRNA")->kind, QuantityKind::species);
    EXPECT_EQ(model.find("mrna"), nullptr);
    EXPECT_EQ(model.find(""), nullptr);
    EXPECT_EQ(Model().find("X"), nullptr);
}

TEST(Model, SetsCountsParametersAndVolumesInPlaceOfDistributions) {
    auto model = example();
    model.set("mRNA", 7);
    EXPECT_FALSE(model.find("mRNA")->distribution);
    EXPECT_EQ(model.find("mRNA")->initial.number(), 7);
    model.set("k", -2.5);
    EXPECT_FALSE(model.find("k")->distribution);
    EXPECT_EQ(model.find("k")->initial.number(), -2.5);
    model.set("cell", 3);
    EXPECT_EQ(model.find("cell")->initial.number(), 3);
    model.set("mRNA", 0);
    model.set("mRNA", 2147483647);
}

TEST(Model, SetsNothingOutOfRange) {
    auto const infinity = std::numeric_limits<double>::infinity();
    expect_not_set("mRNA", -1, {"mRNA to -1", "a count cannot be negative"});
    expect_not_set("mRNA", 1.5, {"mRNA to 1.5", "whole"});
    expect_not_set("mRNA", 2147483648.0, {"2147483647"});
    expect_not_set("mRNA", infinity, {"finite"});
    expect_not_set("k", infinity, {"k to inf", "finite"});
    expect_not_set("k", std::numeric_limits<double>::quiet_NaN(), {"k to nan", "finite"});
    expect_not_set("cell", 0, {"more than 0"});
}

TEST(Model, SetsOnlyWhatIsDeclaredAndFree) {
    expect_not_set("mrna", 1, {"example.toml", "\"mrna\"", "did you mean \"mRNA\"?"});
    expect_not_set("nothing_like_it", 1, {"\"nothing_like_it\""});
    expect_not_set("twice", 1, {"twice", "observable"});
    auto model = example();
    model.find("k")->rule = Expression::name("cell");
    expect_message([&] { model.set("k", 1); }, {"k to 1", "rule", "cell"});
}

TEST(Suggest, FindsTheNearestName) {
    EXPECT_EQ(suggest("mrna", {"mRNA", "mRNB"}), " (did you mean \"mRNA\"?)");
    EXPECT_EQ(suggest("k_xt", {"k_on", "k_tx"}), " (did you mean \"k_tx\"?)");
    EXPECT_EQ(suggest("protien", {"mRNA", "protein"}), " (did you mean \"protein\"?)");
    EXPECT_EQ(suggest("gama", {"gamma", "Gamma"}), " (did you mean \"gamma\"?)");
    EXPECT_EQ(suggest("p", {"X", "P"}), " (did you mean \"P\"?)");
}

TEST(Suggest, StaysSilentIfNothingIsNear) {
    EXPECT_EQ(suggest("mRNA", {}), "");
    EXPECT_EQ(suggest("", {"X"}), "");
    EXPECT_EQ(suggest("A", {"B", "C"}), "");
    EXPECT_EQ(suggest("protein", {"mRNA", "k_on"}), "");
}

TEST_F(ReadModel, TellsTheFormByTheContent) {
    EXPECT_EQ(read_model(write("model.xml", toml_)).reactions.size(), 1u);
    // Not valid SBML, so the SBML reader refuses it; the TOML reader would have said "not TOML".
    try {
        read_model(write("model.toml", "\n  <nonsense/>"));
        ADD_FAILURE() << "accepted";
    } catch (InputError const& error) {
        EXPECT_EQ(std::string(error.what()).find("TOML"), std::string::npos) << error.what();
    }
}

TEST_F(ReadModel, ToleratesAByteOrderMark) {
    EXPECT_EQ(read_model(write("model.toml", "\xEF\xBB\xBF" + toml_)).quantities.size(), 1u);
}

TEST_F(ReadModel, ToleratesWindowsLineEnds) {
    auto text = toml_;
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
        text.replace(at, 1, "\r\n");
    EXPECT_EQ(read_model(write("model.toml", text)).quantities[0].line, 2);
}

TEST_F(ReadModel, SaysThatThereIsNoFile) {
    expect_refused((folder_ / "missing.toml").string(), {"no such file"});
    expect_refused("", {"no such file"});
}

TEST_F(ReadModel, SaysThatItIsAFolder) { expect_refused(folder_.string(), {"folder"}); }

TEST_F(ReadModel, SaysThatTheFileIsEmpty) {
    expect_refused(write("empty.toml", ""), {"empty", "species and reactions"});
    expect_refused(write("blank.toml", " \n\t\r\n"), {"empty"});
    expect_refused(write("mark.toml", "\xEF\xBB\xBF\n"), {"empty"});
}

TEST_F(ReadModel, SaysThatTheFileIsInAnotherEncoding) {
    expect_refused(write("wide.toml", std::string("\xFF\xFEn\0", 4)), {"UTF-16", "UTF-8"});
}

TEST_F(ReadModel, SaysThatReadingFailed) {
    // A file that opens but gives an error when read.
    std::string const file = "/proc/self/mem";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "only Linux has such a file";
    expect_refused(file, {"cannot be read"});
}

TEST_F(ReadModel, SaysThatTheFileMayNotBeRead) {
    auto const file = write("secret.toml", toml_);
    std::filesystem::permissions(file, std::filesystem::perms::none);
    if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
    expect_refused(file, {"cannot be read", "ermission"});
}

}  // namespace
