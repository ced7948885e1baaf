// The differential equations of means and central moments.
//
// Central moments and not moments about 0, because the variance of a large count is a small difference of its large
// raw moments, and counts in units of about their standard deviation, so that moments of all orders are of like size
// and one tolerance suits them all.
#pragma once

#include "fano/moments.hpp"
#include "meanfield/closures.hpp"
#include "meanfield/polynomial.hpp"

namespace fano {

// With z = x - mu, jumps v and propensities expanded about the means, a(x) = sum over k of c_k(mu) z^k:
//   d mu/dt = sum over reactions of v <a>,   and for each m of order 2 or more
//   d<z^m>/dt = sum over reactions, over d with 0 < d <= m, of choose(m, d) v^d <z^(m-d) a>
//             - sum over i of m_i (d mu_i/dt) <z^(m-e_i)>,
// where the last sum is taken into the terms with d = e_i: <z^(m-d) z^k> - <z^(m-d)> <z^k>.
class MomentSystem {
public:
    // `unit`: [species], of the counts in the equations.
    MomentSystem(Network const& network, std::vector<Polynomial> const& propensities,
                 std::vector<double> unit, MomentOptions const& options);

    std::size_t size() const { return indices_.size(); }
    // By number: first the means, then central moments.
    MultiIndices const& indices() const { return indices_; }
    // In the units of the equations, and back.
    double in_units(std::size_t i, double moment) const { return moment / power(unit_.data(), indices_[i]); }
    double in_counts(std::size_t i, double moment) const { return moment * power(unit_.data(), indices_[i]); }
    // Whether moments beyond those kept are needed.
    bool closed() const { return !beyond_.empty(); }

    void slope(double const* y, double* out);

private:
    // A coefficient c_k of a reaction's propensity: a polynomial in the means.
    struct Taylor {
        std::vector<std::pair<Exponents, double>> terms;
    };
    // weight * c_k * (<z^first> - <z^second> <z^third>); the difference is left out if `second` is `none`.
    struct Term {
        double weight;
        std::size_t coefficient, first, second, third;
    };

    void add_reaction(NetworkReaction const& reaction, Polynomial const& propensity);
    void add_equation(std::size_t equation, Exponents const& jump, std::vector<double> const& change,
                      std::vector<std::pair<Exponents, std::size_t>> const& expansion);
    std::size_t place(Exponents const& m);

    MultiIndices indices_;
    std::vector<double> unit_;
    std::vector<Taylor> coefficients_;
    std::vector<std::vector<Term>> equations_;  //!< [moment]
    // Values: 1, the means' places (0: central moments of order 1), the moments kept, those beyond.
    std::vector<Exponents> beyond_;
    std::map<Exponents, std::size_t> beyond_number_;
    std::unique_ptr<ClosureRule> closure_;
    std::vector<double> coefficient_values_, values_;
};

}  // namespace fano
