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

std::uint32_t fits(CountFormat const& format) {
    std::uint32_t const by_bytes = format.bytes == 1 ? 0xFFu : format.bytes == 2 ? 0xFFFFu : 0x7FFFFFFFu;
    std::uint32_t const by_flow = format.flow == CountFormat::Flow::packed ? 31u
                                  : format.flow == CountFormat::Flow::wide ? 1023u
                                                                           : 0x7FFFFFFFu;
    return by_bytes & by_flow;
}

std::uint32_t all_bits(std::vector<std::uint32_t> const& counts) {
    std::uint32_t seen = 0;
    for (auto const n : counts) seen |= n;
    return seen;
}

kernels::TileKind tile_kind(JumpKind const& jumps, DiffusionPlan const& plan) {
    kernels::TileKind kind{};
    for (std::uint32_t f = 0; f < 6; ++f) {
        double const accepted = plan.largest_rate > 0 ? plan.hop_rate(jumps, f) / plan.largest_rate : 0;
        if (accepted > 0) kind.leads |= 1u << f;
        if (accepted > 0 && accepted < 1) kind.slow |= 1u << f;
        if (accepted > 0 && jumps.inflow[f] > 0) kind.enters |= 1u << f;
        kind.accepted[f] = accepted;
        kind.inflow[f] = plan.hop_inflow(jumps, f);
    }
    return kind;
}

}  // namespace

std::uint64_t DeviceLattices::most_lattices(Lattice const& lattice, Accelerator& device) {
    constexpr double part_of_memory = 0.8, buffers = 3, most_on_host = 0x1p28;
    double const bytes = 4.0 * lattice.grid.voxels * static_cast<double>(lattice.species.size());
    double const most = std::min(
        part_of_memory * static_cast<double>(device.memory().free) / (buffers * bytes), most_on_host / bytes);
    return static_cast<std::uint64_t>(std::max(1.0, std::min(most, 65535.0)));
}

DeviceLattices::DeviceLattices(Lattice const& lattice, std::vector<DiffusionPlan> const& plans,
                               Accelerator& device, std::uint64_t seed, double longest,
                               std::optional<TileSize> tile)
    : lattice_(lattice),
      plans_(plans),
      device_(device),
      seed_(seed),
      longest_(longest),
      tile_size_(tile),
      reacts_(!lattice.network.reactions.empty()),
      formats_(lattice.species.size()),
      first_(lattice.species.size()),
      tables_(4 * lattice.species.size()),
      species_(lattice.species.size()),
      of_species_(device, lattice.species.size()),
      unfit_(device, lattice.species.size()),
      failed_(device, 1),
      spoiled_(device, 1),
      stop_(device),
      events_(device, 1),
      report_(device, 1) {
    for (std::size_t s = 0; s < species_.size(); ++s) {
        moves_ |= plans[s].largest_rate > 0;
        auto& kinds = host_kinds_.emplace_back();
        for (auto const& kind : lattice.species[s].kinds) kinds.push_back(tile_kind(kind, plans[s]));
        kinds_.emplace_back(device, kinds);
        species_[s].has_ends = plans[s].end_voxels.empty() ? 0 : 1;
        kind_.emplace_back(device, lattice.species[s].kind);
        species_[s].moves = plans[s].largest_rate > 0 ? 1 : 0;
        species_[s].kind = kind_.back().data();
        species_[s].kinds = kinds_.back().data();
    }
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
    Counts counts(species_.size());
    for (std::size_t l = 0; l < births.size(); ++l) {
        keys.push_back(lattice_key(seed_, first + l));
        for (std::size_t slot = species_.size(); slot < slots; ++slot)
            parameters.push_back(births[l].registers[slot]);
        for (std::size_t s = 0; s < species_.size(); ++s) {
            auto const* const from = births[l].counts.data() + s * voxels;
            counts[s].insert(counts[s].end(), from, from + voxels);
        }
    }
    keys_ = {device_, keys};
    parameters_ = {device_, parameters};
    for (std::size_t s = 0; s < species_.size(); ++s) formats_[s] = CountFormat::of(all_bits(counts[s]));
    place(counts);
}

// Writes counts to the first buffer, in the formats that they have now.
void DeviceLattices::place(Counts const& counts) {
    constexpr std::uint64_t alignment = 256;
    std::uint64_t bytes = 0;
    for (std::size_t s = 0; s < species_.size(); ++s) {
        first_[s] = bytes;
        bytes = (bytes + counts[s].size() * formats_[s].bytes + alignment - 1) / alignment * alignment;
    }
    std::vector<unsigned char> packed(bytes);
    for (std::size_t s = 0; s < species_.size(); ++s) {
        CountArray array;
        array.assign(formats_[s], counts[s].size(), counts[s].data());
        std::memcpy(packed.data() + first_[s], array.data(), counts[s].size() * formats_[s].bytes);
    }
    for (auto& buffer : counts_) {
        buffer = {};
        buffer = {device_, bytes};
    }
    counts_[0].upload(packed);
    tiling_ = choose_tiling(lattice_.grid, formats_, device_.shared_bytes(), tile_size_);
    upload_species();
}

DeviceLattices::Counts DeviceLattices::fetch() const {
    auto const packed = counts_[0].download();
    Counts counts(species_.size());
    for (std::size_t s = 0; s < species_.size(); ++s) {
        std::size_t const size = lattices_ * lattice_.grid.voxels;
        CountArray array;
        array.resize(formats_[s], size);
        std::memcpy(array.data(), packed.data() + first_[s], size * formats_[s].bytes);
        counts[s].resize(size);
        array.copy_to(counts[s].data());
    }
    return counts;
}

void DeviceLattices::upload_species() {
    for (std::size_t s = 0; s < species_.size(); ++s) {
        auto& species = species_[s];
        species.bytes = formats_[s].bytes;
        species.flow = static_cast<kernels::FlowForm>(formats_[s].flow);
        species.fits = fits(formats_[s]);
        species.first = first_[s];
        species.resident = tiling_.resident ? tiling_.counts[s] : 0;
    }
    of_species_.upload(species_);
}

// Of steps of length tau, and of halves of one.
void DeviceLattices::set_tables(double tau, bool halves) {
    if (tau == tau_ && halves == halves_) return;
    tau_ = tau;
    halves_ = halves;
    for (std::size_t s = 0; s < species_.size(); ++s) {
        if (species_[s].moves == 0) continue;
        for (std::size_t whole = halves ? 0 : 1; whole < 2; ++whole) {
            HopStages const stages{plans_[s], lattice_.grid.faces, whole == 1 ? tau : tau / 2};
            HopTables const* const both[] = {&stages.first, &stages.second};
            for (std::size_t stage = 0; stage < 2; ++stage) {
                auto const& of = *both[stage];
                auto& kept = tables_[4 * s + 2 * whole + stage];
                kept = {{device_, of.threshold()},
                        {device_, of.tail()},
                        {device_, of.outcome()},
                        {device_, of.wide()}};
                auto& table = species_[s].tables[whole][stage];
                table = of.view();
                table.threshold = kept.threshold.data();
                table.tail = kept.tail.data();
                table.outcome = kept.outcome.data();
                table.wide = kept.wide.data();
            }
            species_[s].inflow[whole][0] = stages.first_inflow;
            species_[s].inflow[whole][1] = stages.second_inflow;
            for (std::size_t k = 0; k < host_kinds_[s].size(); ++k) {
                host_kinds_[s][k].lost[whole] = stages.end_shares[k].lost;
                host_kinds_[s][k].entered[whole] = stages.end_shares[k].entered;
            }
        }
        kinds_[s].upload(host_kinds_[s]);
    }
    upload_species();
}

bool DeviceLattices::run(std::uint64_t first, std::vector<LatticeBirth> const& births,
                         std::vector<double> const& times, Hooks const& hooks) {
    begin(first, births);
    std::size_t const voxels = lattice_.grid.voxels;
    std::vector<std::uint32_t> one(species_.size() * voxels);
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (!advance(time_, times[i], hooks)) return false;
        auto const counts = fetch();
        for (std::size_t l = 0; l < lattices_; ++l) {
            for (std::size_t s = 0; s < species_.size(); ++s)
                std::copy_n(counts[s].data() + l * voxels, voxels, one.data() + s * voxels);
            hooks.sample(i, l, one.data());
        }
        narrow(counts);
    }
    return true;
}

void DeviceLattices::narrow(Counts const& counts) {
    bool any = false;
    for (std::size_t s = 0; s < species_.size(); ++s) {
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
    set_tables(tau, halves);
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
        if ((number_ + steps.count) >> 32 != 0)
            throw SolverError(
                lattice_.network.file,
                "a lattice took more than 4 billion steps; simulate a shorter time or allow longer steps");
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
    job.species = static_cast<std::uint32_t>(species_.size());
    job.of_species = of_species_.data();
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
    for (std::size_t s = 0; s < species_.size(); ++s) {
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
