// run_rdme on GPUs that are handed over: those of this machine, or a test's.
#pragma once

#include "fano/rdme.hpp"
#include "rdme/device_lattices.hpp"

namespace fano {

// On processors if there are none. `tile`: of lattices that are cut into tiles; chosen by default.
RdmeResult run_rdme_on(Model const& model, RdmeOptions const& options,
                       std::vector<std::unique_ptr<Accelerator>> gpus,
                       std::optional<DeviceLattices::TileSize> tile = {});

}  // namespace fano
