#include "rdme/device_species.hpp"

namespace fano {

namespace {

std::uint32_t fits(CountFormat const& format) {
    std::uint32_t const by_bytes = format.bytes == 1 ? 0xFFu : format.bytes == 2 ? 0xFFFFu : 0x7FFFFFFFu;
    std::uint32_t const by_flow = format.flow == CountFormat::Flow::packed ? 31u
                                  : format.flow == CountFormat::Flow::wide ? 1023u
                                                                           : 0x7FFFFFFFu;
    return by_bytes & by_flow;
}

kernels::TileKind tile_kind(JumpKind const& jumps, DiffusionPlan const& plan) {
    kernels::TileKind kind{};
    for (std::uint32_t f = 0; f < 6; ++f) {
        double const accepted = plan.largest_rate > 0 ? plan.hop_rate(jumps, f) / plan.largest_rate : 0;
        if (accepted > 0) kind.leads |= 1u << f;
        if (accepted > 0 && accepted < 1) kind.slow |= 1u << f;
        if (accepted > 0 && jumps.inflow[f] > 0) kind.enters |= 1u << f;
        kind.accepted[f] = accepted;
        kind.inflow[f] = plan.hop_inflow(jumps, f);
    }
    return kind;
}

}  // namespace

DeviceSpecies::DeviceSpecies(Lattice const& lattice, std::vector<DiffusionPlan> const& plans,
                             Accelerator& device)
    : lattice_(lattice),
      plans_(plans),
      device_(device),
      tables_(4 * lattice.species.size()),
      species_(lattice.species.size()),
      of_species_(device, lattice.species.size()) {
    for (std::size_t s = 0; s < species_.size(); ++s) {
        auto& kinds = kinds_.emplace_back();
        for (auto const& kind : lattice.species[s].kinds) kinds.push_back(tile_kind(kind, plans[s]));
        device_kinds_.emplace_back(device, kinds);
        species_[s].has_ends = plans[s].end_voxels.empty() ? 0 : 1;
        kind_.emplace_back(device, lattice.species[s].kind);
        species_[s].moves = plans[s].largest_rate > 0 ? 1 : 0;
        species_[s].kind = kind_.back().data();
        species_[s].kinds = device_kinds_.back().data();
    }
}

// Of steps of length tau, and of halves of one.
void DeviceSpecies::set_steps(double tau, bool halves) {
    if (tau == tau_ && halves == halves_) return;
    tau_ = tau;
    halves_ = halves;
    for (std::size_t s = 0; s < species_.size(); ++s) {
        if (species_[s].moves == 0) continue;
        for (std::size_t whole = halves ? 0 : 1; whole < 2; ++whole) {
            HopStages const stages{plans_[s], lattice_.grid.faces, whole == 1 ? tau : tau / 2};
            HopTables const* const both[] = {&stages.first, &stages.second};
            for (std::size_t stage = 0; stage < 2; ++stage) {
                auto const& of = *both[stage];
                auto& kept = tables_[4 * s + 2 * whole + stage];
                kept = {{device_, of.threshold()},
                        {device_, of.tail()},
                        {device_, of.outcome()},
                        {device_, of.wide()}};
                auto& table = species_[s].tables[whole][stage];
                table = of.view();
                table.threshold = kept.threshold.data();
                table.tail = kept.tail.data();
                table.outcome = kept.outcome.data();
                table.wide = kept.wide.data();
            }
            species_[s].inflow[whole][0] = stages.first_inflow;
            species_[s].inflow[whole][1] = stages.second_inflow;
            for (std::size_t k = 0; k < kinds_[s].size(); ++k) {
                kinds_[s][k].lost[whole] = stages.end_shares[k].lost;
                kinds_[s][k].entered[whole] = stages.end_shares[k].entered;
            }
        }
        device_kinds_[s].upload(kinds_[s]);
    }
    of_species_.upload(species_);
}

void DeviceSpecies::set_formats(std::vector<CountFormat> const& formats,
                                std::vector<std::uint64_t> const& first, Tiling const& tiling) {
    for (std::size_t s = 0; s < species_.size(); ++s) {
        auto& species = species_[s];
        species.bytes = formats[s].bytes;
        species.flow = static_cast<kernels::FlowForm>(formats[s].flow);
        species.fits = fits(formats[s]);
        species.first = first[s];
        species.resident = tiling.resident ? tiling.counts[s] : 0;
    }
    of_species_.upload(species_);
}

}  // namespace fano
