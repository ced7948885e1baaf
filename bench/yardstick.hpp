// What fano is measured against: the direct method as a good programmer writes it by hand for one model.
#pragma once

#include <cstdint>
#include <vector>

namespace yardstick {

struct Result {
    std::uint64_t events = 0;
    std::vector<std::uint32_t> histogram;  //!< [time][species][count], counts clipped
    double sum_of_last = 0;                // of the last species at the last time, all cells
};

Result telegraph(std::uint64_t cells, std::vector<double> const& times);
Result vilar(std::uint64_t cells, std::vector<double> const& times);
Result schlogl(std::uint64_t cells, std::vector<double> const& times);

}  // namespace yardstick
