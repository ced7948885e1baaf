// Closures, worked out once as sums of products; the equations then only evaluate them.
#include "meanfield/closures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

Closure parse_closure(std::string const& name) {
    for (auto closure : {Closure::normal, Closure::lognormal, Closure::derivative_matching})
        if (name == name_of(closure)) return closure;
    throw InputError(
        fmt::format("there is no closure \"{}\"{}; choose normal, lognormal or derivative-matching", name,
                    suggest(name, {"normal", "lognormal", "derivative-matching"})));
}

std::string name_of(Closure closure) {
    switch (closure) {
        case Closure::normal:
            return "normal";
        case Closure::lognormal:
            return "lognormal";
        case Closure::derivative_matching:
            return "derivative-matching";
    }
    return {};
}

namespace {

std::size_t first_of(Exponents const& m) {
    return static_cast<std::size_t>(std::find_if(m.begin(), m.end(), [](auto k) { return k > 0; }) -
                                    m.begin());
}

// Sums of products of the moments kept, these by their numbers in ascending order.
using Sum = std::map<std::vector<std::size_t>, double>;

void add_product(Sum& sum, double factor, Sum const& a, Sum const& b) {
    for (auto const& [p, x] : a)
        for (auto const& [q, y] : b) {
            std::vector<std::size_t> product;
            std::merge(p.begin(), p.end(), q.begin(), q.end(), std::back_inserter(product));
            sum[product] += factor * x * y;
        }
}

// Cumulants above the order kept are 0. With a variable i that occurs in m,
//   moment(m) = sum over k <= m - e_i of choose(m - e_i, k) cumulant(k + e_i) moment(m - e_i - k),
// and the same, solved for its first term, gives cumulants; those of order 1 are 0 about the means.
class NormalClosure : public ClosureRule {
public:
    NormalClosure(MultiIndices const& kept, std::vector<Exponents> const& wanted) : kept_(kept) {
        for (auto const& m : wanted) {
            Sum const sum = moment(m);
            sums_.emplace_back(sum.begin(), sum.end());
        }
        moments_.clear();
        cumulants_.clear();
    }

    void operator()(double const* kept, double* beyond) const override {
        for (auto const& sum : sums_) {
            double total = 0;
            for (auto const& [product, factor] : sum) {
                double term = factor;
                for (auto i : product) term *= kept[i];
                total += term;
            }
            *beyond++ = total;
        }
    }

private:
    Sum const& moment(Exponents const& m) {
        auto const [place, is_new] = moments_.try_emplace(m);
        Sum& sum = place->second;
        if (!is_new) return sum;
        std::size_t const order = order_of(m);
        if (order == 0) sum = {{{}, 1.0}};
        if (order >= 2 && order <= kept_.order()) sum = {{{kept_.find(m)}, 1.0}};
        if (order > kept_.order()) sum = parts(m, false);
        return sum;
    }

    Sum const& cumulant(Exponents const& m) {
        auto const [place, is_new] = cumulants_.try_emplace(m);
        Sum& sum = place->second;
        std::size_t const order = order_of(m);
        if (!is_new || order < 2 || order > kept_.order()) return sum;
        sum = moment(m);
        for (auto const& [product, factor] : parts(m, true)) sum[product] -= factor;
        return sum;
    }

    // The sum above; `proper` leaves out the cumulant of m itself.
    Sum parts(Exponents const& m, bool proper) {
        Exponents const first = unit_exponents(m.size(), first_of(m)), rest = m - first;
        Sum sum;
        for (auto const& k : all_below(rest))
            if (!(proper && k == rest))
                add_product(sum, choose(rest, k), cumulant(k + first), moment(rest - k));
        return sum;
    }

    MultiIndices const& kept_;
    std::map<Exponents, Sum> moments_, cumulants_;
    std::vector<std::vector<std::pair<std::vector<std::size_t>, double>>> sums_;  //!< [wanted]
};

// A moment about 0 as a product of powers of moments about 0 of orders up to `matched`. All in units of the means, as
// small differences from 1: with y = x/<x>,
//   log <y^m> = sum over k of exponent(k) log <y^k>,
// so that digits are not lost where noise is small. For order 2 this is the lognormal distribution.
class ProductClosure : public ClosureRule {
public:
    ProductClosure(MultiIndices const& kept, std::vector<Exponents> const& wanted, std::size_t matched)
        : kept_(kept), matched_(matched) {
        for (auto const& m : wanted) {
            Wanted entry{m, {}};
            for (auto const& k : all_below(m)) {
                if (order_of(k) < 2) continue;
                double const sign = order_of(m - k) % 2 == 0 ? 1 : -1;
                entry.parts.emplace_back(excess(k), sign * choose(m, k));
            }
            wanted_.push_back(std::move(entry));
        }
    }

    void operator()(double const* kept, double* beyond) const override {
        std::vector<double> value(excesses_.size());
        for (std::size_t i = 0; i < excesses_.size(); ++i) {
            auto const& excess = excesses_[i];
            double sum = 0;
            for (auto const& [k, factor] : excess.parts)
                sum += factor * (excess.is_kept ? kept[k] / power(kept, kept_[k]) : std::log1p(value[k]));
            value[i] = excess.is_kept ? sum : std::expm1(sum);
        }
        for (auto const& wanted : wanted_) {
            double sum = 0;
            for (auto const& [i, factor] : wanted.parts) sum += factor * value[i];
            *beyond++ = vanishes(kept, wanted.m) ? 0.0 : sum * power(kept, wanted.m);
        }
    }

private:
    // <y^m> - 1.
    struct Excess {
        bool is_kept;
        // Of a moment kept: central moments, by number, with their factors. Of another: excesses, with exponents.
        std::vector<std::pair<std::size_t, double>> parts;
    };
    struct Wanted {
        Exponents m;
        std::vector<std::pair<std::size_t, double>> parts;  // excesses with their factors
    };

    // Counts are not negative: where their mean is 0 they are 0.
    static bool vanishes(double const* mean, Exponents const& m) {
        for (std::size_t i = 0; i < m.size(); ++i)
            if (m[i] > 0 && mean[i] <= 0) return true;
        return false;
    }

    std::size_t excess(Exponents const& m) {
        if (auto const found = number_.find(m); found != number_.end()) return found->second;
        Excess entry{order_of(m) <= kept_.order(), {}};
        if (entry.is_kept) {
            for (auto const& k : all_below(m))
                if (order_of(k) >= 2) entry.parts.emplace_back(kept_.find(k), choose(m, k));
        } else {
            for (auto const& [k, exponent] : exponents(m))
                if (order_of(k) >= 2 && exponent != 0) entry.parts.emplace_back(excess(k), exponent);
        }
        excesses_.push_back(std::move(entry));
        return number_[m] = excesses_.size() - 1;
    }

    // Singh & Hespanha 2006: choose(m, s) = sum over k of exponent(k) choose(k, s) for all s of the orders 1 to
    // `matched`, solved from the highest order down.
    std::map<Exponents, double> exponents(Exponents const& m) const {
        auto below = all_below(m);
        std::stable_sort(below.begin(), below.end(),
                         [](auto const& a, auto const& b) { return order_of(a) > order_of(b); });
        std::map<Exponents, double> found;
        for (auto const& s : below) {
            if (order_of(s) > matched_ || order_of(s) == 0) continue;
            double exponent = choose(m, s);
            for (auto const& [k, known] : found) exponent -= known * choose(k, s);
            found[s] = exponent;
        }
        return found;
    }

    MultiIndices const& kept_;
    std::size_t matched_;
    std::vector<Excess> excesses_;  // each after those it is made of
    std::map<Exponents, std::size_t> number_;
    std::vector<Wanted> wanted_;
};

}  // namespace

std::unique_ptr<ClosureRule> make_closure(Closure closure, MultiIndices const& kept,
                                          std::vector<Exponents> const& wanted) {
    if (closure == Closure::normal) return std::make_unique<NormalClosure>(kept, wanted);
    std::size_t const matched =
        closure == Closure::lognormal ? std::min<std::size_t>(2, kept.order()) : kept.order();
    return std::make_unique<ProductClosure>(kept, wanted, matched);
}

}  // namespace fano
