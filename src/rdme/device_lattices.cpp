#include "rdme/device_lattices.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "ensemble/failure.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

std::uint32_t all_bits(std::vector<std::uint32_t> const& counts) {
    std::uint32_t seen = 0;
    for (auto const n : counts) seen |= n;
    return seen;
}

}  // namespace

std::uint64_t DeviceLattices::most_lattices(Lattice const& lattice, Accelerator& device) {
    constexpr double part_of_memory = 0.8, buffers = 3, most_on_host = 0x1p28,
                     most = 65535;  // more fill no GPU better
    double const bytes = 4.0 * lattice.grid.voxels * static_cast<double>(lattice.species.size());
    double const fit = std::min(
        part_of_memory * static_cast<double>(device.memory().free) / (buffers * bytes), most_on_host / bytes);
    return static_cast<std::uint64_t>(std::clamp(fit, 1.0, most));
}

DeviceLattices::DeviceLattices(Lattice const& lattice, std::vector<DiffusionPlan> const& plans,
                               Accelerator& device, std::uint64_t seed, double longest,
                               std::optional<TileSize> tile)
    : lattice_(lattice),
      device_(device),
      seed_(seed),
      longest_(longest),
      tile_size_(tile),
      reacts_(!lattice.network.reactions.empty()),
      formats_(lattice.species.size()),
      first_(lattice.species.size()),
      blocks_at_once_(device.shape(KernelName::lattices, kernels::LatticeJob::most_threads).blocks),
      species_(lattice, plans, device),
      unfit_(device, lattice.species.size()),
      failed_(device, 1),
      spoiled_(device, 1),
      stop_(device),
      events_(device, 1),
      report_(device, 1) {
    for (auto const& plan : plans) moves_ |= plan.largest_rate > 0;
    if (!lattice.same_everywhere) {
        place_ = {device, lattice.place};
        std::vector<double> factors;
        for (auto const& of_place : lattice.place_factors)
            factors.insert(factors.end(), of_place.begin(), of_place.end());
        factors_ = {device, factors};
    }
}

void DeviceLattices::begin(std::uint64_t first, std::vector<LatticeBirth> const& births) {
    first_lattice_ = first;
    lattices_ = births.size();
    number_ = 0;
    time_ = 0;
    std::size_t const voxels = lattice_.grid.voxels, slots = lattice_.network.tables->view().slots;
    std::vector<std::uint64_t> keys;
    std::vector<double> parameters;
    Counts counts(formats_.size());
    for (std::size_t l = 0; l < births.size(); ++l) {
        keys.push_back(lattice_key(seed_, first + l));
        for (std::size_t slot = formats_.size(); slot < slots; ++slot)
            parameters.push_back(births[l].registers[slot]);
        for (std::size_t s = 0; s < formats_.size(); ++s) {
            auto const* const from = births[l].counts.data() + s * voxels;
            counts[s].insert(counts[s].end(), from, from + voxels);
        }
    }
    keys_ = {device_, keys};
    parameters_ = {device_, parameters};
    for (std::size_t s = 0; s < formats_.size(); ++s) formats_[s] = CountFormat::of(all_bits(counts[s]));
    place(counts);
}

// Writes counts to the first buffer, in the formats that they have now.
void DeviceLattices::place(Counts const& counts) {
    constexpr std::uint64_t alignment = 256;
    std::uint64_t bytes = 0;
    for (std::size_t s = 0; s < formats_.size(); ++s) {
        first_[s] = bytes;
        bytes = (bytes + counts[s].size() * formats_[s].bytes + alignment - 1) / alignment * alignment;
    }
    std::vector<unsigned char> packed(bytes);
    for (std::size_t s = 0; s < formats_.size(); ++s) {
        CountArray array;
        array.assign(formats_[s], counts[s].size(), counts[s].data());
        std::memcpy(packed.data() + first_[s], array.data(), counts[s].size() * formats_[s].bytes);
    }
    for (auto& buffer : counts_) {
        buffer = {};
        buffer = {device_, bytes};
    }
    counts_[0].upload(packed);
    tiling_ = choose_tiling(lattice_.grid, formats_, device_.shared_bytes(),
                            (blocks_at_once_ + lattices_ - 1) / lattices_, tile_size_);
    species_.set_formats(formats_, first_, tiling_);
}

DeviceLattices::Counts DeviceLattices::fetch() const {
    auto const packed = counts_[0].download();
    Counts counts(formats_.size());
    for (std::size_t s = 0; s < formats_.size(); ++s) {
        std::size_t const size = lattices_ * lattice_.grid.voxels;
        CountArray array;
        array.resize(formats_[s], size);
        std::memcpy(array.data(), packed.data() + first_[s], size * formats_[s].bytes);
        counts[s].resize(size);
        array.copy_to(counts[s].data());
    }
    return counts;
}

bool DeviceLattices::run(std::uint64_t first, std::vector<LatticeBirth> const& births,
                         std::vector<double> const& times, Hooks const& hooks) {
    begin(first, births);
    std::size_t const voxels = lattice_.grid.voxels;
    std::vector<std::uint32_t> one(formats_.size() * voxels);
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (!advance(time_, times[i], hooks)) return false;
        auto const counts = fetch();
        for (std::size_t l = 0; l < lattices_; ++l) {
            for (std::size_t s = 0; s < formats_.size(); ++s)
                std::copy_n(counts[s].data() + l * voxels, voxels, one.data() + s * voxels);
            hooks.sample(i, l, one.data());
        }
        narrow(counts);
    }
    return true;
}

void DeviceLattices::narrow(Counts const& counts) {
    bool any = false;
    for (std::size_t s = 0; s < formats_.size(); ++s) {
        auto const seen = all_bits(counts[s]);
        auto const format = CountFormat::of(seen | seen << 1);  // with room to spare
        if (!formats_[s].wider_than(format)) continue;
        formats_[s] = format;
        any = true;
    }
    if (any) place(counts);
}

bool DeviceLattices::advance(double from, double to, Hooks const& hooks) {
    if (!(to > from)) return true;
    constexpr double longest_chunk = 0.2, shortest_chunk = 0.05;  // [s]
    constexpr std::uint64_t most_steps = 4096;
    double const length = to - from;
    auto const interval =
        static_cast<std::uint64_t>(std::max(1.0, std::ceil(length / longest_ * (1 - 1e-9))));
    double const tau = length / static_cast<double>(interval);
    bool const halves = moves_ && reacts_;
    species_.set_steps(tau, halves);
    std::uint64_t const all = halves ? interval + 1 : interval;
    for (std::uint64_t i = 0; i < all;) {
        kernels::TileSteps steps{};
        steps.number = number_;
        steps.first = i;
        steps.count = static_cast<std::uint32_t>(std::min(chunk_, all - i));
        steps.interval = interval;
        steps.halves = halves;
        steps.reacts = reacts_;
        steps.length = tau;
        steps.start = from;
        auto const start = std::chrono::steady_clock::now();
        if (!try_steps(steps, hooks)) continue;
        double const seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (seconds < shortest_chunk) chunk_ = std::min(2 * chunk_, most_steps);
        if (seconds > longest_chunk) chunk_ = std::max<std::uint64_t>(1, chunk_ / 2);
        number_ += steps.count;
        i += steps.count;
        time_ = i == all ? to : std::min(to, from + static_cast<double>(i) * tau);
        if (i == all) steps_ += interval * lattices_;
        if (!hooks.proceed(time_)) return false;
    }
    return true;
}

bool DeviceLattices::try_steps(kernels::TileSteps const& steps, Hooks const& hooks) {
    unfit_.clear();
    failed_.clear();
    spoiled_.clear();
    events_.clear();
    auto const end = launch(steps);
    while (!device_.finished()) {
        if (hooks.stopped()) stop_.set(1);
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    if (hooks.stopped()) throw Interrupted();
    auto const unfit = unfit_.download();
    if (widen(unfit)) return false;
    if (failed_.download()[0] != 0) fail(report_.download()[0]);
    for (std::uint32_t s = 0; s < unfit.size(); ++s)
        if (unfit[s] != 0) fail({kernels::Failure::count_too_large, s, 0, time_, 0x1p31});
    reactions_ += events_.download()[0];
    std::swap(counts_[0], counts_[end]);
    return true;
}

std::size_t DeviceLattices::launch(kernels::TileSteps const& steps) {
    auto const& grid = lattice_.grid;
    kernels::LatticeJob job{};
    for (std::size_t a = 0; a < 3; ++a) {
        job.size[a] = grid.size[a];
        if (grid.periodic[2 * a]) job.periodic |= 1u << a;
        job.tile[a] = tiling_.tile[a];
        job.rim[a] = tiling_.rim[a];
        job.tiles[a] = tiling_.tiles[a];
    }
    job.voxels = grid.voxels;
    job.faces = static_cast<std::uint32_t>(grid.faces);
    job.together = tiling_.together;
    job.resident = tiling_.resident;
    job.arrived = tiling_.arrived;
    job.flows = tiling_.flows;
    job.species = static_cast<std::uint32_t>(formats_.size());
    job.of_species = species_.data();
    job.steps = steps;
    job.place = place_.data();
    job.factors = factors_.data();
    job.keys = keys_.data();
    job.parameters = parameters_.data();
    job.unfit = unfit_.data();
    job.events = events_.data();
    job.failed = failed_.data();
    job.report = report_.data();
    job.spoiled = spoiled_.data();
    job.stop = stop_.data();
    LaunchGrid const blocks{static_cast<std::uint32_t>(lattices_ * tiling_.blocks()), 1, tiling_.threads,
                            tiling_.bytes};
    if (tiling_.resident) {
        job.from = counts_[0].data();
        job.to = counts_[1].data();
        device_.launch(KernelName::lattices, blocks, job);
        return 1;
    }
    // The first buffer keeps the counts of before.
    std::size_t now = 0;
    job.steps.count = 1;
    for (std::uint32_t i = 0; i < steps.count; ++i) {
        std::size_t const next = now == 1 ? 2 : 1;
        job.from = counts_[now].data();
        job.to = counts_[next].data();
        job.steps.number = steps.number + i;
        job.steps.first = steps.first + i;
        device_.launch(KernelName::lattices, blocks, job);
        now = next;
    }
    return now;
}

// Counts that did not fit are lost, but those before the steps are still there.
bool DeviceLattices::widen(std::vector<std::uint32_t> const& unfit) {
    bool any = false;
    auto formats = formats_;
    for (std::size_t s = 0; s < formats_.size(); ++s) {
        auto const format = CountFormat::of(unfit[s]);
        if (unfit[s] == 0 || !format.wider_than(formats_[s])) continue;
        formats[s] = format;
        any = true;
    }
    if (!any) return false;
    auto const counts = fetch();
    formats_ = formats;
    place(counts);
    return true;
}

void DeviceLattices::fail(kernels::FailureReport report) const {
    report.cell += first_lattice_;
    throw_failure(lattice_.network, report, 0, "lattice");
}

}  // namespace fano
