// One stream of one GPU at work on an ensemble.
#pragma once

#include <optional>

#include "backend/accelerator.hpp"
#include "backend/batch_tally.hpp"
#include "backend/device_table.hpp"
#include "ensemble/worker.hpp"

namespace fano {

// How much of a device a worker takes. Decided before anything is allocated.
struct BatchPlan {
    KernelShape shape;
    std::uint64_t cells;      // most cells of a batch
    std::size_t tally_bytes;  // the limit of BatchTally
    std::size_t bytes;        // of device memory in all
};

// `budget`: the bytes that one worker may take. Throws DeviceMemoryError if not even one cell fits.
BatchPlan plan_batches(Run const& run, Accelerator& device, std::size_t budget);

// Cells of the batch after one of `cells` that took `seconds`: twice as many where that was short, half as many, but
// not below `least`, where it was long.
std::uint64_t next_batch(std::uint64_t cells, double seconds, std::uint64_t least, std::uint64_t most);

class GpuWorker {
public:
    GpuWorker(Run& run, Accelerator& device, BatchPlan const& plan);

    // Until the queue is empty or the run is stopped. When the device fails, throws DeviceError; the batch in hand
    // is then back in the queue, and all batches before it are in the share.
    void work();
    void deliver() { share_.deliver(run_); }

private:
    bool simulate(CellRange cells);
    void keep(CellRange cells);
    void keep_snapshots(CellRange cells);

    Run& run_;
    Accelerator& device_;
    BatchPlan plan_;
    Share share_;
    bool whole_;       // samples are counts
    std::size_t row_;  // bytes of a cell's samples
    DeviceArray<double> times_;
    DeviceArray<char> samples_, gathered_;
    DeviceArray<kernels::PendingEvents> pending_;
    DeviceArray<double> event_values_;
    DeviceArray<std::uint64_t> history_, few_;  // of steps
    DeviceArray<std::uint64_t> fired_;
    DeviceArray<std::uint64_t> counters_;  // cells handed out, reactions fired
    DeviceArray<std::uint32_t> failed_;
    DeviceArray<kernels::FailureReport> report_;
    SharedWord stop_;
    std::optional<DeviceTable> table_;  // of a large network
    std::optional<LargeCellsArrays> arrays_;
    BatchTally tally_;
    std::uint32_t threads_ = 0;  // of the batch in hand
};

}  // namespace fano
