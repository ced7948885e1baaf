// Multi-indices, counted and combined.
#include "meanfield/multi_index.hpp"

#include <numeric>

namespace fano {

namespace {

// Those of one order, with the variables up to `from` already set.
void extend(Exponents& m, std::size_t from, std::size_t left, std::vector<Exponents>& all) {
    if (left == 0) return all.push_back(m);
    for (std::size_t i = from; i < m.size(); ++i) {
        ++m[i];
        extend(m, i, left - 1, all);
        --m[i];
    }
}

}  // namespace

std::size_t order_of(Exponents const& m) { return std::accumulate(m.begin(), m.end(), std::size_t{0}); }

Exponents unit_exponents(std::size_t size, std::size_t at) {
    Exponents m(size);
    m[at] = 1;
    return m;
}

Exponents operator+(Exponents const& a, Exponents const& b) {
    Exponents sum = a;
    for (std::size_t i = 0; i < a.size(); ++i) sum[i] = static_cast<std::uint16_t>(a[i] + b[i]);
    return sum;
}

Exponents operator-(Exponents const& a, Exponents const& b) {
    Exponents difference = a;
    for (std::size_t i = 0; i < a.size(); ++i) difference[i] = static_cast<std::uint16_t>(a[i] - b[i]);
    return difference;
}

double choose(Exponents const& top, Exponents const& bottom) {
    double product = 1;
    for (std::size_t i = 0; i < top.size(); ++i)
        for (int k = 0; k < bottom[i]; ++k) product = product * (top[i] - k) / (k + 1);
    return product;
}

double power(double const* x, Exponents const& m) {
    double product = 1;
    for (std::size_t i = 0; i < m.size(); ++i)
        for (int k = 0; k < m[i]; ++k) product *= x[i];
    return product;
}

std::vector<Exponents> all_below(Exponents const& top) {
    std::vector<Exponents> all{Exponents(top.size())};
    for (std::size_t i = 0; i < top.size(); ++i) {
        std::size_t const before = all.size();
        for (std::uint16_t k = 1; k <= top[i]; ++k)
            for (std::size_t j = 0; j < before; ++j) {
                all.push_back(all[j]);
                all.back()[i] = k;
            }
    }
    return all;
}

MultiIndices::MultiIndices(std::size_t variables, std::size_t order) : variables_(variables), order_(order) {
    Exponents m(variables);
    for (std::size_t k = 1; k <= order; ++k) extend(m, 0, k, all_);
    for (std::size_t i = 0; i < all_.size(); ++i) number_[all_[i]] = i;
}

std::size_t MultiIndices::find(Exponents const& m) const {
    auto const found = number_.find(m);
    return found == number_.end() ? none : found->second;
}

double MultiIndices::count(std::size_t variables, std::size_t order) {
    double product = 1;
    for (std::size_t k = 1; k <= order; ++k)
        product *= static_cast<double>(variables + k) / static_cast<double>(k);
    return product - 1;
}

}  // namespace fano
