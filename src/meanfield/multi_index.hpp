// Exponents of several variables at once: x^m = x_1^m_1 x_2^m_2 ..., m of order m_1 + m_2 + ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace fano {

using Exponents = std::vector<std::uint16_t>;  //!< [species]

std::size_t order_of(Exponents const& m);
Exponents unit_exponents(std::size_t size, std::size_t at);
Exponents operator+(Exponents const& a, Exponents const& b);
// Of b that is nowhere above a.
Exponents operator-(Exponents const& a, Exponents const& b);
// Product over components of top over bottom; 0 where bottom is above.
double choose(Exponents const& top, Exponents const& bottom);
// x^m.
double power(double const* x, Exponents const& m);
// All that are nowhere above `top`, from zero to itself.
std::vector<Exponents> all_below(Exponents const& top);

// Numbers all multi-indices of the orders 1 to `order`: by order; those of order 1 as the variables.
class MultiIndices {
public:
    static constexpr std::size_t none = ~std::size_t{0};

    MultiIndices(std::size_t variables, std::size_t order);
    std::size_t size() const { return all_.size(); }
    Exponents const& operator[](std::size_t i) const { return all_[i]; }
    std::vector<Exponents> const& all() const { return all_; }
    std::size_t variables() const { return variables_; }
    std::size_t order() const { return order_; }
    // Its number, or `none`.
    std::size_t find(Exponents const& m) const;
    // How many there would be, as a real number.
    static double count(std::size_t variables, std::size_t order);

private:
    std::size_t variables_, order_;
    std::vector<Exponents> all_;
    std::map<Exponents, std::size_t> number_;
};

}  // namespace fano
