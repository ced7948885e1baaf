// Series are summed from their largest term and normalised by their sum, so that no factorial is ever formed.
#include "tests/support/exact.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <boost/math/quadrature/gauss.hpp>

namespace fano::test {

namespace {

constexpr double negligible = 1e-18;

// From p(n+1)/p(n), which falls as n grows, and the n where p is largest. `last`: the largest possible count.
Probabilities from_ratio(std::size_t mode, std::function<double(std::size_t)> const& ratio,
                         std::size_t last) {
    Probabilities p(mode + 1);
    p[mode] = 1;
    for (std::size_t n = mode; n-- > 0;) p[n] = p[n + 1] / ratio(n);
    for (std::size_t n = mode; n < last; ++n) {
        double const r = ratio(n);
        if (r < 1 && p[n] * r < negligible * (1 - r)) break;
        p.push_back(p[n] * r);
    }
    double const sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& value : p) value /= sum;
    return p;
}

constexpr std::size_t no_last = static_cast<std::size_t>(-1);

}  // namespace

double Moments::skewness() const { return third / std::pow(variance, 1.5); }

Moments moments_of(Probabilities const& probabilities) {
    Moments m{};
    for (std::size_t n = 0; n < probabilities.size(); ++n)
        m.mean += static_cast<double>(n) * probabilities[n];
    for (std::size_t n = 0; n < probabilities.size(); ++n) {
        double const d = static_cast<double>(n) - m.mean, weight = probabilities[n];
        m.variance += d * d * weight;
        m.third += d * d * d * weight;
        m.fourth += d * d * d * d * weight;
    }
    return m;
}

Probabilities certain(std::size_t count) {
    Probabilities p(count + 1);
    p[count] = 1;
    return p;
}

Probabilities poisson(double mean) {
    if (mean == 0) return certain(0);
    auto const ratio = [mean](std::size_t n) { return mean / static_cast<double>(n + 1); };
    return from_ratio(static_cast<std::size_t>(mean), ratio, no_last);
}

Probabilities binomial(std::size_t n, double p) {
    if (p == 0) return certain(0);
    if (p == 1) return certain(n);
    auto const ratio = [n, p](std::size_t k) {
        return static_cast<double>(n - k) / static_cast<double>(k + 1) * p / (1 - p);
    };
    return from_ratio(std::min(n, static_cast<std::size_t>(static_cast<double>(n + 1) * p)), ratio, n);
}

Probabilities negative_binomial(double mean, double fano) {
    if (fano == 1) return poisson(mean);
    double const r = mean / (fano - 1), q = (fano - 1) / fano;
    auto const ratio = [r, q](std::size_t n) {
        return q * (r + static_cast<double>(n)) / static_cast<double>(n + 1);
    };
    return from_ratio(r > 1 ? static_cast<std::size_t>((r - 1) * q / (1 - q)) : 0, ratio, no_last);
}

Probabilities gamma_poisson(double mean, double cv) { return negative_binomial(mean, 1 + mean * cv * cv); }

Probabilities uniform(std::size_t low, std::size_t high) {
    Probabilities p(high + 1);
    for (std::size_t n = low; n <= high; ++n) p[n] = 1 / static_cast<double>(high - low + 1);
    return p;
}

Probabilities convolve(Probabilities const& a, Probabilities const& b) {
    Probabilities p(a.size() + b.size() - 1);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) p[i + j] += a[i] * b[j];
    return p;
}

Probabilities poisson_mixture(std::function<double(double)> const& density, double low, double high) {
    using Rule = boost::math::quadrature::gauss<double, 20>;
    constexpr int panels = 400;
    double const half = 0.5 * (high - low) / panels;
    Probabilities p(static_cast<std::size_t>(high + 12 * std::sqrt(high)) + 40);
    auto const add_node = [&](double mean, double weight) {
        double term = weight * density(mean) * std::exp(-mean);
        for (std::size_t n = 0; n < p.size(); ++n) {
            p[n] += term;
            term *= mean / static_cast<double>(n + 1);
        }
    };
    for (int panel = 0; panel < panels; ++panel) {
        double const middle = low + (2 * panel + 1) * half;
        for (std::size_t i = 0; i < Rule::abscissa().size(); ++i) {
            double const offset = half * Rule::abscissa()[i], weight = half * Rule::weights()[i];
            add_node(middle + offset, weight);
            if (offset != 0) add_node(middle - offset, weight);
        }
    }
    return p;
}

Probabilities birth_death(std::size_t n0, double k, double gamma, double time) {
    double const survive = std::exp(-gamma * time);
    return convolve(binomial(n0, survive), poisson(k / gamma * (1 - survive)));
}

Probabilities beta_poisson(double a, double b, double lambda) {
    Probabilities p;
    double log_prefactor = -lambda;  // log of exp(-lambda) lambda^n/n! (a)_n/(a+b)_n
    for (double n = 0;; ++n) {
        double term = 1, sum = 0;
        for (double j = 0; term > 0 && (j <= lambda || term > 1e-17 * sum); ++j) {
            sum += term;
            term *= (b + j) / (a + b + n + j) * lambda / (j + 1);
        }
        p.push_back(sum * std::exp(log_prefactor));
        if (n > lambda && p.back() < negligible) return p;
        log_prefactor += std::log(lambda * (a + n) / ((n + 1) * (a + b + n)));
    }
}

void Chain::jump(std::size_t from, std::size_t to, double rate) {
    if (to >= states() || rate < 0) throw std::invalid_argument("a jump to nowhere, or at a negative rate");
    out_.at(from).push_back({to, rate});
}

std::vector<double> Chain::after(std::vector<double> start, double time) const {
    std::vector<double> leave(states());
    double fastest = 0;
    for (std::size_t i = 0; i < states(); ++i) {
        for (auto const& [to, rate] : out_[i]) leave[i] += rate;
        fastest = std::max(fastest, leave[i]);
    }
    if (fastest == 0 || time == 0) return start;
    auto const steps = poisson(fastest * time);
    std::vector<double> result(states()), next(states());
    for (std::size_t step = 0;; ++step) {
        for (std::size_t i = 0; i < states(); ++i) result[i] += steps[step] * start[i];
        if (step + 1 == steps.size()) return result;
        for (std::size_t i = 0; i < states(); ++i) next[i] = start[i] * (1 - leave[i] / fastest);
        for (std::size_t i = 0; i < states(); ++i)
            for (auto const& [to, rate] : out_[i]) next[to] += start[i] * (rate / fastest);
        start.swap(next);
    }
}

std::vector<double> Chain::stationary() const {
    std::size_t const n = states();
    std::vector<double> rate(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (auto const& jump : out_[i]) rate[i * n + jump.to] += jump.rate;
    for (std::size_t last = n; last-- > 1;) {
        double const* const from_last = &rate[last * n];
        double const leave = std::accumulate(from_last, from_last + last, 0.0);
        for (std::size_t i = 0; i < last; ++i) {
            double const share = rate[i * n + last] /= leave;
            if (share == 0) continue;
            for (std::size_t j = 0; j < last; ++j) rate[i * n + j] += share * from_last[j];
        }
    }
    std::vector<double> p(n);
    p[0] = 1;
    for (std::size_t j = 1; j < n; ++j)
        for (std::size_t i = 0; i < j; ++i) p[j] += p[i] * rate[i * n + j];
    double const sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& value : p) value /= sum;
    return p;
}

Chain Promoter::chain() const {
    Chain chain(transcription.size() * (largest + 1));
    for (std::size_t s = 0; s < transcription.size(); ++s) {
        for (std::size_t n = 0; n <= largest; ++n) {
            for (std::size_t to = 0; to < transcription.size(); ++to)
                if (to != s && switching[s][to] > 0) chain.jump(state(s, n), state(to, n), switching[s][to]);
            if (n < largest && transcription[s] > 0)
                chain.jump(state(s, n), state(s, n + 1), transcription[s]);
            if (n > 0) chain.jump(state(s, n), state(s, n - 1), decay * static_cast<double>(n));
        }
    }
    return chain;
}

Probabilities Promoter::mrna(std::vector<double> const& distribution) const {
    Probabilities p(largest + 1);
    for (std::size_t s = 0; s < transcription.size(); ++s)
        for (std::size_t n = 0; n <= largest; ++n) p[n] += distribution[state(s, n)];
    return p;
}

}  // namespace fano::test
