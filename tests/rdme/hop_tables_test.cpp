// The alias tables hold the multinomial distribution, to the last bits: their probabilities are read back and compared, so nothing
// here is a matter of chance.
#include "rdme/hop_tables.hpp"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

namespace {

using namespace fano;

// What the table of `molecules` gives, [outcome].
std::map<std::uint32_t, double> probabilities(kernels::HopTable const& table, std::uint32_t molecules) {
    std::uint32_t const b = table.index_bits >> (4 * molecules) & 15, first = 1u << b;
    std::map<std::uint32_t, double> all;
    for (std::uint32_t entry = first; entry < 2 * first; ++entry) {
        double const below = std::ldexp(table.threshold[entry] + std::ldexp(table.tail[entry], -32), -32);
        all[table.outcome[2 * entry]] += below;
        all[table.outcome[2 * entry + 1]] += std::ldexp(1.0, -static_cast<int>(b)) - below;
    }
    return all;
}

double multinomial(std::uint32_t molecules, std::uint32_t outcome, double p, int faces) {
    double probability = std::tgamma(molecules + 1.0), left = molecules;
    for (int f = 0; f < faces; ++f) {
        std::uint32_t const k = outcome >> (5 * f) & 31;
        probability *= std::pow(p, k) / std::tgamma(k + 1.0);
        left -= k;
    }
    return probability * std::pow(1 - faces * p, left) / std::tgamma(left + 1);
}

TEST(HopTables, HoldTheMultinomialDistribution) {
    for (int const faces : {2, 4, 6})
        for (double const p : {1e-9, 0.01, 1.0 / 24, 1.0 / faces}) {
            HopTables const tables{p, faces};
            for (std::uint32_t molecules = 1; molecules <= kernels::most_tabled; ++molecules) {
                double sum = 0;
                for (auto const& [outcome, seen] : probabilities(tables.view(), molecules)) {
                    double const exact = multinomial(molecules, outcome, p, faces);
                    EXPECT_NEAR(seen, exact, 2e-16 + 1e-13 * exact) << faces << " " << p << " " << molecules;
                    sum += seen;
                }
                EXPECT_NEAR(sum, 1, 1e-14);
            }
        }
}

TEST(HopTables, KeepEveryBitOfARareHop) {
    double const p = 3e-8;
    HopTables const tables{p, 6};
    auto const seen = probabilities(tables.view(), 1);
    for (int face = 0; face < 6; ++face) EXPECT_NEAR(seen.at(1u << (5 * face)) / p, 1, 1e-8);
}

TEST(HopTables, SayTheSameInBothPackings) {
    HopTables const tables{0.05, 6};
    auto const table = tables.view();
    for (std::uint32_t molecules = 1; molecules <= kernels::most_tabled; ++molecules) {
        std::uint32_t const first = 1u << (table.index_bits >> (4 * molecules) & 15);
        for (std::uint32_t i = 2 * first; i < 4 * first; ++i)
            for (int f = 0; f < 6; ++f)
                EXPECT_EQ(table.outcome[i] >> (5 * f) & 31, table.wide[i] >> (10 * f) & 1023);
    }
}

}  // namespace
