// Guesses at the moments above the order kept, from those kept.
#pragma once

#include <memory>
#include <vector>

#include "fano/moments.hpp"
#include "meanfield/multi_index.hpp"

namespace fano {

class ClosureRule {
public:
    virtual ~ClosureRule() = default;
    // `kept`: by the numbers of the multi-indices kept, first the means, then central moments. `beyond`: one central
    // moment for each multi-index wanted. Not finite where the moments kept are no moments of anything.
    virtual void operator()(double const* kept, double* beyond) const = 0;
};

// `wanted` have orders above that of `kept`.
std::unique_ptr<ClosureRule> make_closure(Closure closure, MultiIndices const& kept,
                                          std::vector<Exponents> const& wanted);

}  // namespace fano
