// Where lanes run on the CPU: the builds of the direct method, and the memory that one worker needs for them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "fano/ensemble.hpp"
#include "kernels/launch/cpu_job.hpp"
#include "langevin/step_tables.hpp"

namespace fano {

// The build for processors that `device` asks for: the widest that this machine can run, unless it names one.
Device resolve_device(Device device);
bool processor_can_run(Device device);
std::uint32_t lane_width(Device device);
// Large networks run one cell at a time on every device.
std::uint32_t lane_width(Device device, kernels::NetworkTable const& table);
kernels::RunLanes lane_function(Device device, kernels::NetworkTable const& table);
kernels::RunLanes lane_function(Device device);

// Zeroed memory that starts on a cache line.
class AlignedBuffer {
public:
    explicit AlignedBuffer(std::size_t words);
    double* reals(std::size_t words);
    std::uint64_t* words(std::size_t words);

private:
    struct Free {
        void operator()(double* p) const;
    };
    std::unique_ptr<double, Free> memory_;
    std::size_t used_ = 0;
    std::size_t size_;
};

// All arrays of one worker: its lanes, and its keeper's scalar registers. A large network of the exact method has one
// lane, a tree of sums, and no scalar copy; the arrays that it does not need are null.
class LaneMemory {
public:
    LaneMemory(kernels::NetworkTable const& table, std::uint32_t width, bool count_reactions,
               StepTables const& steps = {});

    kernels::LaneView lanes{};
    kernels::KeeperMemory cell{};
    double* upper = nullptr;
    double* accepted = nullptr;
    double* chosen = nullptr;
    double* bounds;

private:
    void place_leap(std::uint32_t width);
    void place_langevin(std::uint32_t width);

    kernels::LeapTable leap_{};
    kernels::LangevinTable langevin_{};
    AlignedBuffer buffer_;
    std::vector<kernels::KeeperNotes> notes_;
    std::vector<kernels::PendingEvents> pending_;
    std::vector<double> event_values_;
};

}  // namespace fano
