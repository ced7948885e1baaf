// The propensities of a network and their derivatives as one program over counts that need not be whole: what
// leaps, differential equations and moments are made of.
#pragma once

#include <vector>

#include "fano/network.hpp"
#include "kernels/core/interval.hpp"
#include "kernels/ssa/table.hpp"

namespace fano {

struct RateLaws {
    // Of a reaction's propensity, by a slot (species first) or by the time.
    struct Derivative {
        std::uint32_t reaction, by, reg;
    };

    std::uint32_t species, slots, time_register, registers;
    std::vector<kernels::Instruction> code;
    std::vector<kernels::ConstantEntry> constants;
    kernels::Program propensities, derivatives;  // the second after the first
    std::vector<std::uint32_t> propensity;       //!< [reaction] register
    std::vector<Derivative> derivative;          // those that are not 0 everywhere, by reaction, then by slot
    std::vector<std::uint32_t> jumping;          // reactions whose propensity can jump
};

RateLaws rate_laws(Network const& network);

// Rate laws at work in plain numbers.
class Rates {
public:
    explicit Rates(Network const& network);

    RateLaws const& laws() const { return laws_; }
    // `slots`: counts of the species, then the cell's own parameters.
    void set(double const* slots, double time);
    // Of the state set last. derivatives() needs propensities() of the same state.
    void propensities();
    void derivatives();
    double propensity(std::uint32_t reaction) const { return registers_[laws_.propensity[reaction]]; }
    double value(std::uint32_t reg) const { return registers_[reg]; }
    double derivative(RateLaws::Derivative const& d) const { return registers_[d.reg]; }

    // Bounds of all propensities from one time to another at these slots, by interval arithmetic: what they really do may
    // be less.
    std::vector<kernels::Interval<double>> bounds(double const* slots, double from, double to) const;

private:
    RateLaws laws_;
    std::vector<double> registers_;
};

}  // namespace fano
