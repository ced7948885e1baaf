// Whole, not negative, within 32 bits: see count.hpp.
#include "model/count.hpp"

#include <charconv>
#include <cmath>

namespace fano {

std::string count_problem(double value) {
    if (std::isnan(value)) return "a count must be a number";
    if (std::isinf(value)) return "a count must be finite";
    if (value < 0) return "a count cannot be negative";
    if (value != std::floor(value)) return "a count of molecules must be whole";
    if (value > largest_molecule_count) return "counts go up to 2147483647";
    return {};
}

std::string number_text(double value) {
    char text[32];
    auto const end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

}  // namespace fano
