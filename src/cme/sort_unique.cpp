#include "cme/sort_unique.hpp"

#include <algorithm>

namespace fano {

void sort_unique(std::vector<std::uint64_t>& states) {
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
}

}  // namespace fano
