// An SBML document that libSBML could read: level, packages and errors are settled here, once.
#pragma once

#include <memory>
#include <string>
#include <vector>

class SBase;
class SBMLDocument;
class Model;

namespace fano {

class SbmlDocument {
public:
    // Throws InputError when the text is not SBML of Level 2 or 3, or needs a package that fano does not know.
    SbmlDocument(std::string const& text, std::string const& file);
    ~SbmlDocument();
    SbmlDocument(SbmlDocument const&) = delete;
    SbmlDocument& operator=(SbmlDocument const&) = delete;

    ::Model const& model() const;
    std::string const& file() const { return file_; }
    unsigned level() const;
    // The line in which an element's tag begins.
    int line(::SBase const& element) const;
    std::vector<std::string> const& notes() const { return notes_; }

private:
    [[noreturn]] void fail(int line, std::string const& message) const;
    int line_of_tag(unsigned line, unsigned column) const;
    int line_at(std::size_t position) const;
    void check_root();
    void check_level() const;
    void check_packages();
    void check_errors() const;

    std::string const& text_;
    std::string file_;
    std::vector<std::size_t> line_starts_;
    int root_line_ = 0;
    std::unique_ptr<::SBMLDocument> document_;
    std::vector<std::string> notes_;
};

}  // namespace fano
