// The tables of methods whose steps hold many firings, owned, made from a network; the kernels read them through LeapTable.
#pragma once

#include "fano/ensemble.hpp"
#include "kernels/tau/leap_table.hpp"
#include "model/rate_laws.hpp"

namespace fano {

class LeapTables {
public:
    // Throws InputError for networks in which a leap has no bounded error, by the name of what makes them so.
    LeapTables(Network const& network, Method method, double epsilon, bool stiff = false);

    kernels::LeapTable view() const;
    std::vector<kernels::ConstantEntry> const& constants() const { return laws_.constants; }

private:
    void find_pairs(Network const& network);

    RateLaws laws_;
    double epsilon_;
    std::vector<kernels::LeapLimit> limits_;
    std::vector<kernels::LeapLoss> losses_;
    std::vector<std::uint32_t> first_change_;
    std::vector<kernels::Change> changes_;
    std::vector<kernels::LeapPair> pairs_;
    std::vector<kernels::LeapCoupling> couplings_;
};

}  // namespace fano
