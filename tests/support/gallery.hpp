// The models of the gallery, as tests run them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fano/fano.hpp"
#include "support/source_folder.hpp"

namespace fano::test {

inline std::vector<std::string> gallery() {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(source_folder() / "models"))
        if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

inline Network gallery_network(std::string const& name) {
    return compile(read_model((source_folder() / "models" / (name + ".toml")).string()));
}

// Long enough to see every reaction, short enough for many repetitions.
inline double short_end_time(std::string const& name, Network const& network) {
    std::map<std::string, double> const shorter{
        {"vilar", 4}, {"schlogl", 0.5}, {"decay_dimerisation", 0.5}, {"lotka_volterra", 5}};
    double const own = parse_times(network.default_times).back();
    auto const found = shorter.find(name);
    return found == shorter.end() ? std::min(own, 100.0) : found->second;
}

// A name that GoogleTest takes for a test.
inline std::string test_name(::testing::TestParamInfo<std::string> const& info) { return info.param; }

}  // namespace fano::test
