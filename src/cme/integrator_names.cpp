#include <fmt/format.h>

#include "fano/cme.hpp"
#include "fano/error.hpp"
#include "fano/model.hpp"

namespace fano {

namespace {

constexpr std::pair<Integrator, char const*> names[] = {
    {Integrator::automatic, "auto"},
    {Integrator::uniformization, "uniformization"},
    {Integrator::krylov, "krylov"},
    {Integrator::rational, "rational"},
};

}  // namespace

std::string integrator_name(Integrator integrator) {
    for (auto const& [value, name] : names)
        if (value == integrator) return name;
    return {};
}

Integrator parse_integrator(std::string const& text) {
    std::vector<std::string> all;
    for (auto const& [value, name] : names) {
        if (text == name) return value;
        all.emplace_back(name);
    }
    throw InputError(fmt::format("there is no integrator \"{}\"{}; take one of {}", text, suggest(text, all),
                                 fmt::join(all, ", ")));
}

}  // namespace fano
