// The Langevin equation as one writes it by hand for one model.
#pragma once

#include <cstdint>

namespace yardstick {

struct LangevinResult {
    std::uint64_t steps;
    double variance;  // of P at the end
};

LangevinResult two_stages(std::uint64_t cells, double step, double end);

}  // namespace yardstick
