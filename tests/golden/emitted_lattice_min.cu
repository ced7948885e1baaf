// Min oscillations of E. coli, in a voxel: 5 species, 5 reactions.
#define FANO_CALL_LONG
#include "kernels/launch/lattice_tiles.hpp"

namespace fano::kernels {

struct Voxel {
    double n_D_ATP = 0.0;
    double n_D_ADP = 0.0;
    double n_E = 0.0;
    double n_D_membrane = 0.0;
    double n_DE_membrane = 0.0;
    double time = 0.0;  // on which no rate depends
    double upper[5];  // running sums of the propensities

    static constexpr u32 species = 5, slots = 5, reactions = 5;
    template <class Work>
    FANO_FUNCTION void each_species(Work const& work) {
        work(0, n_D_ATP);
        work(1, n_D_ADP);
        work(2, n_E);
        work(3, n_D_membrane);
        work(4, n_DE_membrane);
    }
    template <class Work>
    FANO_FUNCTION void each_parameter(Work const&) {
    }

    FANO_FUNCTION double total([[maybe_unused]] double const* factor) {
        double sum = 0.0;
        double a;
        bool sound = true;
        a = at_place(0.25 * n_D_ATP, factor, 0);  // attach: D_ATP -> D_membrane
        sound = sound && a >= 0.0;
        upper[0] = sum = sum + a;
        a = at_place(n_D_membrane * (119.55881283651692 * n_D_ATP), factor, 1);  // recruit: D_ATP + D_membrane -> 2 D_membrane
        sound = sound && a >= 0.0;
        upper[1] = sum = sum + a;
        a = at_place(n_D_membrane * (738.6077770789268 * n_E), factor, 2);  // bind: E + D_membrane -> DE_membrane
        sound = sound && a >= 0.0;
        upper[2] = sum = sum + a;
        a = at_place(0.7 * n_DE_membrane, factor, 3);  // release: DE_membrane -> D_ADP + E
        sound = sound && a >= 0.0;
        upper[3] = sum = sum + a;
        a = at_place(0.5 * n_D_ADP, factor, 4);  // exchange: D_ADP -> D_ATP
        sound = sound && a >= 0.0;
        upper[4] = sum = sum + a;
        return sound && sum < infinity ? sum : not_a_number;
    }

    FANO_FUNCTION void fire([[maybe_unused]] double pick) {
        n_D_ATP += pick < upper[1] ? -1.0 : pick < upper[3] ? 0.0 : pick < upper[4] ? 1.0 : 0.0;
        n_D_ADP += pick < upper[2] ? 0.0 : pick < upper[3] ? 1.0 : pick < upper[4] ? -1.0 : 0.0;
        n_E += pick < upper[1] ? 0.0 : pick < upper[2] ? -1.0 : pick < upper[3] ? 1.0 : 0.0;
        n_D_membrane += pick < upper[1] ? 1.0 : pick < upper[2] ? -1.0 : 0.0;
        n_DE_membrane += pick < upper[1] ? 0.0 : pick < upper[2] ? 1.0 : pick < upper[3] ? -1.0 : 0.0;
    }

    FANO_FUNCTION bool sound() const { return true; }

    FANO_COLD FailureReport fault() const {
        double a;
        a = 0.25 * n_D_ATP;
        if (propensity_fault(a) != Failure::none) return {propensity_fault(a), 0, 0, 0.0, a};
        a = n_D_membrane * (119.55881283651692 * n_D_ATP);
        if (propensity_fault(a) != Failure::none) return {propensity_fault(a), 1, 0, 0.0, a};
        a = n_D_membrane * (738.6077770789268 * n_E);
        if (propensity_fault(a) != Failure::none) return {propensity_fault(a), 2, 0, 0.0, a};
        a = 0.7 * n_DE_membrane;
        if (propensity_fault(a) != Failure::none) return {propensity_fault(a), 3, 0, 0.0, a};
        a = 0.5 * n_D_ADP;
        if (propensity_fault(a) != Failure::none) return {propensity_fault(a), 4, 0, 0.0, a};
        return {Failure::infinite_propensity, 0, 0, 0.0, infinity};
    }
};

}  // namespace fano::kernels

FANO_LATTICES_KERNEL(fano::kernels::Voxel)
