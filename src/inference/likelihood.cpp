// What is left of counts when molecules are missed, and what observed counts tell.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "fano/inference.hpp"

namespace fano {

namespace {

// Calls use(y, probability) for the counts that a binomial of n may have, from the likeliest outwards.
template <class Use>
void for_binomial(std::int64_t n, double c, Use use) {
    constexpr double negligible = 1e-22;
    if (c == 1) return use(n, 1.0);
    auto const size = static_cast<double>(n);
    auto const mode = std::min(n, static_cast<std::int64_t>((size + 1) * c));
    auto const m = static_cast<double>(mode);
    double const top = std::exp(std::lgamma(size + 1) - std::lgamma(m + 1) - std::lgamma(size - m + 1) +
                                m * std::log(c) + (size - m) * std::log1p(-c));
    double const odds = c / (1 - c);
    use(mode, top);
    double p = top;
    for (auto y = mode; y < n && p > negligible; ++y) {
        p *= static_cast<double>(n - y) / static_cast<double>(y + 1) * odds;
        use(y + 1, p);
    }
    p = top;
    for (auto y = mode; y > 0 && p > negligible; --y) {
        p *= static_cast<double>(y) / static_cast<double>(n - y + 1) / odds;
        use(y - 1, p);
    }
}

// A table over several counts, seen along one of them.
struct Axis {
    std::size_t outer = 1, size, inner = 1;
    std::int64_t low;

    Axis(CountDistribution const& d, std::size_t k) : size(d.size[k]), low(d.low[k]) {
        for (std::size_t i = 0; i < k; ++i) outer *= d.size[i];
        for (std::size_t i = k + 1; i < d.size.size(); ++i) inner *= d.size[i];
    }
};

void thin(CountDistribution& d, std::size_t k, double c) {
    Axis const axis(d, k);
    std::size_t const size = static_cast<std::size_t>(axis.low) + axis.size;
    std::vector<std::vector<double>*> tables{&d.probability};
    for (auto& table : d.derivative) tables.push_back(&table);
    std::vector<std::vector<double>> thinned(tables.size(),
                                             std::vector<double>(axis.outer * size * axis.inner));
    for (std::size_t i = 0; i < axis.size; ++i)
        for_binomial(axis.low + static_cast<std::int64_t>(i), c, [&](std::int64_t y, double weight) {
            for (std::size_t t = 0; t < tables.size(); ++t)
                for (std::size_t o = 0; o < axis.outer; ++o) {
                    double const* const from = tables[t]->data() + (o * axis.size + i) * axis.inner;
                    double* const to =
                        thinned[t].data() + (o * size + static_cast<std::size_t>(y)) * axis.inner;
                    for (std::size_t j = 0; j < axis.inner; ++j) to[j] += weight * from[j];
                }
        });
    for (std::size_t t = 0; t < tables.size(); ++t) *tables[t] = std::move(thinned[t]);
    d.low[k] = 0;
    d.size[k] = size;
}

}  // namespace

CountDistribution captured(CountDistribution const& distribution, double probability, bool derivative) {
    if (!(probability > 0 && probability <= 1))
        throw InputError(fmt::format(
            "--capture {} is not a probability that lets something be seen: more than 0, at most 1",
            probability));
    auto d = distribution;
    for (std::size_t k = 0; k < d.size.size(); ++k) thin(d, k, probability);
    if (!derivative) return d;
    // dq(y)/dc = sum over species of (y q(y) - (y + 1) q(y + 1)) / c: what is seen more leaves its count.
    auto const& q = d.probability;
    std::vector<double> slope(q.size());
    double most = 0;
    for (std::size_t k = 0; k < d.size.size(); ++k) {
        Axis const axis(d, k);
        most += static_cast<double>(axis.size);
        for (std::size_t o = 0; o < axis.outer; ++o)
            for (std::size_t y = 0; y < axis.size; ++y)
                for (std::size_t j = 0; j < axis.inner; ++j) {
                    auto const at = (o * axis.size + y) * axis.inner + j;
                    double const arrives =
                        y + 1 < axis.size ? static_cast<double>(y + 1) * q[at + axis.inner] : 0;
                    slope[at] += (static_cast<double>(y) * q[at] - arrives) / probability;
                }
    }
    d.derivative.push_back(std::move(slope));
    d.derivative_error.push_back(2 * most * d.error / probability);
    return d;
}

std::vector<double> fisher_information(std::vector<CountDistribution> const& distributions,
                                       std::vector<double> const& cells) {
    if (distributions.empty() || distributions.size() != cells.size())
        throw InputError(
            fmt::format("{} distributions and {} numbers of cells; there must be one number for each",
                        distributions.size(), cells.size()));
    std::size_t const n = distributions.front().derivative.size();
    std::vector<double> information(n * n);
    for (std::size_t t = 0; t < distributions.size(); ++t) {
        auto const& d = distributions[t];
        for (std::size_t y = 0; y < d.probability.size(); ++y) {
            double const q = d.probability[y];
            if (!(q > d.error)) continue;
            for (std::size_t a = 0; a < n; ++a)
                for (std::size_t b = 0; b < n; ++b)
                    information[a * n + b] += cells[t] * d.derivative[a][y] * d.derivative[b][y] / q;
        }
    }
    return information;
}

LogLikelihood log_likelihood(std::vector<CountDistribution> const& distributions, Snapshots const& data) {
    LogLikelihood found;
    if (!distributions.empty()) found.gradient.assign(distributions.front().derivative.size(), 0);
    for (auto const& row : data.rows) {
        auto const d = std::find_if(distributions.begin(), distributions.end(),
                                    [&](auto const& one) { return one.time == row.time; });
        if (d == distributions.end())
            throw InputError(
                fmt::format("there is no distribution for time {}, at which cells were seen", row.time));
        auto const bin = d->bin(row.counts);
        double const q = bin ? d->probability[*bin] : 0;
        bool const bounded = !(q > d->error);
        found.value += row.cells * std::log(bounded ? std::max(d->error, 1e-15) : q);
        found.bounded += bounded ? row.cells : 0;
        for (std::size_t a = 0; a < found.gradient.size() && !bounded; ++a)
            found.gradient[a] += row.cells * d->derivative[a][*bin] / q;
    }
    return found;
}

}  // namespace fano
