// Turns what the TOML library read into a TomlValue, and its complaints into sentences.
#include "model/toml_tree.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

// The library asserts before it checks: a bracket without a name would end the program instead of being reported.
// Only its header-only form lets us choose.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

#include "fano/error.hpp"

namespace fano {

namespace {

TomlValue convert(toml::node const& node);

TomlValue convert_table(toml::table const& table) {
    std::vector<std::pair<toml::source_position, TomlValue>> members;
    for (auto const& [key, node] : table) {
        auto member = convert(node);
        member.key = key.str();
        member.line = static_cast<int>(key.source().begin.line);
        members.emplace_back(key.source().begin, std::move(member));
    }
    // The library sorts by name; people expect the order that they wrote.
    std::stable_sort(members.begin(), members.end(),
                     [](auto const& a, auto const& b) { return a.first < b.first; });
    TomlValue value;
    for (auto& member : members) value.items.push_back(std::move(member.second));
    return value;
}

TomlValue convert(toml::node const& node) {
    TomlValue value;
    if (auto const* table = node.as_table()) {
        value = convert_table(*table);
    } else if (auto const* array = node.as_array()) {
        value.kind = TomlValue::Kind::array;
        for (auto const& item : *array) value.items.push_back(convert(item));
    } else if (auto const* text = node.as_string()) {
        value.kind = TomlValue::Kind::text;
        value.text = text->get();
    } else if (auto const* whole = node.as_integer()) {
        value.kind = TomlValue::Kind::number;
        value.number = static_cast<double>(whole->get());
    } else if (auto const* real = node.as_floating_point()) {
        value.kind = TomlValue::Kind::number;
        value.number = real->get();
    } else if (auto const* boolean = node.as_boolean()) {
        value.kind = TomlValue::Kind::boolean;
        value.boolean = boolean->get();
    } else {
        value.kind = TomlValue::Kind::date;
    }
    value.line = static_cast<int>(node.source().begin.line);
    return value;
}

// The library's "Error while parsing X: Y" as a sentence that says what to do.
std::string explain(std::string const& description) {
    auto const has = [&](char const* part) { return description.find(part) != std::string::npos; };
    if (has("cannot redefine existing")) {
        auto const begin = description.find('\'');
        auto const end = description.find('\'', begin + 1);
        if (begin != std::string::npos && end != std::string::npos) {
            return fmt::format("duplicate \"{}\": it is given a second time here. Keep one of them",
                               description.substr(begin + 1, end - begin - 1));
        }
    }
    std::string advice;
    if (has("could not determine value type")) advice = ". Put texts and formulas in quotes";
    if (has("utf-8")) advice = ". Save the model as text in UTF-8";
    if (has("inline table") && has("\\n")) advice = ". A table in braces must stand on one line";
    if (has("expected value, saw '\\n'")) advice = ". Give a value on the line of its name";
    return "this is not TOML: " + description + advice;
}

// Where the quoted text that begins at `begin` ends; one on a single line ends there at the latest.
std::size_t skip_quoted(std::string const& text, std::size_t begin) {
    auto const quote = text[begin];
    auto const long_quote = std::string(3, quote);
    bool const is_long = text.compare(begin, 3, long_quote) == 0;
    for (auto at = begin + (is_long ? 3 : 1); at < text.size(); ++at) {
        if (text[at] == '\\' && quote == '"') {
            ++at;
        } else if (is_long ? text.compare(at, 3, long_quote) == 0 : text[at] == quote || text[at] == '\n') {
            return at + (is_long ? 3 : 1);
        }
    }
    return text.size();
}

// Refuses what pasting from a document leaves behind: curly quotes, hard spaces, long dashes. The library has
// undefined behaviour for some of them.
void refuse_foreign_characters(std::string const& text, std::string const& file) {
    for (std::size_t at = 0; at < text.size();) {
        // A quote inside a word begins nothing.
        bool const may_begin = at == 0 || std::strchr(" \t\r\n=,[{", text[at - 1]) != nullptr;
        if (may_begin && (text[at] == '"' || text[at] == '\'')) {
            at = skip_quoted(text, at);
        } else if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else if (static_cast<unsigned char>(text[at]) < 0x80) {
            ++at;
        } else {
            auto end = at + 1;
            while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
            auto const line =
                1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
            throw InputError(
                file, static_cast<int>(line),
                fmt::format("this is not TOML: the character \"{}\" may stand only in quotes and "
                            "comments. Type plain quotes, spaces and names, in UTF-8",
                            text.substr(at, end - at)));
        }
    }
}

}  // namespace

TomlValue const* TomlValue::find(std::string_view name) const {
    for (auto const& item : items) {
        if (item.key == name) return &item;
    }
    return nullptr;
}

char const* TomlValue::kind_name() const {
    switch (kind) {
        case Kind::text:
            return "a text";
        case Kind::number:
            return "a number";
        case Kind::boolean:
            return "true or false";
        case Kind::array:
            return "an array";
        case Kind::table:
            return "a table";
        case Kind::date:
            return "a date";
    }
    return "";
}

TomlValue parse_toml(std::string const& text, std::string const& file) {
    refuse_foreign_characters(text, file);
    try {
        return convert_table(toml::parse(text, file));
    } catch (toml::parse_error const& error) {
        throw InputError(file, static_cast<int>(error.source().begin.line),
                         explain(std::string(error.description())));
    }
}

}  // namespace fano
