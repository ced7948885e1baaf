// Facts about a result as names and values, in the order in which every format writes them, and the list of
// moments that every format writes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "fano/result.hpp"

namespace fano {

struct Field {
    std::string name;
    std::variant<std::string, std::uint64_t, double> value;
};

std::vector<Field> provenance_fields(Provenance const& provenance);
// Cells, events, speed, machine, fingerprint.
std::vector<Field> run_fields(Ensemble const& ensemble);

std::string hexadecimal(std::uint64_t number);

// Whether there is anything in the tally; it is empty when it was switched off.
bool has_tally(Ensemble const& ensemble);

struct Moment {
    char const* name;
    char const* long_name;
    Estimate (Tally::*of)(std::size_t time, std::size_t output) const;
    int power_of_unit;
};

inline constexpr std::array<Moment, 5> moments{{
    {"mean", "mean over cells", &Tally::mean, 1},
    {"variance", "variance over cells", &Tally::variance, 2},
    {"skewness", "skewness over cells", &Tally::skewness, 0},
    {"fano", "Fano factor: variance / mean", &Tally::fano, 1},
    {"cv2", "squared coefficient of variation: variance / mean^2", &Tally::cv2, 0},
}};

struct Extreme {
    char const* name;
    char const* long_name;
    double (Tally::*of)(std::size_t time, std::size_t output) const;
};

inline constexpr std::array<Extreme, 2> extremes{{
    {"minimum", "smallest value of any cell", &Tally::minimum},
    {"maximum", "largest value of any cell", &Tally::maximum},
}};

}  // namespace fano
