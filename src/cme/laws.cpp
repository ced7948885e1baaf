#include "cme/laws.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/initial_state.hpp"
#include "model/program_builder.hpp"

namespace fano {

namespace {

constexpr unsigned char on_prefix = 1, on_row = 2, on_time = 4;

}  // namespace

Laws::Laws(Network const& network, Coordinates const& coordinates)
    : coordinates_(coordinates), rates_(network) {
    auto const& laws = rates_.laws();
    auto const initial = initial_state(network);
    slots_ = initial.mean;
    if (!network.events.empty())
        throw InputError(
            network.file, 0,
            fmt::format("event \"{}\" makes the future depend on more than the counts, which a master "
                        "equation cannot follow; take the events out, or use fano run",
                        network.events.front()));
    for (std::size_t slot = laws.species; slot < laws.slots; ++slot)
        if (initial.variance[slot] > 0)
            throw InputError(
                network.file, 0,
                fmt::format("a parameter differs from cell to cell ({}), and a master equation is that of "
                            "one parameter set; give it a value with --set, or use fano run",
                            network.cell_parameters[slot - laws.species]));

    reads_.assign(laws.registers, 0);
    writer_.assign(laws.registers, -1);
    for (std::uint32_t s = 0; s < laws.species; ++s)
        reads_[s] = static_cast<unsigned char>((coordinates.depends_on_prefix(s) ? on_prefix : 0) |
                                               (coordinates.depends_on_row(s) ? on_row : 0));
    reads_[laws.time_register] = on_time;
    for (std::uint32_t i = laws.propensities.first; i < laws.propensities.first + laws.propensities.size;
         ++i) {
        auto const& code = laws.code[i];
        writer_[code.target] = static_cast<int>(i);
        std::uint32_t const operands[] = {code.a, code.b, code.c};
        for (int k = 0; k < operand_count(code.op); ++k) reads_[code.target] |= reads_[operands[k]];
    }
    for (auto reg : laws.propensity) {
        Law law;
        find_factors(reg, false, law);
        timed_ = timed_ || (reads_[reg] & on_time) != 0;
        if (law.separable && !law.along.empty()) {
            std::sort(law.along.begin(), law.along.end());
            auto const at = std::find(along_.begin(), along_.end(), law.along);
            law.table = static_cast<int>(at - along_.begin());
            if (at == along_.end()) along_.push_back(law.along);
        }
        laws_.push_back(std::move(law));
    }
}

void Laws::find_factors(std::uint32_t reg, bool inverse, Law& law) const {
    using kernels::Op;
    auto const reads = reads_[reg] & (on_prefix | on_row);
    if ((reads & on_row) != 0 && writer_[reg] >= 0) {
        // Taken apart as far as it goes: constants belong to the row, so that reactions whose propensities are the
        // same along rows but for a constant share a table.
        auto const& code = rates_.laws().code[static_cast<std::size_t>(writer_[reg])];
        if (code.op == Op::multiply || code.op == Op::divide) {
            find_factors(code.a, inverse, law);
            find_factors(code.b, inverse != (code.op == Op::divide), law);
            return;
        }
        if (code.op == Op::multiply_constant) {
            law.constant *= inverse ? 1 / code.constant : code.constant;
            find_factors(code.a, inverse, law);
            return;
        }
    }
    if ((reads & on_row) == 0)
        law.of_row.push_back({reg, inverse});
    else if (reads_[reg] == on_row)
        law.along.push_back({reg, inverse});
    else
        law.separable = false;
}

double Laws::product(std::vector<Factor> const& factors) const {
    double value = 1;
    for (auto const& factor : factors)
        value = factor.inverse ? value / rates_.value(factor.reg) : value * rates_.value(factor.reg);
    return value;
}

void Laws::at_row(std::uint64_t prefix, std::int64_t along, double time) {
    coordinates_.counts(prefix, along, slots_.data());
    rates_.set(slots_.data(), time);
    rates_.propensities();
}

std::vector<kernels::Interval<double>> Laws::bounds(std::uint64_t prefix, std::int64_t along, double from,
                                                    double to) {
    coordinates_.counts(prefix, along, slots_.data());
    return rates_.bounds(slots_.data(), from, to);
}

double Laws::row_factor(std::size_t reaction) const {
    auto const& law = laws_[reaction];
    return law.separable ? law.constant * product(law.of_row) : 1;
}

double Laws::table_value(std::size_t table) const { return product(along_[table]); }

}  // namespace fano
