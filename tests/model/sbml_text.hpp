// Small SBML documents for the tests of the reader, with lines that a test can count, and what they become as
// text.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include <sbml/SBMLTypes.h>
#include <sbml/math/L3Parser.h>
#include <sbml/math/L3ParserSettings.h>

#include "fano/model.hpp"

namespace fano::sbml_text {

inline std::string mathml(std::string const& body) {
    return "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" + body + "</math>";
}

// MathML of an infix formula, on one line.
inline std::string math(std::string const& formula) {
    L3ParserSettings settings;
    settings.setParseL3v2Functions(true);
    std::unique_ptr<ASTNode> const tree(SBML_parseL3FormulaWithSettings(formula.c_str(), &settings));
    std::unique_ptr<char, decltype(&std::free)> const written(writeMathMLToString(tree.get()), &std::free);
    std::string text = written.get();
    text.erase(0, text.find("<math"));
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

// `body` begins in line 3.
inline std::string level3(std::string const& body, std::string const& attributes = "") {
    return "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version2/core\" level=\"3\" version=\"2\">\n<model "
           "id=\"m\"" +
           attributes + ">\n" + body + "</model>\n</sbml>\n";
}

inline std::string level2(std::string const& body, int version = 4) {
    auto const v = std::to_string(version);
    return "<sbml xmlns=\"http://www.sbml.org/sbml/level2" + (version == 1 ? "" : "/version" + v) +
           "\" level=\"2\" version=\"" + v + "\">\n<model id=\"m\">\n" + body + "</model>\n</sbml>\n";
}

inline std::string list(std::string const& of, std::string const& items) {
    return "<listOf" + of + ">\n" + items + "</listOf" + of + ">\n";
}

inline std::string compartment(std::string const& attributes = "size=\"2\"") {
    return "<compartment id=\"cell\" constant=\"true\" " + attributes + "/>\n";
}

inline std::string species(std::string const& id, std::string const& value = "initialAmount=\"5\"",
                           bool amount = true, std::string const& flags = "") {
    return "<species id=\"" + id + "\" compartment=\"cell\" " + value + " hasOnlySubstanceUnits=\"" +
           (amount ? "true" : "false") + "\" " +
           (flags.empty() ? "boundaryCondition=\"false\" constant=\"false\"" : flags) + "/>\n";
}

inline std::string parameter(std::string const& id, std::string const& value = "value=\"3\"",
                             bool constant = true) {
    return "<parameter id=\"" + id + "\" " + value + " constant=\"" + (constant ? "true" : "false") +
           "\"/>\n";
}

inline std::string reference(std::string const& id, std::string const& attributes = "stoichiometry=\"1\"") {
    return "<speciesReference species=\"" + id + "\" constant=\"true\" " + attributes + "/>\n";
}

inline std::string reactants(std::string const& references) { return list("Reactants", references); }
inline std::string products(std::string const& references) { return list("Products", references); }

inline std::string law(std::string const& formula, std::string const& locals = "") {
    return "<kineticLaw>" + math(formula) + (locals.empty() ? "" : "\n" + list("LocalParameters", locals)) +
           "</kineticLaw>\n";
}

inline std::string reaction(std::string const& id, std::string const& content, bool reversible = false) {
    return "<reaction id=\"" + id + "\" reversible=\"" + (reversible ? "true" : "false") + "\">\n" + content +
           "</reaction>\n";
}

// Lines 3 to 14: a compartment of size 2 (line 4), species A (7) and B (8) with amounts 5, parameters k = 3 and
// k2 = 3 (11, 12); lines from 14 on are `rest`.
inline std::string with_quantities(std::string const& rest, std::string const& attributes = "") {
    return level3(list("Compartments", compartment()) + list("Species", species("A") + species("B")) +
                      list("Parameters", parameter("k") + parameter("k2")) + rest,
                  attributes);
}

// A reaction R, in line 15, with its content from line 16 on.
inline std::string with_reaction(std::string const& content, bool reversible = false,
                                 std::string const& attributes = "") {
    return with_quantities(list("Reactions", reaction("R", content, reversible)), attributes);
}

inline fano::Model read(std::string const& text) { return read_sbml(text, "folder/test.xml"); }

inline Quantity const& quantity(fano::Model const& model, std::string const& id) {
    auto const* found = model.find(id);
    if (found == nullptr) throw std::runtime_error("there is no quantity " + id);
    return *found;
}

inline std::string side_text(std::vector<Participant> const& side) {
    std::string text;
    for (auto const& [name, count] : side) text += std::to_string(static_cast<int>(count)) + name + " ";
    return text;
}

inline std::string reaction_text(fano::Reaction const& r) {
    return r.id + ": " + side_text(r.reactants) + "-> " + side_text(r.products) + "@ " + r.law.text();
}

inline std::string reactions_text(fano::Model const& model) {
    std::string text;
    for (auto const& r : model.reactions) text += (text.empty() ? "" : "; ") + reaction_text(r);
    return text;
}

inline bool has_note(fano::Model const& model, std::string const& words) {
    return std::any_of(model.notes.begin(), model.notes.end(),
                       [&](auto const& note) { return note.find(words) != std::string::npos; });
}

}  // namespace fano::sbml_text
