// Forward and backward rates from a difference: see sbml_reversible.hpp.
#include "model/sbml_reversible.hpp"

#include <algorithm>

namespace fano {

namespace {

using Terms = std::vector<Expression>;

Expression combine(Function function, Terms const& terms) {
    return terms.size() == 1 ? terms.front() : Expression::apply(function, terms);
}

// Takes a sign off: -a, -2, -a*b, a*(-b)/c. Nothing if there is none.
std::optional<Expression> without_sign(Expression const& e) {
    if (e.is_number() && e.number() < 0) return -e.number();
    if (e.function() == Function::negate) return e.arguments()[0];
    if (e.function() != Function::multiply && e.function() != Function::divide) return {};
    auto arguments = e.arguments();
    for (auto& argument : arguments) {
        auto positive = without_sign(argument);
        if (!positive) continue;
        argument = *positive;
        return Expression::apply(e.function(), arguments);
    }
    return {};
}

void collect(Expression const& e, bool negative, Terms& added, Terms& subtracted) {
    if (e.function() == Function::add || e.function() == Function::subtract) {
        for (std::size_t i = 0; i < e.arguments().size(); ++i) {
            bool const flips = e.function() == Function::subtract && i == 1;
            collect(e.arguments()[i], negative != flips, added, subtracted);
        }
    } else if (auto const positive = without_sign(e)) {
        collect(*positive, !negative, added, subtracted);
    } else {
        (negative ? subtracted : added).push_back(e);
    }
}

}  // namespace

std::optional<TwoWays> split_difference(Expression const& law) {
    if (law.function() == Function::multiply || law.function() == Function::divide) {
        // Exactly one factor may be a difference; of a quotient, the numerator.
        auto const& factors = law.arguments();
        auto const candidates = law.function() == Function::divide ? std::size_t{1} : factors.size();
        std::optional<TwoWays> split;
        std::size_t place = 0;
        for (std::size_t i = 0; i < candidates; ++i) {
            auto found = split_difference(factors[i]);
            if (!found) continue;
            if (split) return {};
            split = std::move(found);
            place = i;
        }
        if (!split) return {};
        auto forward = factors;
        auto backward = factors;
        forward[place] = split->forward;
        backward[place] = split->backward;
        return TwoWays{Expression::apply(law.function(), forward),
                       Expression::apply(law.function(), backward)};
    }
    Terms added, subtracted;
    collect(law, false, added, subtracted);
    if (added.empty() || subtracted.empty()) return {};
    return TwoWays{combine(Function::add, added), combine(Function::add, subtracted)};
}

bool is_written_without_minus(Expression const& law) {
    auto const& arguments = law.arguments();
    switch (law.function()) {
        case Function::number:
            return law.number() >= 0;
        case Function::name:
        case Function::time:
        case Function::exponential:
        case Function::absolute:
        case Function::less:
        case Function::less_equal:
        case Function::greater:
        case Function::greater_equal:
        case Function::equal:
        case Function::not_equal:
        case Function::logical_and:
        case Function::logical_or:
        case Function::logical_not:
            return true;
        case Function::power:
            return is_written_without_minus(arguments[0]);
        case Function::choose:
            return is_written_without_minus(arguments[1]) && is_written_without_minus(arguments[2]);
        case Function::add:
        case Function::multiply:
        case Function::divide:
        case Function::square_root:
        case Function::hyperbolic_tangent:
        case Function::floor:
        case Function::ceiling:
        case Function::minimum:
        case Function::maximum:
            return std::all_of(arguments.begin(), arguments.end(), is_written_without_minus);
        default:
            return false;
    }
}

}  // namespace fano
