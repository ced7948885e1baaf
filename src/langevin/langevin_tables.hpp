// The tables of the Langevin equation, owned, made from a network; the kernels read them through LangevinTable.
#pragma once

#include "kernels/langevin/langevin_table.hpp"
#include "tau/leap_tables.hpp"

namespace fano {

class LangevinTables {
public:
    // Throws InputError for networks to which the equation does not apply, by the name of what makes them so: a
    // species of which there are always few, beside what LeapTables refuses.
    LangevinTables(Network const& network, EnsembleOptions const& options);

    kernels::LangevinTable view() const;
    LeapTables const& rates() const { return rates_; }
    std::vector<kernels::ConstantEntry> const& constants() const { return rates_.constants(); }

private:
    LeapTables rates_;
    double step_;
    bool halves_;
};

// The network with outputs that need not be whole: in 256ths.
Network with_real_outputs(Network network);

// What a user should know of an ensemble's `few` and `negative` samples.
std::vector<std::string> langevin_warnings(Network const& network, Ensemble const& ensemble);
// A step that is longer than a species takes to relax, at the beginning, as a warning; else nothing.
std::string long_step_warning(Network const& network, double step);

}  // namespace fano
