// What a device without enough memory says.
#include "backend/accelerator.hpp"

#include <fmt/format.h>

namespace fano {

DeviceMemoryError::DeviceMemoryError(std::string const& device, std::size_t asked_bytes,
                                     std::size_t free_bytes)
    : DeviceError(fmt::format("{} has {:.3g} GB of memory free, and {:.3g} GB more are needed; end other "
                              "programs that use it, ask for fewer sample times, or run on the CPU",
                              device, static_cast<double>(free_bytes) * 1e-9,
                              static_cast<double>(asked_bytes) * 1e-9)),
      asked(asked_bytes),
      free(free_bytes) {}

}  // namespace fano
