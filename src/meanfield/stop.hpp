// The request to stop, as long computations listen to it.
#pragma once

#include <atomic>

#include "fano/error.hpp"

namespace fano {

inline void heed(std::atomic<bool> const* stop) {
    if (stop != nullptr && *stop) throw Interrupted{};
}

}  // namespace fano
