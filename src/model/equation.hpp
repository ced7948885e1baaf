// The equation of a reaction as people write it: "G_on + 2 P -> C".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fano/model.hpp"

namespace fano {

struct Equation {
    std::vector<Participant> reactants;  // each species once, counts whole and at least 1
    std::vector<Participant> products;
    bool reversible = false;
};

// Arrows are -> and =>, or <-> and <=> if the reaction is reversible. A side is a sum of species, each with an
// optional count before it ("2 M", "2*M", "2M"), or 0, ∅ or nothing at all. Throws InputError without a place.
Equation parse_equation(std::string const& text);

// Whether `text` is a letter or _, then letters, digits and _.
bool is_identifier(std::string_view text);

}  // namespace fano
