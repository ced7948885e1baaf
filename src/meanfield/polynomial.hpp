// Propensities as polynomials in the counts, where they are such: what moment equations are made of.
#pragma once

#include <map>
#include <vector>

#include "meanfield/initial_state.hpp"
#include "meanfield/multi_index.hpp"

namespace fano {

class Polynomial {
public:
    Polynomial(std::size_t variables, double constant);
    static Polynomial variable(std::size_t variables, std::size_t which);

    // Coefficients other than 0.
    std::map<Exponents, double> const& terms() const { return terms_; }
    std::size_t degree() const;
    bool is_constant() const { return degree() == 0; }
    double constant() const;  // the coefficient of 1
    double at(double const* x) const;

    Polynomial& operator+=(Polynomial const& other);
    Polynomial& operator*=(double factor);
    friend Polynomial operator*(Polynomial const& a, Polynomial const& b);

private:
    void add(Exponents const& m, double coefficient);

    std::size_t variables_;
    std::map<Exponents, double> terms_;
};

// [reaction], in the counts of all species. Counts that never change and the cell's own parameters are taken as
// numbers, at their means. Throws InputError for a propensity that depends on time or is no polynomial.
std::vector<Polynomial> polynomial_propensities(Network const& network, InitialState const& initial);

}  // namespace fano
