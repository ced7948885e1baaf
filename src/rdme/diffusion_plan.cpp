#include "rdme/diffusion_plan.hpp"

#include <algorithm>

namespace fano {

DiffusionPlan::DiffusionPlan(Grid const& grid, SpeciesJumps const& jumps) {
    for (auto const& kind : jumps.kinds)
        largest_rate = std::max(largest_rate, *std::max_element(kind.rate.begin(), kind.rate.end()));
    if (largest_rate == 0) return;
    open.assign(grid.voxels, 0);
    for (std::uint32_t v = 0; v < grid.voxels; ++v) {
        auto const& kind = jumps.at(v);
        auto const place = grid.place(v);
        for (int face = 0; face < grid.faces; ++face) {
            auto const f = static_cast<std::uint32_t>(face);
            double const accepted = kind.rate[f] / largest_rate;
            if (accepted == 0) continue;
            if (accepted < 1) slow.push_back({v, f, accepted});
            auto const next = grid.neighbour(v, face);
            if (!grid.at_edge(place, face))
                open[v] |= static_cast<std::uint8_t>(1u << f);
            else if (next != Grid::outside)
                wrapped.push_back({v, f, next});
            else
                ends.push_back({v, f, kind.inflow[f]});
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
}

}  // namespace fano
