// SBML, Levels 2 and 3, to a Model. What fano cannot simulate as written is refused by name; nothing that changes
// the outcome is left aside.
#include <filesystem>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

#include "fano/model.hpp"
#include "model/sbml_sections.hpp"

namespace fano {

Model read_sbml(std::string const& text, std::string const& file) {
    SbmlDocument const document(text, file);
    auto const& source = document.model();
    Model model;
    model.file = file;
    model.name = source.isSetName() ? source.getName() : source.getId();
    if (model.name.empty()) model.name = std::filesystem::path(file).stem().string();
    model.notes = document.notes();

    SbmlContext context(document, model);
    check_substance_units(context);
    model.time_unit = time_unit(context);
    read_quantities(context);
    read_stoichiometries(context);
    read_assignments(context);
    read_reactions(context);
    read_events(context);
    context.check_unset();
    if (auto const constraints = source.getNumConstraints(); constraints > 0) {
        context.note(fmt::format("{} of the model {} not checked",
                                 constraints == 1 ? "a constraint" : "the constraints",
                                 constraints == 1 ? "is" : "are"));
    }
    return model;
}

}  // namespace fano
