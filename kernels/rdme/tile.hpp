// Where a block's voxels are: in its memory, tile and rim, and in the lattice.
#pragma once

#include "kernels/rdme/lattice_job.hpp"

FANO_KERNELS_BEGIN

class Tile {
public:
    u32 lattice;
    u32 origin[3], inner[3], outer[3];  // of the lattice; sizes without and with the rim
    u32 cells;                          // with the rim

    FANO_FUNCTION Tile(LatticeJob const& job, u32 block) : job_(job) {
        u32 const tiles = job.tiles[0] * job.tiles[1] * job.tiles[2];
        lattice = block / tiles;
        u32 rest = block % tiles;
        cells = 1;
        FANO_UNROLL
        for (u32 a = 0; a < 3; ++a) {
            u32 const at = rest % job.tiles[a];
            rest /= job.tiles[a];
            origin[a] = at * job.tile[a];
            u32 const left = job.size[a] - origin[a];
            inner[a] = left < job.tile[a] ? left : job.tile[a];
            outer[a] = inner[a] + 2 * job.rim[a];
            cells *= outer[a];
        }
    }

    struct Place {
        u32 at[3];  // in the tile with its rim
    };
    FANO_FUNCTION Place place(u32 cell) const {
        u32 const row = cell / outer[0];
        return {{cell % outer[0], row % outer[1], row / outer[1]}};
    }
    FANO_FUNCTION void advance(Place& p) const {
        if (++p.at[0] < outer[0]) return;
        p.at[0] = 0;
        if (++p.at[1] < outer[1]) return;
        p.at[1] = 0;
        ++p.at[2];
    }

    // The voxel of the lattice there; `outside` if there is none, or if it is further than `margin` from the inside.
    static constexpr u32 outside = ~u32{0};
    FANO_FUNCTION u32 voxel(Place const& p, u32 margin) const {
        int at[3];
        bool in = true;
        FANO_UNROLL
        for (u32 a = 0; a < 3; ++a) {
            int const rim = static_cast<int>(job_.rim[a]), size = static_cast<int>(job_.size[a]);
            int const inside = static_cast<int>(p.at[a]) - rim, most = static_cast<int>(margin);
            at[a] = inside + static_cast<int>(origin[a]);
            if (rim == 0) continue;
            in = in && inside >= -most && inside < static_cast<int>(inner[a]) + most;
            if (at[a] >= 0 && at[a] < size) continue;
            // A rim may be wider than the lattice.
            at[a] = ((at[a] % size) + size) % size;
            in = in && (job_.periodic >> a & 1) != 0;
        }
        if (!in) return outside;
        return static_cast<u32>(at[0]) +
               job_.size[0] * (static_cast<u32>(at[1]) + job_.size[1] * static_cast<u32>(at[2]));
    }

    // The cell through a face; `outside` where the lattice ends. Of cells in the rim's outermost layer: nothing.
    FANO_FUNCTION u32 neighbour(u32 cell, Place const& p, u32 face) const {
        u32 const a = face / 2;
        u32 const stride = a == 0 ? 1 : a == 1 ? outer[0] : outer[0] * outer[1];
        bool const ends = face % 2 == 0 ? p.at[a] == 0 : p.at[a] + 1 == outer[a];
        if (!ends) return face % 2 == 0 ? cell - stride : cell + stride;
        if (job_.rim[a] != 0 || (job_.periodic >> a & 1) == 0) return outside;
        return face % 2 == 0 ? cell + (outer[a] - 1) * stride : cell - (outer[a] - 1) * stride;
    }

private:
    LatticeJob const& job_;
};

FANO_KERNELS_END
