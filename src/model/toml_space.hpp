// [space] of a TOML model.
#pragma once

#include "fano/model.hpp"
#include "model/toml_context.hpp"

namespace fano {

// The lattice, and its volume as the model's only one; then, once species and reactions are read, all the rest.
void read_space(TomlValue const& table, TomlContext const& context, Model& model);
void read_space_contents(TomlValue const& table, TomlContext const& context, Model& model);

// Fails unless a species of that name is declared.
void require_species_in_space(std::string const& id, int line, TomlContext const& context);
// An array of `dimensions` numbers.
Point read_point(TomlValue const& value, TomlContext const& context, int dimensions, std::string const& what);
// A shape: a table with one key that names its kind, or the name of a region in quotes.
Shape read_shape(TomlValue const& value, TomlContext const& context, Space const& space,
                 std::string const& what);

}  // namespace fano
