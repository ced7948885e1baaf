#include "rdme/next_subvolume.hpp"

#include "ensemble/failure.hpp"
#include "kernels/core/samplers.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

using kernels::infinity;

struct TwoUniforms {
    double first, second;
};

TwoUniforms draw(std::uint64_t seed, std::uint64_t index, std::uint64_t& draws) {
    auto const block = kernels::draw_block<std::uint64_t>(seed, index, kernels::Purpose::subvolume, draws++);
    return {kernels::uniform<double>(block.w[0], block.w[1]),
            kernels::uniform<double>(block.w[2], block.w[3])};
}

}  // namespace

NextSubvolume::NextSubvolume(Lattice const& lattice, std::uint64_t seed)
    : lattice_(lattice),
      seed_(seed),
      species_(static_cast<std::uint32_t>(lattice.network.species.size())),
      faces_(static_cast<std::uint32_t>(lattice.grid.faces)),
      table_(lattice.network.tables->view()),
      rates_(lattice.grid.voxels) {
    neighbours_.reserve(std::size_t{lattice.grid.voxels} * faces_);
    for (std::uint32_t v = 0; v < lattice.grid.voxels; ++v)
        for (int face = 0; face < lattice.grid.faces; ++face)
            neighbours_.push_back(lattice.grid.neighbour(v, face));
    for (auto const& jumps : lattice.species) {
        speeds_.emplace_back();
        for (auto const& kind : jumps.kinds)
            speeds_.back().push_back({kind.total_rate(), kind.total_inflow()});
    }
}

void NextSubvolume::fail(kernels::Failure failure, std::uint32_t detail, double value) const {
    throw_failure(lattice_.network, {failure, detail, index_, time_, value}, 0, "lattice");
}

double NextSubvolume::reaction_rate(std::uint32_t voxel) {
    auto const* const n = counts(voxel);
    for (std::uint32_t s = 0; s < species_; ++s) registers_[s] = n[s];
    kernels::evaluate(table_.code, table_.propensities, registers_.data());
    auto const& factors = lattice_.place_factors[lattice_.place[voxel]];
    double sum = 0;
    if (lattice_.same_everywhere) {
        for (std::uint32_t r = 0; r < table_.reactions; ++r) sum += registers_[table_.propensity[r]];
    } else {
        for (std::uint32_t r = 0; r < table_.reactions; ++r)
            if (factors[r] != 0) sum += factors[r] * registers_[table_.propensity[r]];
    }
    for (std::uint32_t i = 0; i < table_.guarded_reaction_count; ++i) {
        auto const r = table_.guarded_reactions[i];
        if (factors[r] != 0 && registers_[table_.propensity[r]] < 0) sum = kernels::not_a_number;
    }
    if (sum >= 0 && sum < infinity) return sum;
    for (std::uint32_t r = 0; r < table_.reactions; ++r) {
        if (factors[r] == 0) continue;
        double const a = registers_[table_.propensity[r]];
        if (auto const fault = kernels::propensity_fault(a); fault != kernels::Failure::none)
            fail(fault, r, a);
    }
    fail(kernels::Failure::infinite_propensity, 0, sum);
    return sum;
}

double NextSubvolume::rate(std::uint32_t voxel) {
    double sum = reaction_rate(voxel);
    auto const* const n = counts(voxel);
    for (std::uint32_t s = 0; s < species_; ++s) {
        auto const& speed = speeds_[s][lattice_.species[s].kind[voxel]];
        sum += n[s] * speed.leave + speed.inflow;
    }
    return sum;
}

void NextSubvolume::rescale(std::uint32_t voxel) {
    double const before = rates_[voxel], now = rate(voxel);
    rates_[voxel] = now;
    if (before > 0 && now > 0)
        heap_.change(voxel, time_ + (heap_.time_of(voxel) - time_) * (before / now));
    else if (now > 0)
        heap_.change(voxel, time_ - kernels::log(draw(seed_, index_, draws_).first) / now);
    else
        heap_.change(voxel, infinity);
}

void NextSubvolume::hop(std::uint32_t voxel, std::size_t species, double pick) {
    auto const& rates = lattice_.species[species].at(voxel).rate;
    std::uint32_t face = 0, last = 0;
    for (; face < faces_; ++face) {
        if (rates[face] == 0) continue;
        last = face;
        if (pick < rates[face]) break;
        pick -= rates[face];
    }
    if (face == faces_) face = last;  // rounding
    --counts(voxel)[species];
    ++hops_;
    auto const to = neighbours_[std::size_t{voxel} * faces_ + face];
    if (to == Grid::outside) return;
    auto& there = counts(to)[species];
    if (there == static_cast<std::uint32_t>(kernels::largest_count))
        fail(kernels::Failure::count_too_large, static_cast<std::uint32_t>(species), there + 1.0);
    ++there;
    rescale(to);
}

void NextSubvolume::react(std::uint32_t voxel, double pick) {
    reaction_rate(voxel);
    auto const& factors = lattice_.place_factors[lattice_.place[voxel]];
    std::uint32_t chosen = table_.reactions;
    for (std::uint32_t r = 0; r < table_.reactions; ++r) {
        double const a = factors[r] * registers_[table_.propensity[r]];
        if (!(a > 0)) continue;
        chosen = r;
        if (pick < a) break;
        pick -= a;
    }
    if (chosen == table_.reactions) return;
    ++reactions_;
    auto* const n = counts(voxel);
    for (auto const& change : lattice_.network.reactions[chosen].changes) {
        double const now = static_cast<double>(n[change.species]) + static_cast<double>(change.change);
        if (now < 0) fail(kernels::Failure::negative_count, change.species, now);
        if (now > kernels::largest_count) fail(kernels::Failure::count_too_large, change.species, now);
        n[change.species] = static_cast<std::uint32_t>(now);
    }
}

void NextSubvolume::happen(std::uint32_t voxel, double pick) {
    auto const* const n = counts(voxel);
    for (std::uint32_t s = 0; s < species_; ++s) {
        auto const& speed = speeds_[s][lattice_.species[s].kind[voxel]];
        double const leave = n[s] * speed.leave;
        if (pick < leave) return hop(voxel, s, pick / n[s]);
        pick -= leave;
        if (pick < speed.inflow) {
            if (counts(voxel)[s] == static_cast<std::uint32_t>(kernels::largest_count))
                fail(kernels::Failure::count_too_large, s, kernels::largest_count + 1);
            ++counts(voxel)[s];
            ++hops_;
            return;
        }
        pick -= speed.inflow;
    }
    react(voxel, pick);
}

void NextSubvolume::transpose() {
    std::size_t const voxels = lattice_.grid.voxels;
    sampled_.resize(counts_.size());
    for (std::size_t v = 0; v < voxels; ++v)
        for (std::size_t s = 0; s < species_; ++s) sampled_[s * voxels + v] = counts_[v * species_ + s];
}

bool NextSubvolume::run(std::uint64_t index, LatticeBirth const& birth, std::vector<double> const& times,
                        Hooks const& hooks) {
    std::size_t const voxels = lattice_.grid.voxels;
    index_ = index;
    draws_ = 0;
    time_ = 0;
    registers_ = birth.registers;
    counts_.resize(birth.counts.size());
    for (std::size_t v = 0; v < voxels; ++v)
        for (std::size_t s = 0; s < species_; ++s) counts_[v * species_ + s] = birth.counts[s * voxels + v];
    std::vector<double> waits(voxels);
    for (std::uint32_t v = 0; v < voxels; ++v) {
        rates_[v] = rate(v);
        waits[v] = rates_[v] > 0 ? -kernels::log(draw(seed_, index_, draws_).first) / rates_[v] : infinity;
    }
    heap_ = IndexedHeap{waits};
    std::size_t next = 0;
    constexpr std::uint64_t events_a_look = 1 << 16;
    for (std::uint64_t events = 1;; ++events) {
        double const due = heap_.time();
        if (!(due < times[next])) {
            transpose();
            while (next < times.size() && !(due < times[next])) hooks.sample(next++, sampled_.data());
            if (next == times.size()) return true;
        }
        time_ = due;
        auto const voxel = heap_.earliest();
        auto const uniforms = draw(seed_, index_, draws_);
        happen(voxel, uniforms.second * rates_[voxel]);
        rates_[voxel] = rate(voxel);
        heap_.change(voxel,
                     rates_[voxel] > 0 ? time_ - kernels::log(uniforms.first) / rates_[voxel] : infinity);
        if (events % events_a_look == 0 && !hooks.proceed(time_)) return false;
    }
}

}  // namespace fano
