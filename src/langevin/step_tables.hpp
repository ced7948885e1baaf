// What a run needs of its method besides the network's tables: nothing for the exact one.
#pragma once

#include <optional>

#include "langevin/langevin_tables.hpp"

namespace fano {

class StepTables {
public:
    StepTables() = default;
    // Throws InputError for networks that the method cannot take.
    StepTables(Network const& network, EnsembleOptions const& options) {
        if (options.method == Method::tau)
            leap_.emplace(network, Method::tau, options.epsilon, options.stiff);
        if (options.method == Method::langevin) langevin_.emplace(network, options);
    }

    bool exact() const { return !leap_ && !langevin_; }
    LeapTables const* leap() const { return leap_ ? &*leap_ : nullptr; }
    LangevinTables const* langevin() const { return langevin_ ? &*langevin_ : nullptr; }

private:
    std::optional<LeapTables> leap_;
    std::optional<LangevinTables> langevin_;
};

}  // namespace fano
