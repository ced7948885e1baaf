// A TOML file as a tree that keeps what messages need: the line of every value and the order of the file.
// The only place that knows the TOML library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fano {

struct TomlValue {
    enum class Kind { text, number, boolean, array, table, date };

    Kind kind = Kind::table;
    std::string key;  // of a member of a table
    int line = 0;     // where the key stands, or the item of an array
    std::string text;
    double number = 0;
    bool boolean = false;
    std::vector<TomlValue> items;  // of an array or a table

    bool is_text() const { return kind == Kind::text; }
    bool is_number() const { return kind == Kind::number; }
    bool is_table() const { return kind == Kind::table; }
    // The member of a table, or nothing.
    TomlValue const* find(std::string_view name) const;
    // "a text", "a number": for messages.
    char const* kind_name() const;
};

// Throws InputError with the line if the text is not TOML or gives a name twice.
TomlValue parse_toml(std::string const& text, std::string const& file);

}  // namespace fano
