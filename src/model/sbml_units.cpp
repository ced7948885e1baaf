// Units of an SBML model. Only one thing must be right for a simulator of molecules: that amounts are molecules.
#include <cmath>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

#include "model/count.hpp"
#include "model/sbml_sections.hpp"

namespace fano {

namespace {

double factor(Unit const& unit) {
    double const exponent = unit.getExponentAsDouble();
    return std::pow(unit.getMultiplier() * std::pow(10.0, unit.getScale()), exponent);
}

// What amounts in `unit` are if they are not molecules, as "mole"; empty if they are.
std::string other_substance(::Model const& model, std::string const& unit) {
    auto const* definition = model.getUnitDefinition(unit);
    if (definition == nullptr) {
        return unit == "item" || unit == "dimensionless" || unit == "substance" ? std::string() : unit;
    }
    double scale = 1;
    for (unsigned i = 0; i < definition->getNumUnits(); ++i) {
        auto const& part = *definition->getUnit(i);
        auto const* const name = UnitKind_toString(part.getKind());
        if (part.getKind() != UNIT_KIND_ITEM && part.getKind() != UNIT_KIND_DIMENSIONLESS) {
            return factor(part) == 1 ? name : fmt::format("{} {}", number_text(factor(part)), name);
        }
        scale *= factor(part);
    }
    return std::abs(scale - 1) < 1e-12 ? std::string() : fmt::format("{} items", number_text(scale));
}

void require_molecules(SbmlContext const& context, std::string const& unit, SBase const& place,
                       std::string const& what) {
    auto const other = other_substance(context.source(), unit);
    if (other.empty()) return;
    context.fail(
        place,
        fmt::format("{} in units of {} (\"{}\"), but fano counts molecules. Convert the amounts and the "
                    "rate constants (1 mole is 6.02214076e23 molecules) and set the unit to \"item\"",
                    what, other, unit));
}

std::string seconds_text(double seconds) {
    if (seconds == 1) return "second";
    if (seconds == 60) return "minute";
    if (seconds == 3600) return "hour";
    if (seconds == 86400) return "day";
    return number_text(seconds) + " second";
}

}  // namespace

void check_substance_units(SbmlContext const& context) {
    auto const& source = context.source();
    auto const default_unit = context.level() >= 3 ? source.getSubstanceUnits() : std::string("substance");
    bool unspecified = false;
    for (unsigned i = 0; i < source.getNumSpecies(); ++i) {
        auto const& species = *source.getSpecies(i);
        auto const what = fmt::format("species \"{}\" is", species.getId());
        if (species.isSetSubstanceUnits()) {
            require_molecules(context, species.getSubstanceUnits(), species, what);
        } else if (!default_unit.empty()) {
            auto const* definition = source.getUnitDefinition(default_unit);
            SBase const& place = definition != nullptr ? static_cast<SBase const&>(*definition) : source;
            require_molecules(context, default_unit, place, "amounts of species are");
            unspecified = unspecified || (context.level() < 3 && definition == nullptr);
        }
    }
    if (unspecified) {
        context.note(
            "the model does not say in which unit its amounts are; they are read as molecules, not as the "
            "moles that "
            "are the default of SBML Level 2");
    }
    if (context.level() >= 3 && source.isSetExtentUnits()) {
        require_molecules(context, source.getExtentUnits(), source, "extents of reactions are");
    }
}

std::string unit_text(SbmlContext const& context, std::string const& unit) {
    auto const* definition = context.source().getUnitDefinition(unit);
    return definition != nullptr && definition->isSetName() ? definition->getName() : unit;
}

std::string time_unit(SbmlContext const& context) {
    auto const unit = context.level() >= 3 ? context.source().getTimeUnits() : std::string("time");
    auto const* definition = context.source().getUnitDefinition(unit);
    if (definition == nullptr) return unit == "time" ? "second" : unit;
    if (definition->getNumUnits() == 1) {
        auto const& only = *definition->getUnit(0);
        if (only.getKind() == UNIT_KIND_SECOND && only.getExponentAsDouble() == 1)
            return seconds_text(factor(only));
    }
    return unit_text(context, unit);
}

}  // namespace fano
