// The tables of a TOML model, one function each. All names are declared before any of them is called.
#pragma once

#include "fano/model.hpp"
#include "model/toml_context.hpp"

namespace fano {

// Each reads one table of the file into `model`. Volumes come before species, quantities before the rest.
void read_volumes(TomlValue const& table, TomlContext const& context, Model& model);
void read_species(TomlValue const& table, TomlContext const& context, Model& model);
void read_parameters(TomlValue const& table, TomlContext const& context, Model& model);
void read_observables(TomlValue const& table, TomlContext const& context, Model& model);
void read_units(TomlValue const& table, TomlContext const& context, Model& model);
void read_reactions(TomlValue const& table, TomlContext& context, Model& model);
void read_events(TomlValue const& table, TomlContext const& context, Model& model);

}  // namespace fano
