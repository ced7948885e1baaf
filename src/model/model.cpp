// What all models share, whatever they were written in: finding and changing quantities, suggesting names, and
// telling the form of a file from its content.
#include "fano/model.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "model/count.hpp"

namespace fano {

namespace {

std::string lower_case(std::string text) {
    for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string const& a, std::string const& b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = std::min(now[j], before[j - 2] + 1);
            }
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

std::string read_text(std::string const& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        throw InputError(file, 0, "there is no such file. Check the path; models end in .toml or .xml");
    }
    if (std::filesystem::is_directory(file, ignored)) {
        throw InputError(file, 0, "this is a folder. Give the path of a model file in it");
    }
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string text;
    std::array<char, 65536> part;
    while (in.read(part.data(), part.size()) || in.gcount() > 0) {
        text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (!in.is_open() || in.bad()) {
        throw InputError(
            file, 0,
            fmt::format("the file cannot be read ({}). Check its permissions", std::strerror(errno)));
    }
    return text;
}

}  // namespace

Quantity* Model::find(std::string const& id) {
    return const_cast<Quantity*>(static_cast<Model const*>(this)->find(id));
}

Quantity const* Model::find(std::string const& id) const {
    auto const found = std::find_if(quantities.begin(), quantities.end(),
                                    [&](Quantity const& quantity) { return quantity.id == id; });
    return found == quantities.end() ? nullptr : &*found;
}

void Model::set(std::string const& id, double value) {
    auto* quantity = find(id);
    auto const fail = [&](std::string const& why) {
        throw InputError(fmt::format("cannot set {} to {}: {}", id, number_text(value), why));
    };
    if (quantity == nullptr) {
        std::vector<std::string> known;
        for (auto const& other : quantities) {
            if (!other.rule) known.push_back(other.id);
        }
        fail(fmt::format("{} declares no species, parameter or volume \"{}\"{}",
                         file.empty() ? "the model" : file, id, suggest(id, known)));
    }
    if (quantity->kind == QuantityKind::observable) {
        fail("it is an observable, which follows from its formula. Set what the formula uses");
    }
    if (quantity->rule) {
        fail(fmt::format("it follows at all times from the rule {}. Set what the rule uses",
                         quantity->rule->text()));
    }
    if (quantity->kind == QuantityKind::species) {
        if (auto const problem = count_problem(value); !problem.empty()) fail(problem);
    }
    if (!std::isfinite(value)) fail("give a finite number");
    if (quantity->kind == QuantityKind::volume && !(value > 0)) fail("a volume must be more than 0");
    quantity->initial = value;
    quantity->distribution.reset();
}

std::string suggest(std::string const& name, std::vector<std::string> const& declared) {
    auto const lower = lower_case(name);
    std::string const* nearest = nullptr;
    std::pair<std::size_t, std::size_t> least{};
    for (auto const& candidate : declared) {
        // A third of the letters may be wrong; names of one or two letters only in their case.
        auto const allowed = std::max(lower.size(), candidate.size()) / 3;
        auto const distance = edit_distance(lower, lower_case(candidate));
        if (distance > allowed) continue;
        auto const both = std::pair(distance, edit_distance(name, candidate));
        if (nearest != nullptr && both >= least) continue;
        nearest = &candidate;
        least = both;
    }
    return nearest == nullptr ? std::string() : fmt::format(" (did you mean \"{}\"?)", *nearest);
}

Model read_model(std::string const& file) {
    auto text = read_text(file);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        throw InputError(file, 0, "the file is in UTF-16. Save it as text in UTF-8");
    }
    auto const first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) {
        throw InputError(file, 0, "the file is empty. A model needs at least species and reactions");
    }
    return text[first] == '<' ? read_sbml(text, file) : read_toml(text, file);
}

}  // namespace fano
