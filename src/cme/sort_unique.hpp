// Sets of states as sorted 64-bit words, each once.
#pragma once

#include <cstdint>
#include <vector>

namespace fano {

void sort_unique(std::vector<std::uint64_t>& states);
// By Thrust. Throws BackendError if there is no such GPU.
void sort_unique_on_gpu(std::vector<std::uint64_t>& states, int gpu);

}  // namespace fano
