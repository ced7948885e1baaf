#include "inference/tangent.hpp"

#include <algorithm>
#include <cmath>

#include "cme/poisson_weights.hpp"
#include "cme/propagator.hpp"
#include "meanfield/stop.hpp"

namespace fano {

Tangent::Tangent(Team& team, std::atomic<bool> const* stop, Generator const& a, std::vector<RateDerivative> b)
    : team_(team),
      stop_(stop),
      a_(a),
      b_(std::move(b)),
      derivative_error_(b_.size()),
      next_(b_.size() + 1, std::vector<double>(a.size())) {
    for (auto& derivative : b_) {
        auto runs = std::move(derivative.runs);
        std::sort(runs.begin(), runs.end(), [](auto const& x, auto const& y) { return x.target < y.target; });
        derivative.runs.clear();
        auto& first = first_run_.emplace_back();
        for (std::size_t part = 0; part < a.parts(); ++part) {
            auto const end = a.part_states(part).second;
            first.push_back(derivative.runs.size());
            std::vector<RateDerivative::Run> rest;
            for (auto& run : runs) {
                if (run.target >= end) {
                    rest.push_back(run);
                    continue;
                }
                auto const here = std::min(run.size, end - run.target);
                derivative.runs.push_back({run.target, run.source, here, run.value});
                if (here < run.size)
                    rest.push_back({run.target + here, run.source + here, run.size - here, run.value + here});
            }
            runs = std::move(rest);
        }
        first.push_back(derivative.runs.size());
    }
}

void Tangent::advance(std::vector<double>& p, std::vector<std::vector<double>>& s, double time,
                      double tolerance) {
    double const q = a_.largest_exit();
    if (q == 0 || time == 0) return;
    std::vector<double> size;
    double most = 1;
    for (std::size_t i = 0; i < s.size(); ++i) {
        size.push_back(sum_of_sizes(s[i]));
        most = std::max(most, size[i] + b_[i].norm * time);
    }
    auto const poisson = poisson_weights(q * time, std::max(tolerance / 4 / most, 1e-15));
    poisson_ = {poisson.first, poisson.weights};
    double const left_out = poisson.left_out, edge = poisson.weights.back();
    // A step rounds a sum of numbers of one sign, which loses or adds a unit in the last place of it.
    error_ += left_out + 2.2e-16 * (8 + static_cast<double>(poisson.last()));
    for (std::size_t i = 0; i < s.size(); ++i)
        derivative_error_[i] += size[i] * left_out + b_[i].norm * time * (left_out + edge + error_);
    sum_.assign(s.size() + 1, std::vector<double>(p.size()));
    std::uint64_t const last = poisson.last(),
                        run = std::clamp<std::uint64_t>(2'000'000 / (p.size() * (s.size() + 1)), 4, 512);
    double rest = edge;
    for (std::uint64_t k = 0; k < last;) {
        heed(stop_);
        std::uint64_t const steps = std::min(last - k, run);
        take(p, s, k, steps);
        k += steps;
        // If a step changes little, n more change p at most n times as much, and s as much as that adds up
        // to.
        auto const n = static_cast<double>(last - k);
        double const change = row_kernels().distance(p.data(), next_[0].data(), p.size()) * n;
        bool settled = change <= tolerance / 2 / most;
        std::vector<double> changes;
        for (std::size_t i = 0; i < s.size() && settled; ++i) {
            changes.push_back(row_kernels().distance(s[i].data(), next_[i + 1].data(), p.size()) * n +
                              b_[i].norm / q * change * n / 2);
            settled = changes[i] <= tolerance / 2;
        }
        if (!settled || k == last) continue;
        rest = 0;
        for (std::uint64_t j = std::max(k, poisson.first); j <= last; ++j) rest += poisson_.at(j);
        error_ += change;
        for (std::size_t i = 0; i < s.size(); ++i) derivative_error_[i] += changes[i];
        break;
    }
    auto const finish = [&](std::vector<double>& x, std::vector<double> const& total) {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = total[i] + rest * x[i];
    };
    finish(p, sum_[0]);
    for (std::size_t i = 0; i < s.size(); ++i) finish(s[i], sum_[i + 1]);
}

// p and s go `steps` steps on; next_ holds what they were a step before.
void Tangent::take(std::vector<double>& p, std::vector<std::vector<double>>& s, std::uint64_t from,
                   std::uint64_t steps) {
    double const scale = 1 / a_.largest_exit();
    std::vector<double*> buffers[2] = {{p.data()}, {next_[0].data()}};
    for (std::size_t i = 0; i < s.size(); ++i) {
        buffers[0].push_back(s[i].data());
        buffers[1].push_back(next_[i + 1].data());
    }
    auto const work = [&](unsigned member, unsigned members) {
        auto const [begin, end] = share_of(a_.parts(), member, members);
        for (std::uint64_t k = 0; k < steps; ++k) {
            auto const &x = buffers[k % 2], &y = buffers[(k + 1) % 2];
            for (auto part = begin; part < end; ++part)
                for (std::size_t v = 0; v < x.size(); ++v) {
                    a_.update(part, {1, scale, poisson_.at(from + k), sum_[v].data()}, x[v], y[v]);
                    if (v == 0) continue;
                    auto const& b = b_[v - 1];
                    auto const [low, high] = a_.part_states(part);
                    for (auto i = low; i < high; ++i) y[v][i] += scale * b.diagonal[i] * x[0][i];
                    for (auto r = first_run_[v - 1][part]; r < first_run_[v - 1][part + 1]; ++r) {
                        auto const& run = b.runs[r];
                        double* const to = y[v] + run.target;
                        double const* const source = x[0] + run.source;
                        double const* const value = b.values.data() + run.value;
                        for (std::uint64_t i = 0; i < run.size; ++i) to[i] += scale * value[i] * source[i];
                    }
                }
            if (members > 1) team_.meet();
        }
    };
    constexpr std::size_t few_states = 4096;  // not worth a second thread
    if (a_.size() < few_states)
        work(0, 1);
    else
        team_.run([&](unsigned member) { work(member, team_.size()); });
    if (steps % 2 == 0) return;
    p.swap(next_[0]);
    for (std::size_t i = 0; i < s.size(); ++i) s[i].swap(next_[i + 1]);
}

}  // namespace fano
