// What a number must be to stand for a number of molecules.
#pragma once

#include <string>

namespace fano {

inline constexpr double largest_molecule_count = 2147483647;  // 2^31 - 1

// What is wrong with `value` as a number of molecules, as "a count cannot be negative"; empty if nothing is.
std::string count_problem(double value);

// The shortest text that reads back as `value`.
std::string number_text(double value);

}  // namespace fano
