// How fast molecules of a species leave each voxel through each of its faces.
#pragma once

#include "rdme/lattice.hpp"

namespace fano {

// The rate through a face is that of two half voxels and a membrane in series: 1/(rate h) = h/(2 D) + h/(2 D') + 1/P, which
// leaves a uniform concentration in equilibrium. Faces of a reservoir or an absorbing one have rate D/h². A species without a line in
// [space.diffusion] lives everywhere and does not move.
SpeciesJumps find_jumps(Model const& model, Grid const& grid, Regions const& regions,
                        std::string const& species, std::vector<std::string>& notes);

// A formula of parameters that are the same in all cells, as a number from 0. Throws InputError; `what` is its subject.
double constant_of(Model const& model, Expression const& formula, int line, std::string const& what);

}  // namespace fano
