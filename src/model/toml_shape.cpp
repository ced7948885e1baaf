// Regions of space: primitive shapes, and what is made of them.
#include <algorithm>

#include <fmt/format.h>

#include "model/toml_space.hpp"

namespace fano {

namespace {

class ShapeReader {
public:
    ShapeReader(TomlContext const& context, Space const& space, std::string what)
        : context_(context), space_(space), what_(std::move(what)) {}

    Shape read(TomlValue const& value) const {
        if (value.is_text()) return named(value);
        context_.require_table(value, what_);
        if (value.items.empty() || (value.items.size() > 1 && value.find("file") == nullptr))
            context_.fail(value.line,
                          fmt::format("{} must be one of {}, as in {{ sphere = {{ centre = [1, 1, "
                                      "1], radius = 0.5 }} }}",
                                      what_, list(kinds)));
        auto const& item = value.find("file") != nullptr ? *value.find("file") : value.items.front();
        Shape shape = of_kind(item, value);
        shape.line = item.line;
        return shape;
    }

private:
    inline static std::vector<std::string> const kinds = {
        "box",   "sphere",       "ellipsoid",  "capsule",    "cylinder", "region",
        "union", "intersection", "difference", "complement", "surface",  "file"};

    Shape named(TomlValue const& value) const {
        auto const id = context_.text(value, what_);
        auto const known = [&](Region const& region) { return region.id == id; };
        if (std::none_of(space_.regions.begin(), space_.regions.end(), known)) {
            std::vector<std::string> ids;
            for (auto const& region : space_.regions) ids.push_back(region.id);
            context_.fail(value.line,
                          fmt::format("{} names the region \"{}\", which is not declared before it{}", what_,
                                      id, suggest(id, ids)));
        }
        return {.kind = ShapeKind::region, .text = id, .line = value.line};
    }

    Shape of_kind(TomlValue const& item, TomlValue const& table) const {
        auto const& kind = item.key;
        if (kind == "box") {
            check(item, {"from", "to"});
            Shape shape{.kind = ShapeKind::box, .a = point(item, "from"), .b = point(item, "to")};
            for (int i = 0; i < space_.dimensions; ++i)
                if (!(shape.a[static_cast<std::size_t>(i)] < shape.b[static_cast<std::size_t>(i)]))
                    context_.fail(item.line,
                                  what_ + " is empty: \"from\" must lie below \"to\" along every axis");
            return shape;
        }
        if (kind == "sphere") {
            check(item, {"centre", "center", "radius"});
            double const r = radius(item);
            return {.kind = ShapeKind::ellipsoid, .a = centre(item), .b = {r, r, r}};
        }
        if (kind == "ellipsoid") {
            check(item, {"centre", "center", "radii"});
            Shape shape{.kind = ShapeKind::ellipsoid, .a = centre(item), .b = point(item, "radii")};
            for (int i = 0; i < space_.dimensions; ++i) positive(shape.b[static_cast<std::size_t>(i)], item);
            for (int i = space_.dimensions; i < 3; ++i) shape.b[static_cast<std::size_t>(i)] = 1;
            return shape;
        }
        if (kind == "capsule" || kind == "cylinder") {
            check(item, {"from", "to", "radius"});
            return {.kind = kind == "capsule" ? ShapeKind::capsule : ShapeKind::cylinder,
                    .a = point(item, "from"),
                    .b = point(item, "to"),
                    .radius = radius(item)};
        }
        if (kind == "region") return named(item);
        if (kind == "union") return combined(ShapeKind::any_of, item, 1);
        if (kind == "intersection") return combined(ShapeKind::all_of, item, 1);
        if (kind == "difference") return combined(ShapeKind::difference, item, 2);
        if (kind == "complement") return {.kind = ShapeKind::complement, .parts = {read(item)}};
        if (kind == "surface") return {.kind = ShapeKind::surface, .parts = {read(item)}};
        if (kind == "file") {
            context_.check_keys(table, what_, {"file", "value"});
            Shape shape{.kind = ShapeKind::file, .text = context_.text(item, "the file of " + what_)};
            if (auto const* value = table.find("value")) {
                shape.any_value = false;
                shape.value = context_.number(*value, "the value of " + what_);
            }
            return shape;
        }
        context_.fail(item.line, fmt::format("{} has an unknown shape \"{}\"{}. There are {}", what_, kind,
                                             suggest(kind, kinds), list(kinds)));
    }

    Shape combined(ShapeKind kind, TomlValue const& item, std::size_t least) const {
        if (item.kind != TomlValue::Kind::array || item.items.size() < least)
            context_.fail(item.line, fmt::format("\"{}\" of {} must be an array of {} or more regions",
                                                 item.key, what_, least));
        Shape shape{.kind = kind};
        for (auto const& part : item.items) shape.parts.push_back(read(part));
        return shape;
    }

    void check(TomlValue const& item, std::vector<std::string> const& allowed) const {
        context_.require_table(item, fmt::format("the {} of {}", item.key, what_));
        context_.check_keys(item, fmt::format("the {} of {}", item.key, what_), allowed);
    }

    TomlValue const& member(TomlValue const& item, std::string const& key) const {
        auto const* value = item.find(key);
        if (value == nullptr)
            context_.fail(item.line, fmt::format("the {} of {} has no \"{}\"", item.key, what_, key));
        return *value;
    }

    Point point(TomlValue const& item, std::string const& key) const {
        return read_point(member(item, key), context_, space_.dimensions,
                          fmt::format("\"{}\" of {}", key, what_));
    }

    Point centre(TomlValue const& item) const {
        return point(item, item.find("center") != nullptr ? "center" : "centre");
    }

    double radius(TomlValue const& item) const {
        auto const& value = member(item, "radius");
        return positive(context_.number(value, "the radius of " + what_), value);
    }

    double positive(double x, TomlValue const& at) const {
        if (!(x > 0))
            context_.fail(at.line, fmt::format("a radius of {} is {}; it must be more than 0", what_, x));
        return x;
    }

    TomlContext const& context_;
    Space const& space_;
    std::string what_;
};

}  // namespace

Shape read_shape(TomlValue const& value, TomlContext const& context, Space const& space,
                 std::string const& what) {
    return ShapeReader{context, space, what}.read(value);
}

}  // namespace fano
