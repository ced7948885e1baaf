// Conservation laws by the Farkas algorithm: Martinez & Silva, "A simple and fast algorithm to obtain all
// invariants of a generalised Petri net", 1982.
#include <numeric>

#include <fmt/format.h>

#include "model/analyse.hpp"

namespace fano {

namespace {

constexpr std::size_t max_rows = 4000;
constexpr std::int64_t max_entry = std::int64_t{1} << 40;

// A candidate law: its coefficients, and what each reaction would still change of the sum.
struct Row {
    std::vector<std::int64_t> change;       // [reaction]
    std::vector<std::int64_t> coefficient;  // [species]
};

void reduce(Row& row) {
    std::int64_t divisor = 0;
    for (auto x : row.coefficient) divisor = std::gcd(divisor, x);
    if (divisor <= 1) return;
    for (auto& x : row.coefficient) x /= divisor;
    for (auto& x : row.change) x /= divisor;
}

bool support_contains(Row const& large, Row const& small) {
    for (std::size_t s = 0; s < small.coefficient.size(); ++s)
        if (small.coefficient[s] != 0 && large.coefficient[s] == 0) return false;
    return true;
}

}  // namespace

std::vector<ConservationLaw> find_conservation_laws(std::vector<std::string> const& species,
                                                    std::vector<NetworkReaction> const& reactions,
                                                    std::vector<bool> const& set_by_events) {
    if (species.size() > 1000) return {};
    std::vector<Row> rows;
    for (std::size_t s = 0; s < species.size(); ++s) {
        if (set_by_events[s]) continue;
        Row row{std::vector<std::int64_t>(reactions.size()), std::vector<std::int64_t>(species.size())};
        row.coefficient[s] = 1;
        for (std::size_t r = 0; r < reactions.size(); ++r)
            for (auto const& c : reactions[r].changes)
                if (c.species == s) row.change[r] = c.change;
        rows.push_back(std::move(row));
    }
    for (std::size_t r = 0; r < reactions.size(); ++r) {
        std::vector<Row> next, up, down;
        for (auto& row : rows)
            (row.change[r] == 0 ? next : row.change[r] > 0 ? up : down).push_back(std::move(row));
        if (next.size() + up.size() * down.size() > max_rows) return {};
        for (auto const& a : up)
            for (auto const& b : down) {
                std::int64_t const divisor = std::gcd(a.change[r], b.change[r]);
                std::int64_t const times_a = -b.change[r] / divisor, times_b = a.change[r] / divisor;
                Row sum = a;
                bool small = true;
                for (std::size_t i = 0; i < sum.change.size(); ++i) {
                    sum.change[i] = times_a * a.change[i] + times_b * b.change[i];
                    small = small && std::abs(sum.change[i]) < max_entry;
                }
                for (std::size_t s = 0; s < species.size(); ++s) {
                    sum.coefficient[s] = times_a * a.coefficient[s] + times_b * b.coefficient[s];
                    small = small && sum.coefficient[s] < max_entry;
                }
                if (!small) return {};
                reduce(sum);
                bool minimal = true;
                for (auto const& other : next) minimal = minimal && !support_contains(sum, other);
                if (minimal) next.push_back(std::move(sum));
            }
        rows = std::move(next);
    }
    std::vector<ConservationLaw> laws;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        bool minimal = true;
        for (std::size_t j = 0; j < rows.size(); ++j)
            if (i != j && support_contains(rows[i], rows[j]) &&
                (!support_contains(rows[j], rows[i]) || j < i))
                minimal = false;
        if (!minimal) continue;
        ConservationLaw law;
        for (std::uint32_t s = 0; s < species.size(); ++s) {
            std::int64_t const k = rows[i].coefficient[s];
            if (k == 0) continue;
            law.terms.push_back({s, k});
            if (!law.text.empty()) law.text += " + ";
            law.text += k == 1 ? species[s] : fmt::format("{} {}", k, species[s]);
        }
        laws.push_back(std::move(law));
    }
    return laws;
}

}  // namespace fano
