#include "rdme/hop_tables.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace fano {

namespace {

using Flow = kernels::PackedFlow<std::uint32_t>;

struct Outcome {
    std::uint32_t packed;
    double probability;
};

// All ways in which `molecules` can leave, with the multinomial's probabilities.
std::vector<Outcome> outcomes(std::uint32_t molecules, double probability, int faces) {
    std::vector<Outcome> all;
    double const stay = std::max(0.0, 1 - faces * probability);
    std::function<void(int, std::uint32_t, std::uint32_t, double)> const visit =
        [&](int face, std::uint32_t left, std::uint32_t packed, double weight) {
            if (face == faces) {
                for (std::uint32_t i = 0; i < left; ++i) weight *= stay / (i + 1);
                all.push_back({packed, weight});
                return;
            }
            for (std::uint32_t k = 0; k <= left; ++k) {
                visit(face + 1, left - k, packed | k << (Flow::bits * static_cast<unsigned>(face)), weight);
                weight *= probability / (k + 1);
            }
        };
    double factorial = 1;
    for (std::uint32_t i = 2; i <= molecules; ++i) factorial *= i;
    visit(0, molecules, 0, factorial);
    return all;
}

}  // namespace

HopTables::HopTables(double probability, int faces) : probability_(probability), faces_(faces) {
    add(0);
    for (std::uint32_t n = 1; n <= kernels::most_tabled; ++n) add(n);
    for (auto const outcome : outcome_) {
        std::uint64_t wide = 0;
        for (std::uint32_t f = 0; f < 6; ++f)
            wide |= std::uint64_t{outcome >> (Flow::bits * f) & Flow::mask}
                    << (kernels::PackedFlow<std::uint64_t>::bits * f);
        wide_.push_back(wide);
    }
}

// Vose, IEEE Trans. Softw. Eng. 17:972 (1991): every entry holds its own outcome and fills up with another's.
void HopTables::add(std::uint32_t molecules) {
    auto const all = outcomes(molecules, probability_, faces_);
    auto index_bits = static_cast<std::uint32_t>(std::bit_width(all.size() - 1));
    if (molecules > 0) index_bits = std::max(index_bits, last_bits_ + 1);
    std::uint32_t const columns = 1u << index_bits, bits = 32 - index_bits;
    std::vector<double> share(columns, 0);
    std::vector<std::uint32_t> own(columns, 0), small, large;
    for (std::uint32_t i = 0; i < columns; ++i) {
        if (i < all.size()) {
            share[i] = all[i].probability * columns;
            own[i] = all[i].packed;
        }
        (share[i] < 1 ? small : large).push_back(i);
    }
    std::vector<std::uint32_t> alias(columns);
    for (std::uint32_t i = 0; i < columns; ++i) alias[i] = i;
    while (!small.empty() && !large.empty()) {
        auto const s = small.back(), l = large.back();
        small.pop_back();
        alias[s] = l;
        share[l] -= 1 - share[s];
        if (share[l] < 1) {
            large.pop_back();
            small.push_back(l);
        }
    }
    for (auto const i : small) share[i] = 1;  // rounding; nothing is left to fill up with
    for (auto const i : large) share[i] = 1;
    last_bits_ = index_bits;
    index_bits_ |= index_bits << (4 * molecules);
    threshold_.resize(columns);  // the entry's number is the table's size and its place in it
    tail_.resize(columns);
    outcome_.resize(2 * columns);
    double const scale = std::ldexp(1.0, static_cast<int>(bits));
    for (std::uint32_t i = 0; i < columns; ++i) {
        double const exact = share[i] * scale, whole = std::floor(exact);
        // A full column has no threshold, and both of its outcomes are its own.
        bool const full = share[i] >= 1;
        threshold_.push_back(full ? static_cast<std::uint32_t>(scale - 1)
                                  : static_cast<std::uint32_t>(whole));
        tail_.push_back(full ? 0 : static_cast<std::uint32_t>(std::ldexp(exact - whole, 32)));
        outcome_.push_back(own[i]);
        outcome_.push_back(full ? own[i] : own[alias[i]]);
    }
}

kernels::HopTable HopTables::view() const {
    kernels::HopTable table{};
    table.index_bits = index_bits_;
    table.threshold = threshold_.data();
    table.tail = tail_.data();
    table.outcome = outcome_.data();
    table.wide = wide_.data();
    table.probability = probability_;
    table.faces = static_cast<std::uint32_t>(faces_);
    return table;
}

}  // namespace fano
