// Reads the text with libSBML and says in a person's words what is wrong with it as SBML.
#include "model/sbml_document.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>
#include <sbml/SBMLTypes.h>
#include <sbml/extension/SBMLDocumentPlugin.h>
#include <sbml/extension/SBasePlugin.h>

#include "fano/error.hpp"

namespace fano {

namespace {

// The name of the first element, without its prefix, and where it stands. npos if there is none.
struct Root {
    std::string name;
    std::size_t position = std::string::npos;
};

Root find_root(std::string const& text) {
    for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
        if (text.compare(at, 4, "<!--") == 0) {
            at = text.find("-->", at);
            if (at == std::string::npos) break;
            continue;
        }
        if (at + 1 >= text.size() || text[at + 1] == '?' || text[at + 1] == '!') continue;
        auto const end = text.find_first_of(" \t\r\n/>", at);
        auto name = text.substr(at + 1, end == std::string::npos ? end : end - at - 1);
        if (auto const colon = name.find(':'); colon != std::string::npos) name.erase(0, colon + 1);
        return {name, at};
    }
    return {};
}

// "http://www.sbml.org/sbml/level3/version1/comp/version1" is "comp".
std::string package_name(std::string const& uri) {
    auto const last = uri.rfind('/');
    if (last == std::string::npos || last == 0) return uri;
    auto const before = uri.rfind('/', last - 1);
    return before == std::string::npos ? uri : uri.substr(before + 1, last - before - 1);
}

bool is_core(std::string const& uri) {
    return uri.find("sbml.org/sbml/level") == std::string::npos || uri.find("/core") != std::string::npos;
}

std::string one_line(std::string const& text) {
    std::string line;
    for (char const c : text) {
        bool const space = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (!space) line += c;
        if (space && !line.empty() && line.back() != ' ') line += ' ';
    }
    while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
    return line;
}

// libSBML quotes the whole rule, then a reference, then what is wrong in this file.
std::string explanation(SBMLError const& error) {
    auto const& message = error.getMessage();
    auto const reference = message.find("Reference: ");
    if (reference != std::string::npos) {
        auto const end = message.find('\n', reference);
        auto const own = end == std::string::npos ? std::string() : one_line(message.substr(end));
        return own.empty() ? one_line(message.substr(0, reference)) : own;
    }
    return one_line(message);
}

}  // namespace

SbmlDocument::SbmlDocument(std::string const& text, std::string const& file) : text_(text), file_(file) {
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
    check_root();
    // libSBML puts a declaration of its own, and a line, before a text that has none.
    bool const declared = text.compare(0, 5, "<?xml") == 0;
    auto const* const declaration = declared ? "" : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    document_.reset(readSBMLFromString((declaration + text).c_str()));
    check_level();
    check_packages();
    check_errors();
    if (document_->getModel() == nullptr) fail(root_line_, "the document holds no <model>");
}

SbmlDocument::~SbmlDocument() = default;

::Model const& SbmlDocument::model() const { return *document_->getModel(); }
unsigned SbmlDocument::level() const { return document_->getLevel(); }

void SbmlDocument::fail(int line, std::string const& message) const {
    throw InputError(file_, line, message);
}

int SbmlDocument::line_of_tag(unsigned line, unsigned column) const {
    if (line == 0) return 0;
    if (line > line_starts_.size()) return static_cast<int>(line_starts_.size());
    // The place that libSBML knows is the end of the tag; no < occurs within a tag.
    auto const end = std::min(line_starts_[line - 1] + (column > 0 ? column - 1 : 0), text_.size());
    auto const begin = text_.rfind('<', end);
    if (begin == std::string::npos) return static_cast<int>(line);
    return line_at(begin);
}

int SbmlDocument::line_at(std::size_t position) const {
    auto const after = std::upper_bound(line_starts_.begin(), line_starts_.end(), position);
    return static_cast<int>(after - line_starts_.begin());
}

int SbmlDocument::line(SBase const& element) const {
    return line_of_tag(element.getLine(), element.getColumn());
}

void SbmlDocument::check_root() {
    if (text_.find_first_not_of(" \t\r\n") == std::string::npos) {
        fail(0, "the file is empty. An SBML model begins with <sbml>");
    }
    auto const root = find_root(text_);
    if (root.position == std::string::npos) {
        fail(0, "this is not SBML: the file has no XML element. An SBML model begins with <sbml>");
    }
    root_line_ = line_at(root.position);
    if (root.name == "sbml") return;
    fail(root_line_,
         fmt::format(
             "this is XML but not SBML: it begins with <{}>, SBML with <sbml>. Export the model as SBML",
             root.name));
}

void SbmlDocument::check_level() const {
    bool const known =
        level() < 3 ? document_->getVersion() <= 5 : level() == 3 && document_->getVersion() <= 2;
    if (!known) {
        fail(root_line_,
             fmt::format("SBML Level {} Version {} is not known; fano reads Level 2 and Level 3 Versions "
                         "1 and 2",
                         level(), document_->getVersion()));
    }
    if (level() != 1) return;
    fail(root_line_,
         "SBML Level 1 is not supported: its formulas are text without a fixed meaning. Convert the model to "
         "Level 3, for example with libSBML's convertSBML");
}

void SbmlDocument::check_packages() {
    if (level() < 3) return;  // packages came with Level 3
    auto const* namespaces = document_->getNamespaces();
    std::set<std::string> seen;
    for (int i = 0; namespaces != nullptr && i < namespaces->getLength(); ++i) {
        auto const uri = namespaces->getURI(i);
        auto const name = package_name(uri);
        // What this package adds to Level 3 Version 1 are functions that fano knows or refuses by name.
        if (is_core(uri) || name == "l3v2extendedmath" || !seen.insert(name).second) continue;
        if (document_->getPackageRequired(uri)) {
            fail(root_line_,
                 fmt::format(
                     "the model requires the SBML package \"{0}\", which fano does not know. {1}", name,
                     name == "comp" ? "Flatten it first, for example with libSBML's flattenModel or in COPASI"
                                    : "Export it without that package"));
        }
        notes_.push_back(
            fmt::format("the SBML package \"{}\" was left aside; the model says it is not required "
                        "to simulate it",
                        name));
    }
}

void SbmlDocument::check_errors() const {
    for (unsigned i = 0; i < document_->getNumErrors(); ++i) {
        auto const& error = *document_->getError(i);
        if (error.getSeverity() != LIBSBML_SEV_ERROR && error.getSeverity() != LIBSBML_SEV_FATAL) continue;
        // Packages that are left aside may be wrong.
        auto const& package = error.getPackage();
        if (!package.empty() && package != "core" && package != "l3v2extendedmath") continue;
        if (error.getErrorId() == MissingXMLEncoding) continue;      // it is UTF-8 then
        if (error.getErrorId() == RequiredPackagePresent) continue;  // settled by check_packages()
        if (error.getErrorId() == MissingModel) fail(root_line_, "the document holds no <model>");
        if (error.getErrorId() == BadlyFormedXML || error.getErrorId() == XMLTagMismatch ||
            error.getErrorId() == XMLUnexpectedEOF) {
            fail(static_cast<int>(std::min<std::size_t>(error.getLine(), line_starts_.size())),
                 "the XML is not well-formed: a tag is wrong or missing, or the file ends too early");
        }
        fail(line_of_tag(error.getLine(), error.getColumn()), explanation(error));
    }
}

}  // namespace fano
