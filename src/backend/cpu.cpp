// Chooses the build of the direct method that suits the machine, and lays out a worker's memory.
#include "backend/cpu.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "kernels/ssa/sum_tree.hpp"

extern "C" {
void fano_run_lanes_reference(fano::kernels::CpuJob const*);
void fano_run_lanes_sse2(fano::kernels::CpuJob const*);
#if defined(__x86_64__)
void fano_run_lanes_avx2(fano::kernels::CpuJob const*);
void fano_run_lanes_avx512(fano::kernels::CpuJob const*);
#endif
}

namespace fano {

namespace {
constexpr std::size_t line_words = 8;
std::size_t rounded(std::size_t words) { return (words + line_words - 1) / line_words * line_words; }
}  // namespace

bool processor_can_run(Device device) {
#if defined(__x86_64__)
    bool const avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
    if (device == Device::avx2) return avx2;
    if (device == Device::avx512)
        return avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
               __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
    return true;
#else
    return device != Device::avx2 && device != Device::avx512;
#endif
}

Device resolve_device(Device device) {
    if (device == Device::best || device == Device::gpu || device == Device::cpu) {
        for (Device wide : {Device::avx512, Device::avx2})
            if (processor_can_run(wide)) return wide;
        return Device::sse2;
    }
    if (!processor_can_run(device))
        throw BackendError(fmt::format(
            "this processor has no {} instructions; leave --device out, or choose reference or sse2",
            device_name(device)));
    return device;
}

std::uint32_t lane_width(Device device) {
    switch (device) {
        case Device::reference:
            return 1;
        case Device::avx2:
            return 16;
        case Device::avx512:
            return 32;
        default:
            return 8;
    }
}

std::uint32_t lane_width(Device device, kernels::NetworkTable const& table) {
    return table.large ? 1 : lane_width(device);
}

kernels::RunLanes lane_function(Device device, kernels::NetworkTable const& table) {
    return table.large ? fano_run_lanes_reference : lane_function(device);
}

kernels::RunLanes lane_function(Device device) {
    switch (device) {
        case Device::reference:
            return fano_run_lanes_reference;
#if defined(__x86_64__)
        case Device::avx2:
            return fano_run_lanes_avx2;
        case Device::avx512:
            return fano_run_lanes_avx512;
#endif
        default:
            return fano_run_lanes_sse2;
    }
}

void AlignedBuffer::Free::operator()(double* p) const { ::operator delete (p, std::align_val_t{64}); }

AlignedBuffer::AlignedBuffer(std::size_t words)
    : memory_(static_cast<double*>(::operator new (words * sizeof(double), std::align_val_t{64}))),
      size_(words) {
    std::memset(memory_.get(), 0, words * sizeof(double));
}

double* AlignedBuffer::reals(std::size_t words) {
    double* const start = memory_.get() + used_;
    used_ += rounded(words);
    if (used_ > size_) throw Error(ExitCode::internal, "a worker's memory was planned too small");
    return start;
}

std::uint64_t* AlignedBuffer::words(std::size_t words) {
    return reinterpret_cast<std::uint64_t*>(reals(words));
}

namespace {

void set_constants(std::span<kernels::ConstantEntry const> constants, double* registers, double* intervals,
                   std::size_t width) {
    for (auto const& [reg, value] : constants) {
        std::fill_n(registers + reg * width, width, value);
        if (intervals != nullptr) std::fill_n(intervals + reg * 2 * width, 2 * width, value);
    }
}

// Of the arrays for pairs of reactions that undo each other.
std::size_t pair_words(kernels::LeapTable const& leap, std::size_t width) {
    if (leap.pair_count == 0) return 0;
    std::size_t const pairs = leap.pair_count;
    return rounded(width) + rounded(leap.registers * width) + 8 * rounded(pairs * width) +
           2 * rounded(leap.reactions * width);
}

// Of the arrays that only leaps have.
std::size_t leap_words(kernels::LeapTable const& leap, std::size_t width) {
    return 2 * rounded(leap.registers * width) + 4 * rounded(leap.reactions * width) +
           rounded(leap.species * width) + 9 * rounded(width) + rounded(leap.registers) +
           2 * rounded(leap.species) + 7 * rounded(leap.reactions) + 2 * rounded(width) +
           pair_words(leap, width);
}

std::size_t normals_a_step(kernels::LangevinTable const& langevin) {
    std::size_t const needed = std::size_t{langevin.halves ? 2u : 1u} * langevin.rates.reactions;
    return (needed + kernels::normals_a_block - 1) / kernels::normals_a_block * kernels::normals_a_block;
}

std::size_t langevin_words(kernels::LangevinTable const& langevin, std::size_t width) {
    auto const& rates = langevin.rates;
    return rounded(rates.registers * width) + rounded(normals_a_step(langevin) * width) +
           3 * rounded(rates.reactions * width) + rounded(rates.species * width) + rounded(width) +
           2 * rounded(rates.species);
}

}  // namespace

LaneMemory::LaneMemory(kernels::NetworkTable const& table, std::uint32_t width, bool count_reactions,
                       StepTables const& steps)
    : leap_(steps.leap() == nullptr ? kernels::LeapTable{} : steps.leap()->view()),
      langevin_(steps.langevin() == nullptr ? kernels::LangevinTable{} : steps.langevin()->view()),
      buffer_(8 * rounded(width) + rounded(std::size_t{table.registers} * width) +
              (table.large ? rounded(kernels::SumTreeShape{table.reactions}.size()) + rounded(1) : 0) +
              3 * rounded(std::size_t{table.reactions} * width) +
              rounded(std::size_t{table.event_count} * width) +
              (table.features.timed ? rounded(std::size_t{2} * table.registers * width) : 0) +
              (count_reactions ? rounded(std::size_t{table.reactions} * width) : 0) +
              (table.features.timed ? 3 : 1) * rounded(table.registers) + rounded(table.output_count) +
              rounded(width) + (steps.leap() == nullptr ? 0 : leap_words(leap_, width)) +
              (steps.langevin() == nullptr ? 0 : langevin_words(langevin_, width))),
      notes_(width),
      pending_(table.features.events ? width : 0),
      event_values_(std::size_t{pending_.size()} * (kernels::max_pending_events + 1) *
                    table.max_assignments) {
    bool const sparse = table.large && steps.exact();
    // One LaneState, whatever its width: consecutive arrays in the order of its members.
    double* const state = buffer_.reals(std::size_t{7} * width);
    lanes.width = width;
    lanes.time = state;
    lanes.due = state + width;
    lanes.proposed = state + 2 * std::size_t{width};
    lanes.pick = state + 3 * std::size_t{width};
    lanes.window = state + 4 * std::size_t{width};
    lanes.draw = reinterpret_cast<std::uint64_t*>(state + 5 * std::size_t{width});
    lanes.cell = lanes.draw + width;
    lanes.registers =
        buffer_.reals(std::size_t{steps.leap() == nullptr ? table.registers : leap_.registers} * width);
    lanes.triggers = buffer_.reals(std::size_t{table.event_count} * width);
    lanes.rejected = buffer_.reals(width);
    lanes.fired = count_reactions ? buffer_.words(std::size_t{table.reactions} * width) : nullptr;
    bounds = table.features.timed ? buffer_.reals(std::size_t{2} * table.registers * width) : nullptr;
    cell.outputs = buffer_.reals(table.output_count);
    if (sparse) {
        lanes.sums = buffer_.reals(kernels::SumTreeShape{table.reactions}.size());
        lanes.stale = reinterpret_cast<std::uint32_t*>(buffer_.reals(1));
        cell.registers = lanes.registers;
        cell.bounds = bounds;
    } else {
        upper = buffer_.reals(std::size_t{table.reactions} * width);
        accepted = buffer_.reals(std::size_t{table.reactions} * width);
        chosen = buffer_.reals(std::size_t{table.reactions} * width);
        cell.registers = buffer_.reals(table.registers);
        cell.bounds = table.features.timed ? buffer_.reals(std::size_t{2} * table.registers) : nullptr;
    }
    if (steps.leap() != nullptr) place_leap(width);
    if (steps.langevin() != nullptr) place_langevin(width);

    lanes.notes = notes_.data();
    lanes.pending = pending_.empty() ? nullptr : pending_.data();
    for (std::size_t lane = 0; lane < pending_.size(); ++lane)
        pending_[lane].values =
            event_values_.data() + lane * (kernels::max_pending_events + 1) * table.max_assignments;
    std::span const constants{table.constants, table.constant_count};
    if (auto const* leap = steps.leap()) {
        for (double* registers : {lanes.registers, lanes.leap.middle, lanes.leap.end})
            if (registers != nullptr) set_constants(leap->constants(), registers, nullptr, width);
        set_constants(leap->constants(), cell.leap.registers, nullptr, 1);
    } else if (auto const* langevin = steps.langevin()) {
        set_constants(langevin->constants(), lanes.langevin.positive, nullptr, width);
    } else {
        set_constants(constants, lanes.registers, bounds, width);
    }
    if (!sparse) set_constants(constants, cell.registers, cell.bounds, 1);
}

void LaneMemory::place_leap(std::uint32_t width) {
    auto& leap = lanes.leap;
    leap.table = &leap_;
    leap.middle = buffer_.reals(std::size_t{leap_.registers} * width);
    leap.response = buffer_.reals(std::size_t{leap_.reactions} * width);
    leap.first = buffer_.reals(std::size_t{leap_.reactions} * width);
    leap.firings = buffer_.reals(std::size_t{leap_.reactions} * width);
    leap.critical = buffer_.reals(std::size_t{leap_.reactions} * width);
    leap.allowed = buffer_.reals(std::size_t{leap_.species} * width);
    for (auto* list : {&leap.leaping, &leap.length, &leap.exact_left, &leap.fired, &leap.leaps,
                       &leap.exact_steps, &leap.shortened})
        *list = buffer_.reals(width);
    for (auto* list : {&leap.stiff_leaps, &leap.stiff}) *list = buffer_.reals(width);
    leap.draws = buffer_.words(width);
    if (std::size_t const pairs = leap_.pair_count; pairs > 0) {
        leap.unsettled = buffer_.reals(width);
        leap.end = buffer_.reals(std::size_t{leap_.registers} * width);
        for (auto* list : {&leap.relaxation, &leap.extent, &leap.residual, &leap.noise, &leap.gain,
                           &leap.driven, &leap.slope, &leap.balanced})
            *list = buffer_.reals(pairs * width);
        leap.mean_rate = buffer_.reals(std::size_t{leap_.reactions} * width);
        leap.paired = buffer_.reals(std::size_t{leap_.reactions} * width);
    }
    auto& room = cell.leap;
    room.registers = buffer_.reals(leap_.registers);
    room.start = buffer_.reals(leap_.species);
    room.counts = buffer_.reals(leap_.species);
    for (auto* list : {&room.first, &room.later, &room.part, &room.fired, &room.added, &room.added_later})
        *list = buffer_.reals(leap_.reactions);
}

void LaneMemory::place_langevin(std::uint32_t width) {
    auto& langevin = lanes.langevin;
    auto const& rates = langevin_.rates;
    langevin.table = &langevin_;
    langevin.positive = buffer_.reals(std::size_t{rates.registers} * width);
    langevin.noise = buffer_.reals(normals_a_step(langevin_) * width);
    for (auto* list : {&langevin.extent, &langevin.before, &langevin.response})
        *list = buffer_.reals(std::size_t{rates.reactions} * width);
    langevin.allowed = buffer_.reals(std::size_t{rates.species} * width);
    langevin.draws = buffer_.words(width);
    langevin.few = buffer_.words(rates.species);
    langevin.negative = buffer_.words(rates.species);
}

}  // namespace fano
