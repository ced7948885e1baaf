// SBML Level 3 Version 2 documents from attributes and infix formulas, for tests that simulate what they say.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace fano::test {

// A <math> element; the formula is in libSBML's Level 3 grammar.
std::string mathml(std::string const& formula);

// What libSBML's consistency checks find wrong, units aside; empty for a valid document.
std::string sbml_errors(std::string const& document);

// An event, with the values that are the defaults of Level 2.
struct SbmlEvent {
    std::string trigger;
    std::vector<std::pair<std::string, std::string>> assignments = {};  // variable, formula
    std::string delay = {};
    std::string priority = {};
    bool from_trigger_time = true;
    bool persistent = true;
    bool initial_value = true;
};

// Attributes are written as in XML, with single quotes: "id='A' initialAmount='5'". Those that Level 3 wants
// and that are not given are added: species are amounts, in the compartment "cell", and change; parameters
// and compartments are constant; reactions are irreversible. Without a compartment there is "cell", of size
// 1.
class SbmlText {
public:
    explicit SbmlText(std::string model_attributes = {}) : model_attributes_(std::move(model_attributes)) {}

    SbmlText& function(std::string const& id, std::string const& lambda);  // "lambda(x, y, x*y)"
    SbmlText& compartment(std::string const& attributes);
    SbmlText& species(std::string const& attributes);
    SbmlText& concentration(std::string const& attributes);  // a species that is one
    SbmlText& parameter(std::string const& attributes);
    SbmlText& initially(std::string const& symbol, std::string const& formula);
    SbmlText& rule(std::string const& variable, std::string const& formula);
    // `equation` is "2 A + n=3 B -> C; M": 3 molecules of B by a reference with the id n, modified by M.
    SbmlText& reaction(std::string const& attributes, std::string const& equation, std::string const& law,
                       std::vector<std::string> const& local_parameters = {});
    SbmlText& event(SbmlEvent const& event);

    std::string text() const;

private:
    std::string model_attributes_;
    std::string functions_, compartments_, species_, parameters_, initially_, rules_, reactions_, events_;
};

}  // namespace fano::test
