// Exact answers for reaction systems: closed forms of count distributions, and finite Markov chains solved to
// rounding. Nothing here knows of the simulator that is held against it.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace fano::test {

// Probabilities of the counts 0, 1, 2, ...; what lies beyond the end is less than 1e-15.
using Probabilities = std::vector<double>;

struct Moments {
    double mean, variance;
    double third, fourth;  // central
    double fano() const { return variance / mean; }
    double skewness() const;
};
Moments moments_of(Probabilities const& probabilities);

Probabilities certain(std::size_t count);
Probabilities poisson(double mean);
Probabilities binomial(std::size_t n, double p);
Probabilities negative_binomial(double mean, double fano);
// Poisson whose mean is gamma distributed with the coefficient of variation `cv`.
Probabilities gamma_poisson(double mean, double cv);
// Whole numbers from low to high, both included.
Probabilities uniform(std::size_t low, std::size_t high);
// Of the sum of two independent counts.
Probabilities convolve(Probabilities const& a, Probabilities const& b);
// Poisson whose mean has a density on [low, high], which is to hold all of it; 0 <= low, high <= 600.
Probabilities poisson_mixture(std::function<double(double)> const& density, double low, double high);
// -> M rate k, M -> 0 rate gamma, from n0 molecules: Binomial(n0, e) + Poisson((k/gamma)(1 - e)), e =
// exp(-gamma t).
Probabilities birth_death(std::size_t n0, double k, double gamma, double time);
// Stationary counts of the telegraph gene; a = k_on/gamma, b = k_off/gamma, lambda = k_tx/gamma <= 600.
// Peccoud & Ycart, Theor. Popul. Biol. 48, 222 (1995), by Kummer's transformation a series of positive terms.
Probabilities beta_poisson(double a, double b, double lambda);

// A Markov chain in continuous time on the states 0 ... states-1.
class Chain {
public:
    explicit Chain(std::size_t states) : out_(states) {}
    std::size_t states() const { return out_.size(); }
    void jump(std::size_t from, std::size_t to, double rate);
    // Distribution after `time`, by uniformisation; loses less than 1e-15.
    std::vector<double> after(std::vector<double> start, double time) const;
    // Of an irreducible chain, by elimination without subtraction: Grassmann, Taksar & Heyman, Oper. Res. 33,
    // 1107 (1985). Cost states^3.
    std::vector<double> stationary() const;

private:
    struct Jump {
        std::size_t to;
        double rate;
    };
    std::vector<std::vector<Jump>> out_;
};

// A promoter whose states make mRNA at rates of their own; mRNA decays. Counts end at `largest`.
struct Promoter {
    std::vector<std::vector<double>> switching;  //!< [from][to] rate
    std::vector<double> transcription;           //!< [promoter state] rate
    double decay;
    std::size_t largest;

    std::size_t state(std::size_t promoter, std::size_t mrna) const {
        return promoter * (largest + 1) + mrna;
    }
    Chain chain() const;
    Probabilities mrna(std::vector<double> const& distribution) const;
};

}  // namespace fano::test
