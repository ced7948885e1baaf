// Where tables lie, and what stands above each.
#include "io/csv_tables.hpp"

#include <algorithm>
#include <filesystem>

namespace fano {

namespace {

constexpr char const* all_kinds[] = {"histogram", "covariance",  "joint",       "snapshots", "trajectory",
                                     "reactions", "probability", "certificate", "arrived",   "currents",
                                     "profile_x", "profile_y",   "profile_z"};

void write_comment(TextFile& table, std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    table.write(text);
}
template <class Number>
void write_comment(TextFile& table, Number number) {
    table.write(number);
}

}  // namespace

std::string csv_quoted(std::string const& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

std::string CsvTables::place(std::string const& kind) const {
    std::filesystem::path path(file_);
    if (!kind.empty()) path.replace_filename(path.stem().string() + "." + kind + path.extension().string());
    return path.string();
}

TextFile CsvTables::begin(std::string const& kind, std::string const& heading) {
    kinds_.push_back(kind);
    TextFile table(place(kind));
    for (auto const& [name, value] : comments_) {
        table.write("# " + name + ": ");
        std::visit([&](auto const& content) { write_comment(table, content); }, value);
        table.write("\n");
    }
    table.write(heading);
    table.write("\n");
    return table;
}

void CsvTables::end(TextFile&& table) {
    table.close();
    tables_.push_back(std::move(table));
}

void CsvTables::commit() {
    bool const alone = special();
    for (auto& table : tables_) table.commit();
    if (alone) return;
    for (char const* kind : all_kinds) {
        std::error_code ignored;
        if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end())
            std::filesystem::remove(place(kind), ignored);
    }
}

}  // namespace fano
