#include "rdme/diffusion_plan.hpp"

#include <algorithm>
#include <cmath>

namespace fano {

DiffusionPlan::DiffusionPlan(Grid const& grid, SpeciesJumps const& jumps) {
    for (auto const& kind : jumps.kinds)
        for (std::uint32_t f = 0; f < 6; ++f)
            largest_rate = std::max(largest_rate, kind.rate[f] / ((kind.ends >> f & 1) != 0 ? 2 : 1));
    if (largest_rate == 0) return;
    end_rates.resize(jumps.kinds.size());
    for (std::size_t k = 0; k < jumps.kinds.size(); ++k)
        for (std::uint32_t f = 0; f < 6; ++f) {
            auto const& kind = jumps.kinds[k];
            end_rates[k].leave += kind.rate[f] - hop_rate(kind, f);
            end_rates[k].enter += kind.inflow[f] - hop_inflow(kind, f);
        }
    open.assign(grid.voxels, 0);
    for (std::uint32_t v = 0; v < grid.voxels; ++v) {
        auto const& kind = jumps.at(v);
        auto const place = grid.place(v);
        if (end_rates[jumps.kind[v]].leave > 0) end_voxels.push_back({v, jumps.kind[v]});
        for (int face = 0; face < grid.faces; ++face) {
            auto const f = static_cast<std::uint32_t>(face);
            double const accepted = hop_rate(kind, f) / largest_rate;
            if (accepted == 0) continue;
            if (accepted < 1) slow.push_back({v, f, accepted});
            auto const next = grid.neighbour(v, face);
            if (!grid.at_edge(place, face))
                open[v] |= static_cast<std::uint8_t>(1u << f);
            else if (next != Grid::outside)
                wrapped.push_back({v, f, next});
            else
                ends.push_back({v, f, hop_inflow(kind, f)});
        }
    }
}

namespace {

// P(k >= 1) and P(k = 2 | k >= 1) of the number of hops: mean x, second factorial moment x².
double first_share(double x) { return x - x * x / 2; }
double second_share(double x) { return x / 2 / (1 - x / 2); }

}  // namespace

HopStages::HopStages(DiffusionPlan const& plan, int faces, double tau)
    : first(first_share(faces * plan.largest_rate * tau) / faces, faces),
      second(second_share(faces * plan.largest_rate * tau) / faces, faces) {
    double const x = faces * plan.largest_rate * tau;
    first_inflow = first_share(x) / faces / plan.largest_rate;
    second_inflow = first_share(x) * second_share(x) / faces / plan.largest_rate;
    for (auto const& [leave, enter] : plan.end_rates) {
        double const lost = -std::expm1(-leave * tau / 2);
        end_shares.push_back({lost, leave > 0 ? enter / leave * lost : 0});
    }
}

}  // namespace fano
