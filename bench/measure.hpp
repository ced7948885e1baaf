// What the benchmarks share: medians, the gallery's models and the clock on the wall.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// A model of the gallery. FANO_SOURCE_DIR in the environment names the folder with models/ where the
// benchmark runs on another machine than the one that built it.
inline std::string model_file(std::string const& name) {
    char const* const elsewhere = std::getenv("FANO_SOURCE_DIR");
    std::string const folder =
        elsewhere != nullptr && *elsewhere != '\0' ? std::string{elsewhere} + "/models" : FANO_MODELS;
    return folder + "/" + name + ".toml";
}

}  // namespace bench
