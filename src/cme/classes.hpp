// Which states a Markov process comes back to.
#pragma once

#include <cstdint>
#include <vector>

#include "cme/generator.hpp"

namespace fano {

struct Classes {
    // [state] class, numbered so that a class leads only to classes of lower number or itself; none where the state cannot be
    // reached.
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    std::vector<std::uint32_t> of;
    std::vector<bool> closed;  //!< [class] nothing leads out of it

    // The states that can be reached and are in a class of the kind that is wanted.
    template <class Wanted>
    std::vector<std::uint64_t> states(Wanted wanted) const {
        std::vector<std::uint64_t> list;
        for (std::size_t i = 0; i < of.size(); ++i)
            if (of[i] != none && wanted(of[i])) list.push_back(i);
        return list;
    }
};

// Communicating classes of the states that can be reached from those given: Tarjan, SIAM J. Comput. 1, 146 (1972).
// `by_source`: the generator by columns.
Classes find_classes(Eigen::SparseMatrix<double> const& by_source, std::vector<std::uint64_t> const& from);

}  // namespace fano
