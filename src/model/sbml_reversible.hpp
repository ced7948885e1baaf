// A reversible reaction of SBML has one law, the forward rate less the backward rate. Molecules react one way at
// a time, so the two must be told apart.
#pragma once

#include <optional>

#include "fano/expression.hpp"

namespace fano {

struct TwoWays {
    Expression forward;
    Expression backward;
};

// Takes a - b apart, also within a product or a quotient such as volume*(a - b); nothing if the law is not written
// as one difference.
std::optional<TwoWays> split_difference(Expression const& law);

// Whether a law made of non-negative quantities is non-negative by the way it is written.
bool is_written_without_minus(Expression const& law);

}  // namespace fano
