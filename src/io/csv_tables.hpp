// CSV tables that belong together: the main one under the name that was asked for, the others beside it.
#pragma once

#include <string>
#include <vector>

#include "io/fields.hpp"
#include "io/output_file.hpp"

namespace fano {

// As RFC 4180 has it.
std::string csv_quoted(std::string const& text);

class CsvTables {
public:
    // `comments` stand above every table, a line a field.
    CsvTables(std::string file, std::vector<Field> comments)
        : file_(std::move(file)), comments_(std::move(comments)) {}

    // `kind` goes before the ending of the table's name; empty for the main one, which comes first.
    TextFile begin(std::string const& kind, std::string const& heading);
    void end(TextFile&& table);
    // Whether the main table is a device or a pipe, which has no place beside it.
    bool special() const { return tables_.front().special(); }
    // All tables appear together. Tables that an earlier run left under the same name would be taken for this
    // one's, and go.
    void commit();

private:
    std::string place(std::string const& kind) const;

    std::string file_;
    std::vector<Field> comments_;
    std::vector<std::string> kinds_;  // of the tables begun
    std::vector<TextFile> tables_;    // complete, waiting for the others
};

template <class... Cells>
void csv_row(TextFile& table, Cells const&... cells) {
    char const* separator = "";
    ((table.write(separator), table.write(cells), separator = ","), ...);
    table.write("\n");
}

}  // namespace fano
