// exp(tA) p = sum_k e^-qt (qt)^k / k! P^k p, with P = 1 + A/q: nothing but sums of products of numbers >= 0.
// Grassmann, Eur. J. Oper. Res. 1, 47 (1977).
#include <algorithm>
#include <chrono>
#include <cmath>

#include "cme/poisson_weights.hpp"
#include "cme/propagator.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

class Uniformization final : public Propagator {
public:
    using Propagator::Propagator;

    Advance advance(Generator const& a, std::vector<double>& p, double time, double tolerance) override {
        double const q = a.largest_exit();
        if (q == 0 || time == 0) return {time, 0};
        auto const poisson = poisson_weights(q * time, tolerance / 2);
        sum_.assign(p.size(), 0);
        next_.resize(p.size());
        std::uint64_t const last = poisson.last();
        double const stationary_enough = tolerance / 2;
        for (std::uint64_t k = 0; k < last;) {
            heed(stop_);
            std::uint64_t const steps = std::min<std::uint64_t>(last - k, run_length(p.size()));
            take(a, p, poisson, k, steps);
            k += steps;
            // P never enlarges a difference: if a step changes little, all that follow together change at most as
            // often as much.
            double const change =
                row_kernels().distance(p.data(), next_.data(), p.size()) * static_cast<double>(last - k);
            if (change <= stationary_enough) {
                double rest = 0;
                for (std::uint64_t j = std::max(k, poisson.first); j <= last; ++j)
                    rest += poisson.weights[j - poisson.first];
                for (std::size_t i = 0; i < p.size(); ++i) p[i] = sum_[i] + rest * p[i];
                return {time, poisson.left_out + change, poisson.left_out, rounding(k)};
            }
        }
        double const weight = poisson.weights.back();
        for (std::size_t i = 0; i < p.size(); ++i) p[i] = sum_[i] + weight * p[i];
        return {time, poisson.left_out, poisson.left_out, rounding(last)};
    }

private:
    static double rounding(std::uint64_t steps) { return 2.2e-16 * (8 + static_cast<double>(steps)); }

    // Steps between looks at the world, about a millisecond's worth.
    static std::uint64_t run_length(std::size_t states) {
        return std::clamp<std::uint64_t>(4'000'000 / states, 4, 512);
    }

    // p becomes P^steps p; next_ holds what it was a step before.
    void take(Generator const& a, std::vector<double>& p, PoissonWeights const& poisson, std::uint64_t from,
              std::uint64_t steps) {
        double const scale = 1 / a.largest_exit();
        double* buffers[2] = {p.data(), next_.data()};
        auto const work = [&](unsigned member, unsigned members) {
            auto const [begin, end] = share_of(a.parts(), member, members);
            for (std::uint64_t k = 0; k < steps; ++k) {
                Update const update{1, scale,
                                    from + k < poisson.first ? 0 : poisson.weights[from + k - poisson.first],
                                    sum_.data(), a.outgrows_caches()};
                for (auto part = begin; part < end; ++part)
                    a.update(part, update, buffers[k % 2], buffers[(k + 1) % 2]);
                if (members > 1) team_.meet();
            }
        };
        if (a.size() < few_states || team_.size() == 1) {
            work(0, 1);
        } else {
            auto const begun = std::chrono::steady_clock::now();
            if (pace_.together())
                team_.run([&](unsigned member) { work(member, team_.size()); });
            else
                work(0, 1);
            std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begun;
            pace_.record(seconds.count(), static_cast<double>(steps) * static_cast<double>(a.size()));
        }
        if (steps % 2 == 1) std::swap(p, next_);
        products_ += steps;
    }

    static constexpr std::size_t few_states = 4096;  // not worth a second thread
    Pace pace_;
    std::vector<double> sum_, next_;
};

}  // namespace

std::unique_ptr<Propagator> make_uniformization(Team& team, std::atomic<bool> const* stop) {
    return std::make_unique<Uniformization>(team, stop);
}

double sum(std::span<double const> x) {
    double total = 0;
    for (std::size_t i = 0; i < x.size();) {  // sums of sums, so that rounding errors do not add up
        double part = 0;
        for (std::size_t const end = std::min(x.size(), i + 1024); i < end; ++i) part += x[i];
        total += part;
    }
    return total;
}

double sum_of_sizes(std::span<double const> x) {
    double total = 0;
    for (std::size_t i = 0; i < x.size();) {
        double part = 0;
        for (std::size_t const end = std::min(x.size(), i + 1024); i < end; ++i) part += std::abs(x[i]);
        total += part;
    }
    return total;
}

}  // namespace fano
