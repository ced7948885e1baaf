// The kernel of the lattice method on a GPU: a block of threads a tile. The network is the text that src/emit writes.
// Built for hosts too, where a call is one block.
#pragma once

#include "kernels/rdme/tile_diffusion.hpp"
#include "kernels/rdme/voxel.hpp"

FANO_KERNELS_BEGIN

template <class Voxel>
class TileBlock {
public:
    FANO_FUNCTION TileBlock(LatticeJob const& job, u32 block, u32 threads, u64* shared)
        : job_(job),
          tile_(job, block),
          threads_(threads),
          memory_(reinterpret_cast<unsigned char*>(shared)) {}

    // everyone(phase) runs phase(thread) for all threads of the block, and waits for them.
    template <class Everyone>
    FANO_FUNCTION void run(Everyone const& everyone) const {
        if (job_.resident)
            for (u32 s = 0; s < job_.species; ++s) everyone([&](u32 thread) { load(s, thread); });
        for (u32 i = 0; i < job_.steps.count; ++i) step(i, everyone);
        if (job_.resident)
            for (u32 s = 0; s < job_.species; ++s) everyone([&](u32 thread) { save(s, thread); });
    }

private:
    FANO_FUNCTION TileSpecies const& species(u32 s) const { return job_.of_species[s]; }
    FANO_FUNCTION u64 first_count(TileSpecies const& s) const {
        return s.first + u64{tile_.lattice} * job_.voxels * s.bytes;
    }
    FANO_FUNCTION unsigned char const* source(TileSpecies const& s) const {
        return job_.from + first_count(s);
    }
    FANO_FUNCTION unsigned char* target(TileSpecies const& s) const { return job_.to + first_count(s); }
    FANO_FUNCTION unsigned char* counts(TileSpecies const& s) const {
        return memory_ + (job_.resident ? s.resident : 0);
    }

    // Calls work(cell, place, voxel) for this thread's cells that are voxels within the margin.
    template <class Work>
    FANO_FUNCTION void each_cell(u32 thread, u32 margin, Work const& work) const {
        for (u32 cell = thread; cell < tile_.cells; cell += threads_) {
            auto const place = tile_.place(cell);
            u32 const voxel = tile_.voxel(place, margin);
            if (voxel != Tile::outside) work(cell, place, voxel);
        }
    }

    FANO_FUNCTION void load(u32 number, u32 thread) const {
        auto const& s = species(number);
        auto const* const from = source(s);
        auto* const to = counts(s);
        each_cell(thread, 2, [&](u32 cell, Tile::Place const&, u32 voxel) {
            store_count(to, s.bytes, cell, load_count(from, s.bytes, voxel));
        });
    }
    FANO_FUNCTION void save(u32 number, u32 thread) const {
        auto const& s = species(number);
        auto const* const from = counts(s);
        auto* const to = target(s);
        each_cell(thread, 0, [&](u32 cell, Tile::Place const&, u32 voxel) {
            store_count(to, s.bytes, voxel, load_count(from, s.bytes, cell));
        });
    }

    template <class Everyone>
    FANO_FUNCTION void step(u32 i, Everyone const& everyone) const {
        auto const& steps = job_.steps;
        u64 const number = (steps.number + i) << 32, in_interval = steps.first + i;
        bool const last = steps.halves && in_interval == steps.interval;
        u32 const whole = steps.halves && (in_interval == 0 || last) ? 0 : 1;
        for (u32 s = 0; s < job_.species; ++s) {
            if (species(s).moves == 0) {
                if (!job_.resident) everyone([&](u32 thread) { carry_over(s, thread); });
                continue;
            }
            if (!job_.resident) everyone([&](u32 thread) { load(s, thread); });
            if (species(s).flow == FlowForm::packed)
                diffuse<PackedHops<u32>>(s, number, whole, everyone);
            else if (species(s).flow == FlowForm::wide)
                diffuse<PackedHops<u64>>(s, number, whole, everyone);
            else
                diffuse<PlaneHops>(s, number, whole, everyone);
        }
        if (steps.reacts && !last) {
            double const start = steps.start + static_cast<double>(in_interval) * steps.length;
            everyone([&](u32 thread) { react(number, start, thread); });
        }
    }

    FANO_FUNCTION void carry_over(u32 number, u32 thread) const {
        auto const& s = species(number);
        auto const* const from = source(s);
        auto* const to = target(s);
        each_cell(thread, 0, [&](u32, Tile::Place const&, u32 voxel) {
            store_count(to, s.bytes, voxel, load_count(from, s.bytes, voxel));
        });
    }

    FANO_FUNCTION TileStage stage(u32 number, u64 step, u32 whole, u32 stage) const {
        auto const& s = species(number);
        return {s,
                s.tables[whole][stage],
                {job_.keys[tile_.lattice], step, draw_tag(number, stage)},
                whole,
                s.inflow[whole][stage],
                counts(s),
                memory_ + job_.arrived,
                memory_ + job_.flows,
                job_.unfit + number,
                job_.spoiled};
    }

    template <class Hops, class Everyone>
    FANO_FUNCTION void diffuse(u32 number, u64 step, u32 whole, Everyone const& everyone) const {
        auto const first = stage(number, step, whole, 0), second = stage(number, step, whole, 1);
        everyone([&](u32 thread) { draw<Hops, 0>(first, thread); });
        everyone([&](u32 thread) {
            each_cell(thread, 1, [&](u32 cell, Tile::Place const& place, u32 voxel) {
                u32 const now = pull_cell<Hops, 0>(tile_, place, first, job_.faces, cell, voxel);
                store_count(first.arrived, first.species.bytes, cell, now);
            });
        });
        everyone([&](u32 thread) { draw<Hops, 1>(second, thread); });
        everyone([&](u32 thread) {
            each_cell(thread, 0, [&](u32 cell, Tile::Place const& place, u32 voxel) {
                u32 const now = pull_cell<Hops, 1>(tile_, place, second, job_.faces, cell, voxel);
                if (job_.resident)
                    store_count(second.counts, second.species.bytes, cell, now);
                else
                    store_count(target(second.species), second.species.bytes, voxel, now);
            });
        });
    }

    template <class Hops, u32 number>
    FANO_FUNCTION void draw(TileStage const& s, u32 thread) const {
        for (u32 first = thread * job_.together; first < tile_.cells; first += threads_ * job_.together)
            draw_cells<Hops, number>(tile_, s, job_.together, first);
    }

    // Voxels that share random bits lie in one row, or all of the lattice is here.
    FANO_FUNCTION void react(u64 number, double start, u32 thread) const {
        if (spoiled()) return;
        Voxel cell{};
        double const* const parameters =
            job_.parameters + u64{tile_.lattice} * (Voxel::slots - Voxel::species);
        cell.each_parameter([&](u32 p, double& value) { value = parameters[p]; });
        VoxelStep const step{job_.keys[tile_.lattice], number, job_.steps.length};
        u64 fired = 0;
        for (u32 first = thread * job_.together; first < tile_.cells; first += threads_ * job_.together) {
            PhiloxBlock<u64> block{};
            bool drawn = false;
            auto place = tile_.place(first);
            for (u32 j = 0; j < job_.together && first + j < tile_.cells; ++j, tile_.advance(place)) {
                u32 const voxel = tile_.voxel(place, 0);
                if (voxel == Tile::outside) continue;
                cell.each_species([&](u32 s, double& n) { n = count(s, first + j, voxel); });
                double const* const factor = job_.place == nullptr
                                                 ? nullptr
                                                 : job_.factors + u64{job_.place[voxel]} * Voxel::reactions;
                double const total = cell.total(factor);
                if (total == 0.0) continue;
                if (!drawn) block = draw_block<u64>(step.key, (voxel >> 2) + number, Purpose::voxel, u64{0});
                drawn = true;
                u32 const word = word_of_block(block, voxel & 3);
                if (!may_react(step, total, word)) continue;
                u32 const times = run_voxel(cell, step, voxel, factor, total, word, Watch{*this, start});
                fired += times;
                if (times > 0)
                    cell.each_species([&](u32 s, double n) { keep(s, first + j, voxel, n, start); });
            }
        }
        if (fired > 0) atomic_add(job_.events, fired);
    }

    FANO_FUNCTION u32 count(u32 number, u32 cell, u32 voxel) const {
        auto const& s = species(number);
        return job_.resident ? load_count(counts(s), s.bytes, cell) : load_count(target(s), s.bytes, voxel);
    }
    FANO_FUNCTION void keep(u32 number, u32 cell, u32 voxel, double n, double start) const {
        if (!(n >= 0.0 && n <= largest_count)) {
            fail({n < 0.0 ? Failure::negative_count : Failure::count_too_large, number, 0, 0.0, n}, start);
            return;
        }
        auto const& s = species(number);
        u32 const whole = static_cast<u32>(n);
        if ((whole & ~s.fits) != 0) {
            atomic_or(job_.unfit + number, whole);
            atomic_set(job_.spoiled);
        }
        if (job_.resident)
            store_count(counts(s), s.bytes, cell, whole);
        else
            store_count(target(s), s.bytes, voxel, whole);
    }
    // What run_voxel tells and asks.
    struct Watch {
        TileBlock const& block;
        double start;
        FANO_FUNCTION void fail(FailureReport const& report) const { block.fail(report, start); }
        FANO_FUNCTION bool may_go_on(Voxel& cell) const {
            cell.each_species([&](u32 s, double n) {
                if (n > largest_count) fail({Failure::count_too_large, s, 0, 0.0, n});
            });
            return !block.spoiled() && !block.stopped();
        }
    };
    // Whether what is left of the launch does not matter.
    FANO_FUNCTION bool spoiled() const { return *static_cast<u32 const volatile*>(job_.spoiled) != 0; }
    // Lies in the host's memory, far away.
    FANO_FUNCTION bool stopped() const { return *static_cast<u32 const volatile*>(job_.stop) != 0; }
    FANO_COLD void fail(FailureReport report, double start) const {
        atomic_set(job_.spoiled);
        if (atomic_set(job_.failed) != 0) return;
        report.cell = tile_.lattice;
        report.time = start;
        *job_.report = report;
    }

    LatticeJob const& job_;
    Tile const tile_;
    u32 const threads_;
    unsigned char* const memory_;
};

FANO_KERNELS_END

// Defines the kernel for a network.
#if defined(__CUDACC__)
namespace fano::kernels {
// This thread's part of a phase; then it waits for the others of its block.
struct ThisThread {
    template <class Phase>
    __device__ void operator()(Phase const& phase) const {
        phase(threadIdx.x);
        __syncthreads();
    }
};
}  // namespace fano::kernels
#define FANO_LATTICES_KERNEL(Voxel)                                                       \
    extern "C" __global__ void __launch_bounds__(fano::kernels::LatticeJob::most_threads) \
        fano_lattices(__grid_constant__ fano::kernels::LatticeJob const job) {            \
        extern __shared__ fano::kernels::u64 shared[];                                    \
        fano::kernels::TileBlock<Voxel>{job, blockIdx.x, blockDim.x, shared}.run(         \
            fano::kernels::ThisThread{});                                                 \
    }
#else
namespace fano::kernels {
// Forwards and backwards in turn, so that a thread that needed what another does in the same phase would be found out.
struct ThreadByThread {
    u32 threads;
    mutable bool backwards = false;
    template <class Phase>
    void operator()(Phase const& phase) const {
        for (u32 thread = 0; thread < threads; ++thread) phase(backwards ? threads - 1 - thread : thread);
        backwards = !backwards;
    }
};
}  // namespace fano::kernels
#define FANO_LATTICES_KERNEL(Voxel)                                                               \
    extern "C" void fano_lattices(fano::kernels::LatticeJob const* job, fano::kernels::u32 block, \
                                  fano::kernels::u32 threads, fano::kernels::u64* shared) {       \
        fano::kernels::TileBlock<Voxel>{*job, block, threads, shared}.run(                        \
            fano::kernels::ThreadByThread{threads});                                              \
    }
#endif
