// Tables in named columns: printed for people, written as CSV, JSON or HDF5.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "fano/table.hpp"
#include "io/csv_tables.hpp"
#include "io/fields.hpp"
#include "io/hdf5_parts.hpp"
#include "io/json_object.hpp"
#include "io/output_file.hpp"

namespace fano {

namespace {

std::size_t row_count(Table const& table) {
    std::size_t const rows = table.columns.empty() ? 0 : table.columns.front().values.size();
    for (auto const& column : table.columns)
        if (column.values.size() != rows)
            throw Error(ExitCode::internal,
                        fmt::format("column {} of table {} has {} values and the first one {}", column.name,
                                    table.name, column.values.size(), rows));
    return rows;
}

std::size_t shown_width(std::string const& text) {
    std::size_t width = 0;
    for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
    return width;
}

std::string on_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::string text_of(Field const& field) {
    return std::visit([](auto const& value) { return fmt::format("{}", value); }, field.value);
}

std::string csv_place(std::string const& file, Table const& table, bool first) {
    if (first) return file;
    std::filesystem::path path(file);
    path.replace_filename(path.stem().string() + "." + table.name + path.extension().string());
    return path.string();
}

TextFile csv_table(std::string const& place, Table const& table, Provenance const& provenance) {
    TextFile text(place);
    for (auto const& field : provenance_fields(provenance))
        text.write(fmt::format("# {}: {}\n", field.name, on_one_line(text_of(field))));
    for (auto const& note : table.notes) text.write(fmt::format("# note: {}\n", on_one_line(note)));
    for (auto const& column : table.columns)
        if (!column.unit.empty())
            text.write(fmt::format("# unit of {}: {}\n", column.name, on_one_line(column.unit)));
    char const* separator = "";
    for (auto const& column : table.columns) {
        text.write(separator);
        text.write(csv_quoted(column.name));
        separator = ",";
    }
    text.write("\n");
    std::size_t const rows = row_count(table);
    for (std::size_t row = 0; row < rows; ++row) {
        separator = "";
        for (auto const& column : table.columns) {
            text.write(separator);
            text.write(column.values[row]);
            separator = ",";
        }
        text.write("\n");
    }
    text.close();
    return text;
}

void write_csv_tables(std::string const& file, std::vector<Table> const& tables,
                      Provenance const& provenance) {
    std::vector<TextFile> files;
    for (auto const& table : tables) {
        files.push_back(csv_table(csv_place(file, table, files.empty()), table, provenance));
        if (files.front().special()) break;  // a device or a pipe has no place beside it
    }
    for (auto& text : files) text.commit();
}

void write_json_tables(std::string const& file, std::vector<Table> const& tables,
                       Provenance const& provenance) {
    Json object, units, notes, origin;
    for (auto const& table : tables) {
        row_count(table);
        // Appended, as looking names up in an ordered object takes long where there are thousands.
        auto const members = [&](Json& of) -> Json::object_t& {
            return (of[table.name] = Json::object()).get_ref<Json::object_t&>();
        };
        auto &values = members(object), &unit = members(units);
        for (auto const& column : table.columns) {
            check_stop_writing();
            values.emplace_back(column.name, column.values);
            unit.emplace_back(column.name, column.unit);
        }
        notes[table.name] = table.notes;
    }
    add_fields(origin, provenance_fields(provenance));
    object["units"] = units;
    object["notes"] = notes;
    object["provenance"] = origin;
    TextFile text(file);
    write_json_object(object, [&](auto const& part) { text.write(part); });
    text.close();
    text.commit();
}

// The first column is the dimension of the others, under which xarray labels them.
void write_hdf5_table(Hdf5File& file, Table const& table) {
    row_count(table);
    file.group(table.name);
    std::string dimension;
    for (auto const& column : table.columns) {
        check_stop_writing();
        auto const path = file.free_name(table.name + "/" + column.name);
        if (dimension.empty()) {
            dimension = path;
            file.dimension(path, column.values);
        } else {
            file.dataset(path, {dimension}, column.values);
        }
        describe_hdf5(file, path, column.name, column.unit);
    }
    for (std::size_t i = 0; i < table.notes.size(); ++i)
        file.attribute(table.name, {i == 0 ? "note" : fmt::format("note_{}", i + 1), table.notes[i]});
}

}  // namespace

void print_table(std::FILE* out, Table const& table, std::size_t most_rows) {
    std::size_t const rows = row_count(table);
    std::size_t const shown = rows <= most_rows + 1 ? rows : most_rows;
    std::vector<std::string> lines(shown + (shown < rows ? 3 : 1));
    for (auto const& column : table.columns) {
        std::vector<std::string> cells{column.name};
        if (!column.unit.empty()) cells.front() += " [" + column.unit + "]";
        auto const add = [&](double value) {
            cells.push_back(std::isnan(value) ? "-" : fmt::format("{:.6g}", value));
        };
        for (std::size_t row = 0; row < shown; ++row) add(column.values[row]);
        if (shown < rows) {
            cells.emplace_back("...");
            add(column.values.back());
        }
        std::size_t width = 0;
        for (auto const& cell : cells) width = std::max(width, shown_width(cell));
        if (!lines.front().empty()) width += 2;
        for (std::size_t i = 0; i < cells.size(); ++i)
            lines[i] += std::string(width - shown_width(cells[i]), ' ') + cells[i];
    }
    for (auto const& line : lines) fmt::print(out, "{}\n", line);
    for (auto const& note : table.notes) fmt::print(out, "note: {}\n", note);
}

void write_tables(std::string const& file, std::vector<Table> const& tables, Provenance const& provenance) {
    switch (output_format(file)) {
        case OutputFormat::csv:
            return write_csv_tables(file, tables, provenance);
        case OutputFormat::json:
            return write_json_tables(file, tables, provenance);
        case OutputFormat::hdf5: {
            Hdf5File out(file);
            out.attributes("/", provenance_fields(provenance));
            for (auto const& table : tables) write_hdf5_table(out, table);
            out.commit();
        }
    }
}

}  // namespace fano
