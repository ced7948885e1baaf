// Splits an equation at its arrow and its plus signs, then reads one count and one name a term.
#include "model/equation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "model/count.hpp"

namespace fano {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
    auto constexpr blank = " \t\r\n";
    auto const first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

void check_count(std::string_view name, double count) {
    if (count == 0) {
        throw InputError(
            fmt::format("the equation has 0 of {}. Leave {} out, or give a count of at least 1", name, name));
    }
    if (count < 0) {
        throw InputError(fmt::format("negative stoichiometry {} of {}. Put {} on the other side of the arrow",
                                     number_text(count), name, name));
    }
    if (count != std::floor(count)) {
        throw InputError(
            fmt::format("fractional stoichiometry {} of {}: molecules react whole. Multiply the "
                        "equation, or write one reaction for each outcome",
                        number_text(count), name));
    }
    if (count > largest_molecule_count) {
        throw InputError(fmt::format("stoichiometry {} of {} is too large: counts go up to 2147483647",
                                     number_text(count), name));
    }
}

Participant parse_term(std::string_view term) {
    if (term.empty()) throw InputError("a species is missing beside + in the equation");
    double count = 1;
    auto name = term;
    if (is_digit(term[0]) || term[0] == '.' || term[0] == '-') {
        // "2E1" is two of E1, so no exponents.
        auto const end = term.data() + term.size();
        auto const read = std::from_chars(term.data(), end, count, std::chars_format::fixed);
        if (read.ec == std::errc::result_out_of_range) count = largest_molecule_count + 1;
        name = trim({read.ptr, static_cast<std::size_t>(end - read.ptr)});
        if (!name.empty() && name[0] == '*') name = trim(name.substr(1));
        if (name.empty() && read.ec == std::errc{}) {
            throw InputError(fmt::format("\"{}\" in the equation has no species after the number", term));
        }
    }
    if (!is_identifier(name)) {
        throw InputError(
            fmt::format("\"{}\" in the equation is not a species: write a name with an optional "
                        "count before it, such as \"2 P\", and + between species",
                        term));
    }
    check_count(name, count);
    return {std::string(name), count};
}

std::vector<Participant> parse_side(std::string_view side) {
    side = trim(side);
    std::vector<Participant> participants;
    if (side.empty() || side == "0" || side == "∅") return participants;
    while (true) {
        auto const plus = side.find('+');
        auto const term = parse_term(trim(side.substr(0, plus)));
        auto const known = std::find_if(participants.begin(), participants.end(),
                                        [&](auto const& other) { return other.species == term.species; });
        if (known == participants.end()) {
            participants.push_back(term);
        } else {
            known->count += term.count;
            check_count(known->species, known->count);
        }
        if (plus == std::string_view::npos) return participants;
        side = side.substr(plus + 1);
    }
}

}  // namespace

bool is_identifier(std::string_view text) {
    return !text.empty() && is_letter(text[0]) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

Equation parse_equation(std::string const& text) {
    auto const find_arrow = [&](std::size_t from) {
        return std::min(text.find("->", from), text.find("=>", from));
    };
    auto const arrow = find_arrow(0);
    if (arrow == std::string::npos) {
        throw InputError(
            fmt::format("the equation \"{}\" has no arrow. Write \"A + B -> C\", or \"A + B <-> C\" "
                        "if it is reversible",
                        text));
    }
    if (find_arrow(arrow + 2) != std::string::npos) {
        throw InputError(
            fmt::format("the equation \"{}\" has more than one arrow. Write one reaction for each", text));
    }
    Equation equation;
    equation.reversible = arrow > 0 && text[arrow - 1] == '<';
    auto const view = std::string_view(text);
    equation.reactants = parse_side(view.substr(0, equation.reversible ? arrow - 1 : arrow));
    equation.products = parse_side(view.substr(arrow + 2));
    return equation;
}

}  // namespace fano
