// JSON results: one object, a top-level key a line.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "io/fields.hpp"

namespace fano {

using Json = nlohmann::ordered_json;

inline void add_fields(Json& object, std::vector<Field> const& fields) {
    for (auto const& [name, value] : fields)
        std::visit([&, &key = name](auto const& content) { object[key] = content; }, value);
}

// Calls `put` with the parts of the text. What is not UTF-8 (a file name may be anything) becomes the
// replacement character.
template <class Put>
void write_json_object(Json const& object, Put const& put) {
    auto const text = [](Json const& value) {
        return value.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    char const* separator = "{\n";
    for (auto const& [key, value] : object.items()) {
        put(separator + text(key) + ": " + text(value));
        separator = ",\n";
    }
    put("\n}\n");
}

}  // namespace fano
