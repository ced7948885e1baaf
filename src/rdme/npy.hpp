// Arrays of numbers from NumPy's .npy files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fano {

struct NpyArray {
    std::vector<std::uint64_t> shape;
    std::vector<double> values;  // in C order
};

// Format versions 1 to 3; booleans, whole numbers and floats, little-endian. Throws InputError.
NpyArray read_npy(std::string const& file);

}  // namespace fano
