// `fano devices`: what this machine can run cells on.
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "fano/device.hpp"

namespace fano::cli {

void add_devices(CLI::App& app) {
    auto* const command =
        app.add_subcommand("devices", "List the GPUs and CPU builds that can run cells here");
    command->callback([] {
        for (auto const& device : survey_devices())
            fmt::print("{:<10} {:<4} {}\n", device.name, device.available ? "yes" : "no", device.description);
    });
}

}  // namespace fano::cli
