#include "rdme/collector.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/core/program.hpp"
#include "kernels/tally/fingerprint.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

TallyLayout layout_of(Network const& whole, RdmeOptions const& options) {
    TallyLayout layout;
    layout.times = options.times.size();
    for (auto const& output : whole.outputs) layout.quanta.push_back(output.quantum);
    return layout;
}

// Of the counts in all voxels.
std::uint64_t fingerprint_of(std::uint64_t index, std::uint32_t const* counts, std::size_t size) {
    std::uint64_t hash = 0xcbf29ce484222325u + index;
    for (std::size_t i = 0; i < size; ++i) {
        hash = (hash ^ counts[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    return hash;
}

}  // namespace

Collector::Collector(Lattice const& lattice, Network const& whole, RdmeOptions const& options,
                     RdmeResult& result)
    : lattice_(lattice), whole_(whole), options_(options), result_(result) {
    result.totals.times = options.times;
    result.totals.outputs = whole.outputs;
    result.totals.tally = Tally{layout_of(whole, options)};
    result.totals.cells = options.lattices;
    result.totals.first_cell = options.first_lattice;
    result.totals.seed = options.seed;
    std::size_t const all = options.times.size() * lattice.network.species.size() * lattice.grid.voxels;
    expect_memory(result.space,
                  static_cast<double>(all) *
                      (4.0 * static_cast<double>(options.snapshots.size()) + (options.fields ? 16 : 0)),
                  fmt::format("what is kept of all species at {} times", options.times.size()));
    if (options.fields) {
        result.fields.sum.assign(all, 0);
        result.fields.square.assign(all, 0);
    }
    for (auto const index : options.snapshots)
        result.snapshots.push_back({index, std::vector<std::uint32_t>(all)});
}

void Collector::add_fields(std::size_t time, std::uint32_t const* counts) {
    std::size_t const size = lattice_.network.species.size() * lattice_.grid.voxels, first = time * size;
    auto const add = [](std::uint64_t& to, std::uint64_t x) {
        std::atomic_ref<std::uint64_t>(to).fetch_add(x, std::memory_order_relaxed);
    };
    double const largest = std::sqrt(0x1p64 / static_cast<double>(options_.lattices));
    for (std::size_t i = 0; i < size; ++i) {
        if (counts[i] == 0) continue;
        if (counts[i] > largest)
            throw InputError(
                fmt::format("{}: \"{}\" has {} molecules in a voxel, and the squares of {} lattices' do not "
                            "fit 64 bits; take fewer lattices, or --snapshots instead of --fields",
                            lattice_.network.file, lattice_.network.species[i / lattice_.grid.voxels],
                            counts[i], options_.lattices));
        add(result_.fields.sum[first + i], counts[i]);
        add(result_.fields.square[first + i], std::uint64_t{counts[i]} * counts[i]);
    }
}

void Collector::keep(std::size_t time, std::uint64_t index, std::uint32_t const* counts) {
    std::size_t const size = lattice_.network.species.size() * lattice_.grid.voxels;
    for (auto& snapshot : result_.snapshots)
        if (snapshot.lattice == index)
            std::copy_n(counts, size, snapshot.counts.begin() + static_cast<std::ptrdiff_t>(time * size));
}

Collector::Share::Share(Collector& shared)
    : shared_(shared),
      tally_(layout_of(shared.whole_, shared.options_)),
      registers_(shared.whole_.tables->scalars.registers),
      outputs_(shared.whole_.outputs.size()) {}

void Collector::Share::sample(std::size_t time, std::uint64_t index, std::uint32_t const* counts,
                              std::vector<double> const& registers) {
    auto const& tables = *shared_.whole_.tables;
    std::size_t const voxels = shared_.lattice_.grid.voxels,
                      species = shared_.lattice_.network.species.size();
    for (auto const& c : tables.constants) registers_[c.reg] = c.value;
    for (std::size_t slot = species; slot < tables.scalars.slots; ++slot) registers_[slot] = registers[slot];
    for (std::size_t s = 0; s < species; ++s)
        registers_[s] = static_cast<double>(
            std::accumulate(counts + s * voxels, counts + (s + 1) * voxels, std::uint64_t{0}));
    registers_[tables.scalars.time_register] = shared_.options_.times[time];
    kernels::evaluate(tables.code.data(), tables.scalars.outputs, registers_.data());
    for (std::size_t o = 0; o < outputs_.size(); ++o) outputs_[o] = registers_[tables.output[o]];
    auto const t = static_cast<std::uint32_t>(time);
    tally_.add(t, t + 1, outputs_.data());
    fingerprint_ += kernels::fingerprint_at(fingerprint_of(index, counts, species * voxels), t);
    if (shared_.options_.fields) shared_.add_fields(time, counts);
    if (!shared_.options_.snapshots.empty()) shared_.keep(time, index, counts);
}

void Collector::Share::deliver() {
    std::lock_guard const lock{shared_.mutex_};
    shared_.result_.totals.tally.merge(std::move(tally_));
    shared_.result_.totals.fingerprint += fingerprint_;
}

}  // namespace fano
