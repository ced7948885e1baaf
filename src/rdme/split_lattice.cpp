#include "rdme/split_lattice.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "backend/cpu.hpp"
#include "ensemble/failure.hpp"
#include "model/tables.hpp"
#include "rdme/counts.hpp"

extern "C" {
fano::kernels::LatticeKernels const* fano_lattice_kernels_reference();
fano::kernels::LatticeKernels const* fano_lattice_kernels_sse2();
#if defined(__x86_64__)
fano::kernels::LatticeKernels const* fano_lattice_kernels_avx2();
fano::kernels::LatticeKernels const* fano_lattice_kernels_avx512();
#endif
}

namespace fano {

kernels::LatticeKernels const& lattice_kernels(Device device) {
    switch (resolve_device(device)) {
        case Device::reference:
            return *fano_lattice_kernels_reference();
#if defined(__x86_64__)
        case Device::avx2:
            return *fano_lattice_kernels_avx2();
        case Device::avx512:
            return *fano_lattice_kernels_avx512();
#endif
        default:
            return *fano_lattice_kernels_sse2();
    }
}

SplitLattice::SplitLattice(Lattice const& lattice, std::vector<DiffusionPlan> const& plans, Device device,
                           Team& team, std::uint64_t seed, double longest, std::function<bool()> stopped)
    : lattice_(lattice),
      plans_(plans),
      kernels_(lattice_kernels(device)),
      table_(lattice.network.tables->view()),
      team_(team),
      seed_(seed),
      longest_(longest),
      stopped_(std::move(stopped)),
      members_(team.size()) {
    for (std::uint32_t s = 0; s < lattice.species.size(); ++s) {
        Species species{};
        species.number = s;
        species.plan = &plans[s];
        species.returned.resize(plans[s].slow.size());
        moves_ |= plans[s].largest_rate > 0;
        species_.push_back(std::move(species));
    }
    for (auto const& factors : lattice.place_factors)
        factors_.insert(factors_.end(), factors.begin(), factors.end());
    for (auto& member : members_) {
        member.arrived.resize(species_.size());
        member.after.resize(species_.size());
        member.voxels.resize(kernels_.width);
        std::size_t const words = kernels_.width;
        member.buffer =
            std::make_unique<AlignedBuffer>((table_.registers + 2 * table_.reactions) * words + 64);
        member.memory.registers = member.buffer->reals(table_.registers * words);
        member.memory.upper = member.buffer->reals(table_.reactions * words);
        member.memory.chosen = member.buffer->reals(table_.reactions * words);
        member.memory.voxels = member.voxels.data();
        member.memory.seen = member.after.data();
        member.memory.stop = &stopped_;
        member.memory.stopped = [](void const* function) {
            return (*static_cast<std::function<bool()> const*>(function))();
        };
    }
}

std::vector<HopStages> const& SplitLattice::stages_of(double tau) {
    // Irregular sample times have steps of many lengths.
    constexpr std::size_t most_lengths = 16;
    if (stages_.size() > most_lengths) stages_.clear();
    auto& stages = stages_[tau];
    if (stages.empty())
        for (auto const& plan : plans_)
            stages.emplace_back(plan, lattice_.grid.faces, plan.largest_rate > 0 ? tau : 0);
    return stages;
}

void SplitLattice::begin(std::uint64_t index, LatticeBirth const& birth) {
    index_ = index;
    number_ = 0;
    time_ = 0;
    key_ = lattice_key(seed_, index);
    std::size_t const voxels = lattice_.grid.voxels;
    for (auto& species : species_) {
        auto const* const counts = birth.counts.data() + species.number * voxels;
        std::uint32_t seen = 0;
        for (std::size_t v = 0; v < voxels; ++v) seen |= counts[v];
        allocate(species, CountFormat::of(seen), counts);
    }
    for (auto& member : members_)
        for (std::size_t r = 0; r < table_.registers; ++r)
            std::fill_n(member.memory.registers + r * kernels_.width, kernels_.width, birth.registers[r]);
}

bool SplitLattice::run(std::uint64_t index, LatticeBirth const& birth, std::vector<double> const& times,
                       Hooks const& hooks) {
    begin(index, birth);
    std::vector<std::uint32_t> counts;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (!advance(time_, times[i], hooks)) return false;
        gather(counts);
        hooks.sample(i, counts.data());
    }
    return true;
}

bool SplitLattice::advance(double from, double to, Hooks const& hooks) {
    if (!(to > from)) return true;
    double const length = to - from, steps = std::max(1.0, std::ceil(length / longest_ * (1 - 1e-9)));
    double const tau = length / steps;
    bool const reacts = table_.reactions > 0;
    if (moves_ && reacts)
        step(tau / 2, tau);
    else
        step(moves_ ? tau : 0, reacts ? tau : 0);
    for (double i = 1; i < steps; ++i) {
        time_ = from + i * tau;
        if (!hooks.proceed(time_)) return false;
        step(moves_ ? tau : 0, reacts ? tau : 0);
    }
    if (moves_ && reacts) step(tau / 2, 0);
    steps_ += static_cast<std::uint64_t>(steps);
    time_ = to;
    return hooks.proceed(time_);
}

void SplitLattice::step(double diffusion, double reaction) {
    auto const& stages = stages_of(diffusion);
    while (!try_step(stages, reaction)) ++widened_;
    for (auto& species : species_) std::swap(species.now, species.next);
    ++number_;
}

bool SplitLattice::try_step(std::vector<HopStages> const& stages, double reaction) {
    for (auto& member : members_) {
        std::fill(member.arrived.begin(), member.arrived.end(), 0);
        std::fill(member.after.begin(), member.after.end(), 0);
        member.memory.failure = {};
        member.memory.events = 0;
    }
    bool const together = team_.size() > 1 && pace_.together();
    auto const start = std::chrono::steady_clock::now();
    if (together)
        team_.run([&](unsigned member) { work(member, team_.size(), stages, reaction); });
    else
        work(0, 1, stages, reaction);
    if (team_.size() > 1)
        pace_.record(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 1);
    for (auto& member : members_) {
        for (auto const& [species, voxel, count] : member.undo) species_[species].now.set(voxel, count);
        member.undo.clear();
    }
    // First: counts that did not fit may have made reactions fail that do not.
    if (!widen()) return false;
    std::uint64_t events = 0;
    for (auto const& member : members_) {
        if (member.memory.failure.failure != kernels::Failure::none) fail(member.memory.failure);
        events += member.memory.events;
    }
    for (auto const& species : species_)
        for (auto const& member : members_)
            if (((member.arrived[species.number] | member.after[species.number]) >> 31) != 0)
                fail({kernels::Failure::count_too_large, species.number, index_, time_, 0x1p31});
    reactions_ += events;
    narrow();
    return true;
}

CountFormat SplitLattice::needed(Species const& species, std::uint32_t factor) const {
    std::uint32_t seen = 0;
    for (auto const& member : members_) seen |= member.arrived[species.number] | member.after[species.number];
    return CountFormat::of(seen > ~std::uint32_t{0} / factor ? ~std::uint32_t{0} : factor * seen);
}

// Counts that did not fit are lost, but those before the step are still there.
bool SplitLattice::widen() {
    bool fits = true;
    for (auto& species : species_) {
        auto const format = needed(species, 1);
        if (!format.wider_than(species.format)) continue;
        fits = false;
        reshape(species, format, species.now);
    }
    return fits;
}

// A narrower format waits until it would have been enough, with room to spare, for a while: going back costs a step.
void SplitLattice::narrow() {
    constexpr std::uint32_t steps_to_wait = 32;
    for (auto& species : species_) {
        auto const format = needed(species, 2);
        species.calm = species.format.wider_than(format) ? species.calm + 1 : 0;
        if (species.calm == steps_to_wait) reshape(species, format, species.next);
    }
}

void SplitLattice::reshape(Species& species, CountFormat format, CountArray const& source) {
    std::vector<std::uint32_t> counts(lattice_.grid.voxels);
    source.copy_to(counts.data());
    allocate(species, format, counts.data());
    species.next.assign(format, counts.size(), counts.data());
}

void SplitLattice::allocate(Species& species, CountFormat format, std::uint32_t const* counts) {
    std::size_t const voxels = lattice_.grid.voxels;
    species.format = format;
    species.calm = 0;
    species.now.assign(format, voxels, counts);
    for (auto* array : {&species.next, &species.arrived, &species.rest}) array->resize(format, voxels);
    if (species.plan->largest_rate > 0)
        for (auto& flows : species.flows) flows.resize(format, lattice_.grid);
}

void SplitLattice::gather(std::vector<std::uint32_t>& counts) const {
    std::size_t const voxels = lattice_.grid.voxels;
    counts.resize(species_.size() * voxels);
    for (auto const& species : species_) species.now.copy_to(counts.data() + species.number * voxels);
}

void SplitLattice::fail(kernels::FailureReport report) const {
    report.cell = index_;
    report.time = time_;
    throw_failure(lattice_.network, report, 0, "lattice");
}

}  // namespace fano
