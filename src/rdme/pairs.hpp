// Reactions of two molecules on a lattice: what the voxels' edge and the step do to them.
#pragma once

#include "rdme/lattice.hpp"

namespace fano {

struct PairReaction {
    std::uint32_t reaction;
    std::uint32_t first, second;   // species, which may be the same
    double constant;               //!< [1 / time] of a pair in one voxel
    double d_first, d_second;      //!< [length^2 / time] diffusion coefficients
    std::optional<double> radius;  //!< [length] as the user gave it

    double d() const { return d_first + d_second; }
};

// Those whose molecules can meet by diffusion. Their constants are propensities with one pair present.
std::vector<PairReaction> find_pairs(Model const& model, Lattice const& lattice);

// How much longer, relatively, a pair that begins anywhere takes to react in steps of `tau` than in continuous time. With N
// voxels and wave numbers k that is [N tau/(1 - exp(-c tau)) + sum tau m/(1 - m)] / [N/c + sum 1/l] - 1, sums over k != 0, where
// l = (2 D/h²) sum (1 - cos k) and m is the factor of mode k in a step (1 - x + x²/2 for each molecule, x = tau l of its own).
double step_error(PairReaction const& pair, Lattice const& lattice, double tau);

// The longest step over which molecules that move live at least four steps, at a tolerance of 0.004: what is made in one place and soon lost must not
// spread by whole steps.
double longest_by_lifetime(Model const& model, Lattice const& lattice, double longest, double tolerance);

// The longest step in which no pair's error is above `tolerance`, at most `longest`.
double longest_step(std::vector<PairReaction> const& pairs, Lattice const& lattice, double longest,
                    double tolerance);

// Reactions of molecules that move for which neither is known: those of three and more, and rates that are not mass action.
std::vector<std::string> without_step_error(Model const& model, Lattice const& lattice);

// Says with numbers where the edge is not in the window radius << h << sqrt(D/(k c)). Without a radius the one of a diffusion-limited
// reaction, k/(4 pi D), is taken in three dimensions.
std::vector<std::string> check_window(Model const& model, Lattice const& lattice,
                                      std::vector<PairReaction> const& pairs, bool corrected);

// The model with rates that make pairs react on the lattice as fast as in space: in three dimensions 1/k_h = 1/k - 0.2527/(D h)
// (Erban & Chapman, Phys. Biol. 6:046001 (2009)), in two 1/k_h = 1/k_a + (ln(h/radius) - 1.629)/(2 pi D) (Hellander, Hellander &
// Petzold, Phys. Rev. E 85:042901 (2012)). The reverse reaction is scaled alike, so that equilibria stay. Throws InputError below the edge
// where no rate would do.
Model mesh_corrected(Model const& model, Lattice const& lattice, std::vector<PairReaction> const& pairs,
                     std::vector<std::string>& notes);

}  // namespace fano
