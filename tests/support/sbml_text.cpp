// libSBML writes the MathML and judges the documents; the elements around it are put together as text.
#include "tests/support/sbml_text.hpp"

#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>

namespace fano::test {

namespace {

std::string with_defaults(std::string attributes,
                          std::vector<std::pair<std::string, std::string>> const& defaults) {
    for (auto const& [name, value] : defaults)
        if ((" " + attributes).find(" " + name + "=") == std::string::npos)
            attributes += fmt::format(" {}='{}'", name, value);
    return attributes;
}

std::string list(std::string const& of, std::string const& items) {
    return items.empty() ? std::string() : fmt::format("<listOf{0}>\n{1}</listOf{0}>\n", of, items);
}

// "2 A + n=3 B" as species references.
std::string references(std::string const& side) {
    std::string result;
    std::istringstream in(side);
    std::string word, id, stoichiometry = "1";
    while (in >> word) {
        if (word == "+") continue;
        auto const equals = word.find('=');
        if (equals != std::string::npos || word.find_first_not_of("0123456789.") == std::string::npos) {
            if (equals != std::string::npos) id = word.substr(0, equals);
            stoichiometry = word.substr(equals == std::string::npos ? 0 : equals + 1);
            continue;
        }
        result += fmt::format("<speciesReference species='{}' stoichiometry='{}' constant='true'{}/>\n", word,
                              stoichiometry, id.empty() ? id : fmt::format(" id='{}'", id));
        id.clear();
        stoichiometry = "1";
    }
    return result;
}

std::string boolean(bool value) { return value ? "true" : "false"; }

}  // namespace

std::string mathml(std::string const& formula) {
    std::unique_ptr<ASTNode> const tree(SBML_parseL3Formula(formula.c_str()));
    if (!tree) throw std::invalid_argument("not a formula: " + formula);
    std::unique_ptr<char, decltype(&std::free)> const written(writeMathMLToString(tree.get()), &std::free);
    std::string const text = written.get();
    return text.substr(text.find("<math")) + "\n";
}

std::string sbml_errors(std::string const& document) {
    std::unique_ptr<SBMLDocument> const parsed(readSBMLFromString(document.c_str()));
    parsed->setConsistencyChecks(LIBSBML_CAT_UNITS_CONSISTENCY, false);
    parsed->checkConsistency();
    std::string errors;
    for (unsigned i = 0; i < parsed->getNumErrors(); ++i) {
        auto const& error = *parsed->getError(i);
        if (error.getSeverity() >= LIBSBML_SEV_ERROR)
            errors += fmt::format("line {}: {}\n", error.getLine(), error.getMessage());
    }
    return errors;
}

SbmlText& SbmlText::function(std::string const& id, std::string const& lambda) {
    functions_ += fmt::format("<functionDefinition id='{}'>{}</functionDefinition>\n", id, mathml(lambda));
    return *this;
}

SbmlText& SbmlText::compartment(std::string const& attributes) {
    compartments_ += fmt::format(
        "<compartment {}/>\n", with_defaults(attributes, {{"spatialDimensions", "3"}, {"constant", "true"}}));
    return *this;
}

SbmlText& SbmlText::species(std::string const& attributes) {
    species_ += fmt::format("<species {}/>\n", with_defaults(attributes, {{"compartment", "cell"},
                                                                          {"hasOnlySubstanceUnits", "true"},
                                                                          {"boundaryCondition", "false"},
                                                                          {"constant", "false"}}));
    return *this;
}

SbmlText& SbmlText::concentration(std::string const& attributes) {
    return species(attributes + " hasOnlySubstanceUnits='false'");
}

SbmlText& SbmlText::parameter(std::string const& attributes) {
    parameters_ += fmt::format("<parameter {}/>\n", with_defaults(attributes, {{"constant", "true"}}));
    return *this;
}

SbmlText& SbmlText::initially(std::string const& symbol, std::string const& formula) {
    initially_ +=
        fmt::format("<initialAssignment symbol='{}'>{}</initialAssignment>\n", symbol, mathml(formula));
    return *this;
}

SbmlText& SbmlText::rule(std::string const& variable, std::string const& formula) {
    rules_ += fmt::format("<assignmentRule variable='{}'>{}</assignmentRule>\n", variable, mathml(formula));
    return *this;
}

SbmlText& SbmlText::reaction(std::string const& attributes, std::string const& equation,
                             std::string const& law, std::vector<std::string> const& local_parameters) {
    auto const arrow = equation.find("->"), semicolon = equation.find(';');
    if (arrow == std::string::npos) throw std::invalid_argument("no reaction: " + equation);
    std::string modifiers, locals;
    if (semicolon != std::string::npos) {
        std::istringstream in(equation.substr(semicolon + 1));
        for (std::string id; in >> id;)
            modifiers += fmt::format("<modifierSpeciesReference species='{}'/>\n", id);
    }
    for (auto const& local : local_parameters) locals += fmt::format("<localParameter {}/>\n", local);
    reactions_ += fmt::format(
        "<reaction {}>\n{}{}{}<kineticLaw>{}{}</kineticLaw>\n</reaction>\n",
        with_defaults(attributes, {{"reversible", "false"}}),
        list("Reactants", references(equation.substr(0, arrow))),
        list("Products", references(equation.substr(
                             arrow + 2, semicolon == std::string::npos ? semicolon : semicolon - arrow - 2))),
        list("Modifiers", modifiers), mathml(law), list("LocalParameters", locals));
    return *this;
}

SbmlText& SbmlText::event(SbmlEvent const& event) {
    std::string assignments;
    for (auto const& [variable, formula] : event.assignments)
        assignments +=
            fmt::format("<eventAssignment variable='{}'>{}</eventAssignment>\n", variable, mathml(formula));
    auto const optional = [](char const* name, std::string const& formula) {
        return formula.empty() ? formula : fmt::format("<{0}>{1}</{0}>\n", name, mathml(formula));
    };
    events_ += fmt::format(
        "<event useValuesFromTriggerTime='{}'>\n<trigger initialValue='{}' persistent='{}'>{}</trigger>\n"
        "{}{}{}</event>\n",
        boolean(event.from_trigger_time), boolean(event.initial_value), boolean(event.persistent),
        mathml(event.trigger), optional("priority", event.priority), optional("delay", event.delay),
        list("EventAssignments", assignments));
    return *this;
}

std::string SbmlText::text() const {
    auto const compartments =
        compartments_.empty() ? SbmlText().compartment("id='cell' size='1'").compartments_ : compartments_;
    return fmt::format(
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        "<sbml xmlns='http://www.sbml.org/sbml/level3/version2/core' level='3' version='2'>\n"
        "<model substanceUnits='item' extentUnits='item' timeUnits='second' volumeUnits='litre' {}>\n"
        "{}{}{}{}{}{}{}{}</model>\n</sbml>\n",
        model_attributes_, list("FunctionDefinitions", functions_), list("Compartments", compartments),
        list("Species", species_), list("Parameters", parameters_), list("InitialAssignments", initially_),
        list("Rules", rules_), list("Reactions", reactions_), list("Events", events_));
}

}  // namespace fano::test
