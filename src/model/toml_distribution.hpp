// Tables such as { distribution = "poisson", mean = 5 } in a TOML model.
#pragma once

#include <string>
#include <vector>

#include "fano/model.hpp"
#include "model/toml_context.hpp"

namespace fano {

// `table` has the member "distribution"; beside its arguments it may have the keys `others`. Arguments that are
// numbers are checked against the ranges in which the distribution exists.
Distribution read_distribution(TomlValue const& table, TomlContext const& context, QuantityKind kind,
                               std::string const& owner, std::vector<std::string> const& others);

}  // namespace fano
