// Runs a birth with means instead of draws, and adds up the variances that the distributions have.
#include "meanfield/initial_state.hpp"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/ssa/birth.hpp"
#include "model/program_builder.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

using kernels::BirthKind;

struct Moments {
    double mean, variance;
};

// Of a standard normal X, given X > bound: mean of the excess X - bound, and variance. By the inverse Mills
// ratio; far out, where that is nearly the bound, by Laplace's continued fraction for their difference
// (Abramowitz & Stegun 26.2.14).
Moments normal_above(double bound) {
    if (bound < 3) {
        double const density = std::exp(-0.5 * bound * bound) / std::sqrt(2 * std::numbers::pi);
        double const ratio = density / (0.5 * std::erfc(bound / std::numbers::sqrt2));
        return {ratio - bound, 1 - ratio * (ratio - bound)};
    }
    double tail = 0;
    for (int n = 100; n >= 2; --n) tail = n / (bound + tail);
    double const sum = bound + tail;
    return {1 / sum, (tail * sum - 1) / (sum * sum)};
}

Moments moments(BirthKind kind, double a, double b) {
    switch (kind) {
        case BirthKind::expression:
            return {a, 0};
        case BirthKind::poisson:
            return {a, a};
        case BirthKind::binomial:
            return {a * b, a * b * (1 - b)};
        case BirthKind::negative_binomial:
            return {a, a * b};
        case BirthKind::uniform_whole:
            return {0.5 * (a + b), ((b - a + 1) * (b - a + 1) - 1) / 12};
        case BirthKind::lognormal:
        case BirthKind::gamma:
            return {a, a * b * a * b};
        case BirthKind::positive_normal: {
            if (b == 0) return {a, 0};
            auto const [excess, variance] = normal_above(-a / b);
            return {b * excess, b * b * variance};
        }
        case BirthKind::uniform:
            return {0.5 * (a + b), (b - a) * (b - a) / 12};
    }
    return {kernels::not_a_number, kernels::not_a_number};
}

class Birth {
public:
    explicit Birth(Network const& network)
        : network_(network),
          tables_(*network.tables),
          registers_(tables_.scalars.registers),
          drawn_(tables_.scalars.registers) {
        std::copy(tables_.initial.begin(), tables_.initial.end(), registers_.begin());
        for (auto const& c : tables_.constants) registers_[c.reg] = c.value;
        registers_[tables_.scalars.time_register] = 0;
    }

    InitialState run() {
        InitialState state;
        state.variance.resize(tables_.scalars.slots);
        std::string replaced;
        for (auto const& entry : tables_.births) {
            bool const from_drawn = evaluate(entry.arguments, entry);
            auto const m = checked(entry, from_drawn);
            registers_[entry.slot] = m.mean;
            state.variance[entry.slot] = m.variance;
            drawn_[entry.slot] = from_drawn || m.variance > 0;
            if (from_drawn)
                state.notes.push_back(
                    fmt::format("\"{}\" at birth, {}, is evaluated at the means of what it reads; the spread "
                                "that it gets "
                                "from them is left out",
                                tables_.slot_names[entry.slot], text(entry.slot)));
            if (drawn_[entry.slot] && entry.slot >= tables_.scalars.species)
                replaced += fmt::format("{}{} = {:.6g}", replaced.empty() ? "" : ", ",
                                        tables_.slot_names[entry.slot], m.mean);
        }
        if (!replaced.empty())
            state.notes.push_back("parameters that differ between cells are replaced by their means: " +
                                  replaced);
        state.mean.assign(registers_.begin(), registers_.begin() + tables_.scalars.slots);
        return state;
    }

private:
    // Returns whether the arguments read anything that was drawn.
    bool evaluate(kernels::Program program, kernels::BirthEntry const& entry) {
        kernels::evaluate(tables_.code.data(), program, registers_.data());
        for (std::uint32_t i = program.first; i < program.first + program.size; ++i) {
            auto const& instruction = tables_.code[i];
            std::uint32_t const operands[] = {instruction.a, instruction.b, instruction.c};
            bool any = false;
            for (int k = 0; k < operand_count(instruction.op); ++k) any = any || drawn_[operands[k]];
            drawn_[instruction.target] = any;
        }
        return drawn_[entry.a] || (entry.kind != BirthKind::poisson && drawn_[entry.b]);
    }

    // What a birth would refuse is refused, but for means that need not be whole where the numbers behind
    // them are.
    Moments checked(kernels::BirthEntry const& entry, bool from_drawn) const {
        double a = registers_[entry.a], b = registers_[entry.b];
        bool const counts = entry.kind == BirthKind::binomial || entry.kind == BirthKind::uniform_whole;
        auto const whole = [&](double x) { return from_drawn && counts ? std::round(x) : x; };
        bool const valid = kernels::valid_birth_arguments(
            entry.kind, whole(a), entry.kind == BirthKind::uniform_whole ? whole(b) : b);
        auto const& name = tables_.slot_names[entry.slot];
        if (!valid)
            fail(
                fmt::format("the distribution of \"{}\" has an argument out of range ({}, {}); see "
                            "docs/models.md for what each takes",
                            name, a, b));
        auto const m = moments(entry.kind, a, b);
        if (entry.whole == 0) return m;
        if (!(m.mean >= 0 && m.mean <= kernels::largest_count))
            fail(fmt::format("the initial count of \"{}\" is {}; counts go from 0 to 2147483647", name,
                             m.mean));
        if (entry.kind != BirthKind::expression || from_drawn) return m;
        double const count = kernels::whole_number(m.mean);
        if (std::isnan(count))
            fail(
                fmt::format("the initial count of \"{}\" is {}; a count is a whole number. Use floor(...) in "
                            "its formula",
                            name, m.mean));
        return {count, 0};
    }

    std::string text(std::uint32_t slot) const {
        auto const species = tables_.scalars.species;
        if (slot < species) return network_.initial[slot];
        auto const& line = network_.cell_parameters[slot - species];  // "k = formula"
        return line.substr(tables_.slot_names[slot].size() + 3);
    }

    [[noreturn]] void fail(std::string const& message) const { throw InputError(network_.file, 0, message); }

    Network const& network_;
    NetworkTables const& tables_;
    std::vector<double> registers_;
    std::vector<bool> drawn_;  //!< [register] whether it differs between cells
};

}  // namespace

InitialState initial_state(Network const& network) { return Birth{network}.run(); }

}  // namespace fano
