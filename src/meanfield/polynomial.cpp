// Runs the program of the propensities with polynomials in its registers.
#include "meanfield/polynomial.hpp"

#include <optional>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "meanfield/linearise.hpp"
#include "model/program_builder.hpp"
#include "model/rate_laws.hpp"

namespace fano {

Polynomial::Polynomial(std::size_t variables, double constant) : variables_(variables) {
    add(Exponents(variables), constant);
}

Polynomial Polynomial::variable(std::size_t variables, std::size_t which) {
    Polynomial p{variables, 0};
    p.add(unit_exponents(variables, which), 1);
    return p;
}

void Polynomial::add(Exponents const& m, double coefficient) {
    if (coefficient == 0) return;
    double& sum = terms_[m];
    sum += coefficient;
    if (sum == 0) terms_.erase(m);
}

std::size_t Polynomial::degree() const {
    std::size_t most = 0;
    for (auto const& [m, coefficient] : terms_) most = std::max(most, order_of(m));
    return most;
}

double Polynomial::constant() const {
    auto const found = terms_.find(Exponents(variables_));
    return found == terms_.end() ? 0.0 : found->second;
}

double Polynomial::at(double const* x) const {
    double sum = 0;
    for (auto const& [m, coefficient] : terms_) sum += coefficient * power(x, m);
    return sum;
}

Polynomial& Polynomial::operator+=(Polynomial const& other) {
    for (auto const& [m, coefficient] : other.terms_) add(m, coefficient);
    return *this;
}

Polynomial& Polynomial::operator*=(double factor) {
    if (factor == 0) terms_.clear();
    for (auto& [m, coefficient] : terms_) coefficient *= factor;
    return *this;
}

Polynomial operator*(Polynomial const& a, Polynomial const& b) {
    Polynomial product{a.variables_, 0};
    for (auto const& [m, x] : a.terms_)
        for (auto const& [n, y] : b.terms_) product.add(m + n, x * y);
    return product;
}

namespace {

using kernels::Instruction;
using kernels::Op;

// What a register holds: a polynomial, unless it depends on time or is none.
struct Content {
    std::optional<Polynomial> polynomial;
    bool timed = false;
};

class Expansion {
public:
    Expansion(RateLaws const& laws, std::vector<bool> const& varying, InitialState const& initial)
        : laws_(laws), variables_(laws.species), contents_(laws.registers) {
        for (std::uint32_t s = 0; s < laws.slots; ++s)
            contents_[s].polynomial = s < laws.species && varying[s]
                                          ? Polynomial::variable(variables_, s)
                                          : Polynomial{variables_, initial.mean[s]};
        contents_[laws.time_register].timed = true;
        for (auto const& c : laws.constants) contents_[c.reg].polynomial = Polynomial{variables_, c.value};
        for (std::uint32_t i = 0; i < laws.propensities.size; ++i)
            run(laws.code[laws.propensities.first + i]);
    }

    Content const& propensity(std::size_t reaction) const { return contents_[laws_.propensity[reaction]]; }

private:
    void run(Instruction const& i) {
        Content& target = contents_[i.target];
        target = {};
        std::vector<Content const*> operands;
        for (int k = 0; k < operand_count(i.op); ++k) {
            std::uint32_t const registers[] = {i.a, i.b, i.c};
            operands.push_back(&contents_[registers[k]]);
            target.timed = target.timed || operands.back()->timed;
        }
        bool numbers = true;
        for (auto const* operand : operands) {
            if (!operand->polynomial) return;
            numbers = numbers && operand->polynomial->is_constant();
        }
        target.polynomial = numbers ? number(i, operands) : combine(i, operands);
    }

    Polynomial number(Instruction const& i, std::vector<Content const*> const& operands) const {
        double registers[4] = {};
        for (std::size_t k = 0; k < operands.size(); ++k) registers[k] = operands[k]->polynomial->constant();
        Instruction const alone{i.op, 3, 0, 1, 2, i.constant};
        kernels::evaluate(&alone, kernels::Program{0, 1}, &registers[0]);
        return {variables_, registers[3]};
    }

    std::optional<Polynomial> combine(Instruction const& i,
                                      std::vector<Content const*> const& operands) const {
        Polynomial a = *operands[0]->polynomial;
        auto const b = [&] { return *operands[1]->polynomial; };
        switch (i.op) {
            case Op::add:
                return a += b();
            case Op::subtract: {
                Polynomial negative = b();
                return a += (negative *= -1);
            }
            case Op::multiply:
                return a * b();
            case Op::divide:
                if (!b().is_constant()) return std::nullopt;
                return a *= 1 / b().constant();
            case Op::negate:
                return a *= -1;
            case Op::add_constant:
                return a += Polynomial{variables_, i.constant};
            case Op::multiply_constant:
                return a *= i.constant;
            case Op::power_whole: {
                Polynomial product{variables_, 1};
                for (int k = 0; k < static_cast<int>(i.constant); ++k) product = product * a;
                return product;
            }
            default:
                return std::nullopt;
        }
    }

    RateLaws const& laws_;
    std::size_t variables_;
    std::vector<Content> contents_;  //!< [register]
};

}  // namespace

std::vector<Polynomial> polynomial_propensities(Network const& network, InitialState const& initial) {
    RateLaws const laws = rate_laws(network);
    Expansion const expansion{laws, varying_species(network, initial), initial};
    std::vector<Polynomial> propensities;
    for (std::size_t r = 0; r < network.reactions.size(); ++r) {
        auto const& [polynomial, timed] = expansion.propensity(r);
        if (!polynomial)
            throw InputError(
                network.file, 0,
                fmt::format(
                    "moment equations need propensities that are polynomials of the counts with "
                    "coefficients that do not change, and that of reaction \"{}\", {}, {}; use fano lna, or "
                    "simulate cells with fano run",
                    network.reactions[r].id, network.reactions[r].propensity,
                    timed ? "depends on time" : "is none"));
        propensities.push_back(*polynomial);
    }
    return propensities;
}

}  // namespace fano
