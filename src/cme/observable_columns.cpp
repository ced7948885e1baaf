// Runs the program of the outputs over as many states at a time as a lane block holds.
#include "cme/observable_columns.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/core/program.hpp"
#include "meanfield/initial_state.hpp"

namespace fano {

namespace {

// To whole numbers of quanta; halves go to the even one, as in a tally.
void round_column(std::span<double const> p, double* column, double quantum) {
    constexpr double shifter = 0x1.8p52;  // adding it rounds numbers below `limit` to whole ones
    constexpr double limit = 0x1p51;
    for (std::size_t i = 0; i < p.size(); ++i) {
        double const whole = (column[i] / quantum + shifter) - shifter;
        column[i] = std::abs(whole) < limit && p[i] != 0 ? whole : kernels::not_a_number;
    }
}

}  // namespace

ObservableColumns::ObservableColumns(Network const& network, double time)
    : tables_(*network.tables), species_(network.species.size()), outputs_(network.outputs) {
    if (size() == 0) return;
    registers_.assign(tables_.scalars.registers, kernels::BlockReal(0.0));
    auto const slots = initial_state(network).mean;
    std::copy(slots.begin(), slots.end(), registers_.begin());
    for (auto const& c : tables_.constants) registers_[c.reg] = c.value;
    registers_[tables_.scalars.time_register] = time;
    for (std::uint32_t i = 0; i < width; ++i) kernels::set(ramp_, i, i);
    columns_.resize(size() * RowBlock::most_states);
}

void ObservableColumns::evaluate(RowBlock const& block) {
    if (size() == 0) return;
    for (std::size_t first = 0; first < block.p.size(); first += width) {
        for (std::size_t s = 0; s < species_; ++s)
            registers_[s] =
                kernels::BlockReal(block.count(s, first)) + ramp_ * kernels::BlockReal(block.step[s]);
        kernels::evaluate(tables_.code.data(), tables_.scalars.outputs, registers_.data());
        for (std::size_t i = 0; i < size(); ++i)
            std::memcpy(&columns_[i * RowBlock::most_states + first],
                        &registers_[tables_.output[species_ + i]], sizeof(kernels::BlockReal));
    }
    for (std::size_t i = 0; i < size(); ++i)
        round_column(block.p, &columns_[i * RowBlock::most_states], outputs_[species_ + i].quantum);
}

}  // namespace fano
