// One step of the lattice method: each thread its own blocks of voxels.
#include <algorithm>

#include "rdme/split_lattice.hpp"

namespace fano {

namespace {

// Of a member, in whole blocks.
std::uint32_t share(std::uint32_t voxels, unsigned member, unsigned members) {
    std::uint64_t const blocks = (std::uint64_t{voxels} + kernels::block_voxels - 1) / kernels::block_voxels;
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(voxels, blocks * member / members * kernels::block_voxels));
}

}  // namespace

kernels::DiffusionView SplitLattice::view(Species& species, unsigned stage) const {
    auto const& grid = lattice_.grid;
    kernels::DiffusionView view{};
    view.voxels = grid.voxels;
    view.faces = static_cast<std::uint32_t>(grid.faces);
    std::int64_t const along[3] = {1, grid.size[0], std::int64_t{grid.size[0]} * grid.size[1]};
    for (std::uint32_t f = 0; f < view.faces; ++f) view.stride[f] = f % 2 == 0 ? -along[f / 2] : along[f / 2];
    view.open = species.plan->open.data();
    species.flows[stage].set(view);
    return view;
}

kernels::DrawName SplitLattice::name(Species const& species, unsigned stage) const {
    return {key_, number_ << 32, kernels::draw_tag(species.number, stage)};
}

void SplitLattice::work(unsigned member, unsigned members, std::vector<HopStages> const& stages,
                        double reaction) {
    auto const begin = share(lattice_.grid.voxels, member, members);
    auto const end = share(lattice_.grid.voxels, member + 1, members);
    auto& own = members_[member];
    auto const each_moving = [&](auto const& work) {
        for (auto& species : species_)
            if (species.plan->largest_rate > 0) work(species, stages[species.number]);
    };
    each_moving([&](Species& species, HopStages const& s) {
        exchange_at_ends(own, species, 0, s.end_shares, species.now, begin, end);
        draw(species, 0, s.first.view(), species.now, begin, end);
    });
    if (members > 1) team_.meet();
    each_moving([&](Species& species, HopStages const& s) {
        own.arrived[species.number] |=
            kernels_.pull_first(view(species, 0), species.format.bytes, species.now.data(),
                                species.arrived.data(), species.rest.data(), begin, end);
        own.arrived[species.number] |= correct(species, 0, s.first_inflow, species.arrived, begin, end);
        draw(species, 1, s.second.view(), species.arrived, begin, end);
    });
    if (members > 1) team_.meet();
    for (auto& species : species_) {
        if (species.plan->largest_rate > 0) {
            own.after[species.number] |=
                kernels_.pull_second(view(species, 1), species.format.bytes, species.arrived.data(),
                                     species.rest.data(), species.next.data(), begin, end);
            own.after[species.number] |=
                correct(species, 1, stages[species.number].second_inflow, species.next, begin, end);
            exchange_at_ends(own, species, 1, stages[species.number].end_shares, species.next, begin, end);
        } else {
            own.after[species.number] |= species.next.copy(species.now, begin, end);
        }
    }
    if (reaction > 0) react(own, reaction, begin, end);
}

void SplitLattice::draw(Species& species, unsigned stage, kernels::HopTable const& table,
                        CountArray const& from, std::uint32_t begin, std::uint32_t end) {
    auto const draws = name(species, stage);
    auto const flows = view(species, stage);
    kernels_.draw(flows, table, draws, species.format.bytes, from.data(), begin, end);
    // What tries a face with a smaller rate gets through by chance.
    auto const slow = faces_within(species.plan->slow, begin, end);
    for (auto const& face : slow) {
        auto const tried = kernels::flow_through(flows, face.voxel, face.face);
        std::uint32_t passed = 0;
        if (tried > 0) {
            auto bits = kernels::draws_at_face(draws, face.voxel, face.face);
            passed = static_cast<std::uint32_t>(
                kernels::draw_binomial<kernels::ScalarLane>(tried, face.accepted, true, bits));
            kernels::set_flow(flows, face.voxel, face.face, passed);
        }
        if (stage == 0)
            species.returned[static_cast<std::size_t>(&face - species.plan->slow.data())] = tried - passed;
    }
}

// What pull did not know: who was turned back, who left or came around or through the lattice's faces.
std::uint32_t SplitLattice::correct(Species& species, unsigned stage, double inflow, CountArray& counts,
                                    std::uint32_t begin, std::uint32_t end) {
    auto const wrapped = faces_within(species.plan->wrapped, begin, end);
    auto const flows = view(species, stage);
    auto seen = kernels_.wrap(flows, species.format.bytes, wrapped.data(), wrapped.size(), counts.data());
    // In stage 1 those who were turned back count as having tried; in stage 2 they never left.
    if (stage == 0)
        for (auto const& face : faces_within(species.plan->slow, begin, end)) {
            auto const returned =
                species.returned[static_cast<std::size_t>(&face - species.plan->slow.data())];
            if (returned == 0) continue;
            species.rest.add(face.voxel, -static_cast<std::int64_t>(returned));
            seen |= counts.add(face.voxel, returned);
        }
    for (auto const& face : faces_within(species.plan->ends, begin, end)) {
        std::int64_t change = -static_cast<std::int64_t>(kernels::flow_through(flows, face.voxel, face.face));
        if (face.inflow > 0) {
            auto bits = kernels::draws_at_face(name(species, stage).alone(), face.voxel,
                                               kernels::inflow_of_face + face.face);
            change += static_cast<std::int64_t>(
                kernels::draw_poisson<kernels::ScalarLane>(face.inflow * inflow, true, bits));
        }
        if (change != 0) seen |= counts.add(face.voxel, change);
    }
    return seen;
}

// Half a step of what hops do not do.
void SplitLattice::exchange_at_ends(Member& member, Species& species, unsigned half,
                                    std::vector<EndShares> const& shares, CountArray& counts,
                                    std::uint32_t begin, std::uint32_t end) {
    auto& seen = half == 0 ? member.arrived : member.after;
    for (auto const& [voxel, kind] : faces_within(species.plan->end_voxels, begin, end)) {
        auto const before = counts.at(voxel);
        auto const now = kernels::exchange_at_ends(before, shares[kind].lost, shares[kind].entered,
                                                   name(species, half), voxel);
        if (now == before) continue;
        if (half == 0) member.undo.push_back({species.number, voxel, before});
        seen[species.number] |= now;
        counts.set(voxel, now);
    }
}

void SplitLattice::react(Member& member, double length, std::uint32_t begin, std::uint32_t end) {
    std::vector<void*> counts;
    std::vector<std::uint32_t> bytes;
    for (auto& species : species_) {
        counts.push_back(species.next.data());
        bytes.push_back(species.format.bytes);
    }
    kernels::ReactionView const reactions{
        &table_,        lattice_.grid.voxels,
        length,         key_,
        number_ << 32,  counts.data(),
        bytes.data(),   lattice_.same_everywhere ? nullptr : lattice_.place.data(),
        factors_.data()};
    kernels_.react(reactions, member.memory, begin, end);
}

}  // namespace fano
