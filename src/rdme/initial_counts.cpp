#include "rdme/initial_counts.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/ssa/birth.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

// Each of `molecules` in one of the voxels, with equal chances: one by one, or, where they are many, voxel by voxel.
void scatter(std::uint64_t molecules, std::vector<std::uint32_t> const& voxels, kernels::Stream& next,
             std::uint32_t* counts) {
    auto const n = static_cast<double>(voxels.size());
    if (static_cast<double>(molecules) <= 4 * n) {
        for (std::uint64_t i = 0; i < molecules; ++i) ++counts[voxels[static_cast<std::size_t>(next() * n)]];
        return;
    }
    double left = static_cast<double>(molecules);
    for (std::size_t i = 0; i < voxels.size(); ++i) {
        double const here = kernels::Binomial{left, 1 / (n - static_cast<double>(i))}(next);
        counts[voxels[i]] = static_cast<std::uint32_t>(here);
        left -= here;
    }
}

}  // namespace

std::uint64_t lattice_key(std::uint64_t seed, std::uint64_t index) {
    auto const block =
        kernels::draw_block<std::uint64_t>(seed, index, kernels::Purpose::lattice, std::uint64_t{0});
    return (block.w[0] & 0xFFFFFFFF) | block.w[1] << 32;
}

LatticeBirth draw_birth(Lattice const& lattice, std::uint64_t seed, std::uint64_t index) {
    auto const& tables = *lattice.network.tables;
    auto const& model = lattice.network;
    LatticeBirth birth;
    birth.registers.assign(tables.scalars.registers, 0);
    std::copy(tables.initial.begin(), tables.initial.end(), birth.registers.begin());
    for (auto const& c : tables.constants) birth.registers[c.reg] = c.value;
    for (auto const& entry : tables.births) {
        kernels::evaluate(tables.code.data(), entry.arguments, birth.registers.data());
        auto const report = kernels::draw_quantity(entry, birth.registers[entry.a], birth.registers[entry.b],
                                                   seed, index, birth.registers[entry.slot]);
        if (report.failure != kernels::Failure::none)
            throw SimulationError(
                index, 0,
                fmt::format("{}: lattice {}: \"{}\" cannot begin as {}, which was drawn or computed "
                            "for it",
                            model.file, index, tables.slot_names[entry.slot], report.value));
    }
    std::size_t const voxels = lattice.grid.voxels, species = model.species.size();
    birth.counts.assign(species * voxels, 0);
    for (std::size_t s = 0; s < species; ++s) {
        auto const& start = lattice.start[s];
        auto* const counts = birth.counts.data() + s * voxels;
        if (!start.counts.empty()) {
            std::copy(start.counts.begin(), start.counts.end(), counts);
            continue;
        }
        kernels::Stream next{seed, index, kernels::Purpose::placement, static_cast<std::uint64_t>(s) << 40};
        scatter(static_cast<std::uint64_t>(birth.registers[s]), start.voxels, next, counts);
    }
    return birth;
}

std::vector<LatticeBirth> draw_births(Lattice const& lattice, std::uint64_t seed, std::uint64_t first,
                                      std::uint64_t count, unsigned threads,
                                      std::function<bool()> const& stopped) {
    std::vector<LatticeBirth> births(count);
    std::atomic<std::uint64_t> next{0};
    std::mutex mutex;
    std::exception_ptr error;
    auto const draw = [&] {
        try {
            for (std::uint64_t i; (i = next.fetch_add(1)) < count && !stopped();)
                births[i] = draw_birth(lattice, seed, first + i);
        } catch (...) {
            std::lock_guard const lock{mutex};
            error = std::current_exception();
            next = count;
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::uint64_t t = 1; t < std::min<std::uint64_t>(threads, count); ++t) others.emplace_back(draw);
        draw();
    }
    if (error) std::rethrow_exception(error);
    if (stopped()) throw Interrupted();
    return births;
}

}  // namespace fano
