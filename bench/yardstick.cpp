// Scalar loops with everything known at compile time: unrolled propensities, integer counts, xoshiro256++.
#include "yardstick.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace yardstick {

namespace {

// Blackman & Vigna, ACM TOMS 47:36 (2021).
class Xoshiro256pp {
public:
    explicit Xoshiro256pp(std::uint64_t seed) {
        for (auto& word : s_) {  // splitmix64
            seed += 0x9e3779b97f4a7c15u;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
            word = z ^ (z >> 31);
        }
    }
    double operator()() {
        std::uint64_t const result = std::rotl(s_[0] + s_[3], 23) + s_[0];
        std::uint64_t const t = s_[1] << 17;
        s_[2] ^= s_[0];
        s_[3] ^= s_[1];
        s_[1] ^= s_[2];
        s_[0] ^= s_[3];
        s_[2] ^= t;
        s_[3] = std::rotl(s_[3], 45);
        return (static_cast<double>(result >> 12) + 0.5) * 0x1p-52;
    }

private:
    std::uint64_t s_[4];
};

constexpr std::size_t bins = 4096;

// Model: species, reactions, initial(), propensities(n, a), fire(reaction, n).
template <class Model>
Result simulate(std::uint64_t cells, std::vector<double> const& times) {
    Result result;
    result.histogram.resize(times.size() * Model::species * bins);
    double const end = times.back();
    for (std::uint64_t cell = 0; cell < cells; ++cell) {
        Xoshiro256pp uniform{cell};
        auto n = Model::initial();
        double t = 0;
        std::size_t next = 0;
        for (;;) {
            std::array<double, Model::reactions> a;
            Model::propensities(n, a);
            double total = 0;
            for (double x : a) total += x;
            t += -std::log(uniform()) / total;
            while (next < times.size() && times[next] < t) {
                for (std::size_t s = 0; s < Model::species; ++s)
                    ++result.histogram[(next * Model::species + s) * bins +
                                       std::min<std::size_t>(static_cast<std::size_t>(n[s]), bins - 1)];
                ++next;
            }
            if (t > end) break;
            double pick = uniform() * total;
            std::size_t reaction = 0;
            while (reaction + 1 < Model::reactions && pick >= a[reaction]) pick -= a[reaction++];
            Model::fire(reaction, n);
            ++result.events;
        }
        result.sum_of_last += n[Model::species - 1];
    }
    return result;
}

struct Telegraph {
    static constexpr std::size_t species = 3, reactions = 4;
    using Counts = std::array<int, species>;  // G_off, G_on, mRNA
    static Counts initial() { return {1, 0, 0}; }
    static void propensities(Counts const& n, std::array<double, reactions>& a) {
        a = {0.5 * n[0], 1.0 * n[1], 20.0 * n[1], 1.0 * n[2]};
    }
    static void fire(std::size_t reaction, Counts& n) {
        switch (reaction) {
            case 0:
                --n[0];
                ++n[1];
                break;
            case 1:
                ++n[0];
                --n[1];
                break;
            case 2:
                ++n[2];
                break;
            default:
                --n[2];
                break;
        }
    }
};

struct Vilar {
    static constexpr std::size_t species = 9, reactions = 16;
    enum { DA, DA_bound, DR, DR_bound, MA, MR, A, R, C };
    using Counts = std::array<int, species>;
    static Counts initial() { return {1, 0, 1, 0, 0, 0, 0, 0, 0}; }
    static void propensities(Counts const& n, std::array<double, reactions>& a) {
        a = {1.0 * n[DA] * n[A], 50.0 * n[DA_bound],  1.0 * n[DR] * n[A], 100.0 * n[DR_bound],
             50.0 * n[DA],       500.0 * n[DA_bound], 0.01 * n[DR],       50.0 * n[DR_bound],
             50.0 * n[MA],       5.0 * n[MR],         2.0 * n[A] * n[R],  1.0 * n[C],
             10.0 * n[MA],       0.5 * n[MR],         1.0 * n[A],         0.2 * n[R]};
    }
    static void fire(std::size_t reaction, Counts& n) {
        switch (reaction) {
            case 0:
                --n[DA];
                --n[A];
                ++n[DA_bound];
                break;
            case 1:
                ++n[DA];
                ++n[A];
                --n[DA_bound];
                break;
            case 2:
                --n[DR];
                --n[A];
                ++n[DR_bound];
                break;
            case 3:
                ++n[DR];
                ++n[A];
                --n[DR_bound];
                break;
            case 4:
            case 5:
                ++n[MA];
                break;
            case 6:
            case 7:
                ++n[MR];
                break;
            case 8:
                ++n[A];
                break;
            case 9:
                ++n[R];
                break;
            case 10:
                --n[A];
                --n[R];
                ++n[C];
                break;
            case 11:
                --n[C];
                ++n[R];
                break;
            case 12:
                --n[MA];
                break;
            case 13:
                --n[MR];
                break;
            case 14:
                --n[A];
                break;
            default:
                --n[R];
                break;
        }
    }
};

struct Schlogl {
    static constexpr std::size_t species = 1, reactions = 4;
    using Counts = std::array<int, species>;
    static Counts initial() { return {250}; }
    static void propensities(Counts const& n, std::array<double, reactions>& a) {
        double const x = n[0];
        a = {0.03 / 2 * x * (x - 1), 1e-4 / 6 * x * (x - 1) * (x - 2), 200.0, 3.5 * x};
    }
    static void fire(std::size_t reaction, Counts& n) { n[0] += reaction == 0 || reaction == 2 ? 1 : -1; }
};

}  // namespace

Result telegraph(std::uint64_t cells, std::vector<double> const& times) {
    return simulate<Telegraph>(cells, times);
}
Result vilar(std::uint64_t cells, std::vector<double> const& times) { return simulate<Vilar>(cells, times); }
Result schlogl(std::uint64_t cells, std::vector<double> const& times) {
    return simulate<Schlogl>(cells, times);
}

}  // namespace yardstick
