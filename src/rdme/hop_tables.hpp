// Alias tables of joint hops.
#pragma once

#include <vector>

#include "kernels/rdme/lattice_view.hpp"

namespace fano {

class HopTables {
public:
    // Molecules leave through each of `faces` faces with `probability`, faces * probability <= 1.
    HopTables(double probability, int faces);
    kernels::HopTable view() const;

    std::vector<std::uint32_t> const& threshold() const { return threshold_; }
    std::vector<std::uint32_t> const& tail() const { return tail_; }
    std::vector<std::uint32_t> const& outcome() const { return outcome_; }
    std::vector<std::uint64_t> const& wide() const { return wide_; }

private:
    void add(std::uint32_t molecules);

    double probability_;
    int faces_;
    std::uint32_t index_bits_ = 0, last_bits_ = 0;
    std::vector<std::uint32_t> threshold_, tail_, outcome_;
    std::vector<std::uint64_t> wide_;
};

}  // namespace fano
