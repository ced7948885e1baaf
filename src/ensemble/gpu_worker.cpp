#include "ensemble/gpu_worker.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace fano {

namespace {

// Enough cells that the last ones to end leave little of the device idle.
constexpr std::uint64_t cells_a_thread = 16;
// More samples than these are not kept at a time where fewer keep all threads busy.
constexpr std::size_t ample_samples = std::size_t{2} << 30;
constexpr std::size_t fixed_bytes = 4096;
// Less than this for histograms and sums makes too many rounds; a device with less room left is too full.
constexpr std::size_t least_tally_bytes = std::size_t{1} << 20;
// A batch is to take no longer: what is done shows after each, and a GPU that also drives a display stands still
// meanwhile.
constexpr double most_seconds = 0.5;

std::size_t values_a_cell(Run const& run) { return run.options.times.size() * run.table.output_count; }
std::size_t sample_bytes(Run const& run) {
    return run.table.computed_outputs ? sizeof(double) : sizeof(std::uint32_t);
}
std::size_t event_values(Run const& run) {
    return std::size_t{kernels::max_pending_events + 1} * run.table.max_assignments;
}

KernelName kernel_of(Run const& run) { return run.table.large ? KernelName::large_cells : KernelName::cells; }

std::size_t bytes_a_thread(Run const& run) {
    std::size_t bytes = run.table.large ? LargeCellsArrays::bytes_a_thread(run.table) : 0;
    if (run.table.features.events)
        bytes += sizeof(kernels::PendingEvents) + event_values(run) * sizeof(double);
    if (run.options.count_reactions) bytes += run.table.reactions * sizeof(std::uint64_t);
    return bytes;
}

// Without a tally there are still fingerprints to be made.
TallyLayout batch_layout(Run const& run) {
    TallyLayout layout = tally_layout(run.network, run.options, run.result.joint);
    if (!run.options.tally) {
        layout.joint.clear();
        layout.covariance = false;
    }
    return layout;
}

}  // namespace

BatchPlan plan_batches(Run const& run, Accelerator& device, std::size_t budget) {
    BatchPlan plan{};
    plan.shape = device.shape(kernel_of(run), run.options.gpu_block_threads);
    std::size_t const row = values_a_cell(run) * sample_bytes(run) * (run.options.snapshots ? 2 : 1);
    TallyLayout const layout = batch_layout(run);
    std::size_t const tables = run.table.large ? DeviceTable::bytes(*run.network.tables) : 0;
    auto const aside = [&] {
        return BatchTally::scratch_bytes(layout, plan.tally_bytes) + tables +
               run.options.times.size() * sizeof(double) + fixed_bytes;
    };
    auto const threads = [&] { return std::uint64_t{plan.shape.blocks} * plan.shape.threads_a_block; };
    // Less for the tally, then fewer threads, where their own memory and a cell each would not fit.
    auto const least = [&] { return aside() + threads() * (bytes_a_thread(run) + row); };
    plan.tally_bytes = BatchTally::default_limit;
    while (least() > budget && plan.tally_bytes > least_tally_bytes) plan.tally_bytes /= 2;
    while (least() > budget && plan.shape.blocks > 1) plan.shape.blocks = (plan.shape.blocks + 1) / 2;
    std::size_t const own = aside() + threads() * bytes_a_thread(run);
    if (own + row > budget) throw DeviceMemoryError(device.name(), own + row, budget);
    std::uint64_t const wanted = std::max<std::uint64_t>(cells_a_thread * threads(), ample_samples / row);
    plan.cells = std::min<std::uint64_t>({(budget - own) / row, wanted, run.options.cells, 0x7fffffff});
    plan.bytes = own + plan.cells * row;
    return plan;
}

std::uint64_t next_batch(std::uint64_t cells, double seconds, std::uint64_t least, std::uint64_t most) {
    if (seconds > most_seconds) return std::min(cells, std::max(least, cells / 2));
    return seconds < most_seconds / 2 ? std::min(2 * cells, most) : cells;
}

GpuWorker::GpuWorker(Run& run, Accelerator& device, BatchPlan const& plan)
    : run_(run),
      device_(device),
      plan_(plan),
      share_(run),
      whole_(!run.table.computed_outputs),
      row_(values_a_cell(run) * sample_bytes(run)),
      times_(device, run.options.times),
      samples_(device, plan.cells * row_),
      gathered_(device, run.options.snapshots ? plan.cells * row_ : 0),
      counters_(device, 2),
      failed_(device, 1),
      report_(device, 1),
      stop_(device),
      tally_(device, batch_layout(run), whole_, plan.tally_bytes) {
    std::size_t const threads = std::size_t{plan.shape.blocks} * plan.shape.threads_a_block;
    if (run.table.features.events) {
        pending_ = {device, threads};
        event_values_ = {device, threads * event_values(run)};
    }
    if (run.table.large) {
        table_.emplace(device, *run.network.tables);
        arrays_.emplace(device, run.table, threads);
    }
    if (run.options.count_reactions) fired_ = {device, threads * run.table.reactions};
    if (!run.steps.exact()) history_ = {device, 4};
    if (run.steps.langevin() != nullptr) few_ = {device, std::size_t{2} * run.table.species};
}

void GpuWorker::work() {
    using Clock = std::chrono::steady_clock;
    // Small batches first, so that there is something to show early and the time that cells take is known.
    std::uint64_t const threads = std::uint64_t{plan_.shape.blocks} * plan_.shape.threads_a_block;
    std::uint64_t batch = std::min(2 * threads, plan_.cells);
    while (!run_.stopped()) {
        CellRange const cells = run_.queue.take(batch);
        if (cells.empty()) return;
        auto const start = Clock::now();
        try {
            if (!simulate(cells)) return;
            keep(cells);
        } catch (DeviceError const&) {
            run_.queue.give_back(cells);
            throw;
        }
        run_.done.fetch_add(cells.size(), std::memory_order_relaxed);
        double const seconds = std::chrono::duration<double>(Clock::now() - start).count();
        batch = next_batch(batch, seconds, threads, plan_.cells);
    }
}

// Whether all cells ended well.
bool GpuWorker::simulate(CellRange cells) {
    kernels::CellsJob job{};
    job.options = {run_.options.seed, times_.data(), static_cast<std::uint32_t>(times_.size()),
                   run_.options.max_events};
    job.first_cell = run_.options.first_cell + cells.begin;
    job.cells = cells.size();
    std::uint32_t const block = plan_.shape.threads_a_block;
    auto const blocks = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(plan_.shape.blocks, (cells.size() + block - 1) / block));
    job.threads = threads_ = blocks * block;
    job.next = counters_.data();
    job.events = counters_.data() + 1;
    job.samples = samples_.data();
    job.fired = fired_.data();
    job.history = history_.data();
    job.few = few_.data();
    job.failed = failed_.data();
    job.report = report_.data();
    job.stop = stop_.data();
    job.pending = pending_.data();
    job.event_values = event_values_.data();
    counters_.clear();
    failed_.clear();
    fired_.clear();
    history_.clear();
    few_.clear();
    LaunchGrid const grid{blocks, 1, block, 0};
    if (table_)
        device_.launch(KernelName::large_cells, grid,
                       kernels::LargeCellsJob{job, table_->view(), arrays_->view()});
    else
        device_.launch(KernelName::cells, grid, job);
    while (!device_.finished()) {
        if (run_.stopped()) stop_.set(1);
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    if (failed_.download()[0] == 0) return true;
    run_.fail(report_.download()[0]);
    return false;
}

// The share takes all of a batch or, if the device fails, nothing.
void GpuWorker::keep(CellRange cells) {
    std::uint64_t const fingerprint =
        tally_.fingerprint(samples_.data(), run_.options.first_cell + cells.begin, cells.size());
    std::uint64_t const events = counters_.download()[1];
    std::vector<std::uint64_t> fired(share_.reaction_counts.size());
    for (std::size_t r = 0; r < fired.size(); ++r)
        fired[r] = device_.sum(fired_.data() + r * threads_, threads_);
    auto const history = history_.download();
    auto const few = few_.download();
    if (run_.options.snapshots) keep_snapshots(cells);
    if (run_.options.tally) tally_.add(samples_.data(), cells.size(), share_.tally);
    share_.fingerprint += fingerprint;
    share_.events += events;
    for (std::size_t r = 0; r < fired.size(); ++r) share_.reaction_counts[r] += fired[r];
    if (run_.steps.leap() != nullptr) share_.leaps.add({history[0], history[1], history[2], history[3]});
    if (run_.steps.langevin() != nullptr) {
        auto const half = few.begin() + run_.table.species;
        share_.langevin.add({history[0], {few.begin(), half}, {half, few.end()}});
    }
}

void GpuWorker::keep_snapshots(CellRange cells) {
    std::size_t const times = run_.options.times.size(), outputs = run_.table.output_count;
    device_.gather_by_time(gathered_.data(), samples_.data(), sample_bytes(run_), cells.size(), times,
                           outputs);
    std::size_t const values = cells.size() * outputs;  // of one time
    std::vector<std::uint32_t> counts(whole_ ? values : 0);
    for (std::size_t time = 0; time < times; ++time) {
        double* const to = run_.result.snapshots.data() + (time * run_.options.cells + cells.begin) * outputs;
        char const* const from = gathered_.data() + time * values * sample_bytes(run_);
        device_.download(whole_ ? static_cast<void*>(counts.data()) : to, from, values * sample_bytes(run_));
        if (whole_) std::copy_n(counts.data(), values, to);
    }
}

}  // namespace fano
