// Values of observables in the states of a block, in multiples of their quanta.
#pragma once

#include <vector>

#include "cme/row_block.hpp"
#include "kernels/core/lane_vector.hpp"
#include "model/tables.hpp"

namespace fano {

class ObservableColumns {
public:
    ObservableColumns(Network const& network, double time);

    std::size_t size() const { return outputs_.size() - species_; }
    void evaluate(RowBlock const& block);
    // Not a number: the value is none that can be summed, or the state has no probability.
    double const* column(std::size_t i) const { return &columns_[i * RowBlock::most_states]; }

private:
    static constexpr std::uint32_t width = kernels::BlockLane::width;
    static_assert(RowBlock::most_states % width == 0);

    NetworkTables const& tables_;
    std::size_t species_;
    std::vector<Output> const& outputs_;
    std::vector<kernels::BlockReal> registers_;
    kernels::BlockReal ramp_{0.0};  // 0, 1, 2, ...
    std::vector<double> columns_;
};

}  // namespace fano
