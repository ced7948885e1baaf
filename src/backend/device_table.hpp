// What a GPU needs to run a large network: its tables, and memory for the cells of its threads.
#pragma once

#include "backend/accelerator.hpp"
#include "kernels/launch/large_cells.hpp"
#include "model/tables.hpp"

namespace fano {

// A copy of a network's tables in a device's memory.
class DeviceTable {
public:
    DeviceTable(Accelerator& device, NetworkTables const& tables);
    // That it takes from the device.
    static std::size_t bytes(NetworkTables const& tables);

    // With the device's pointers.
    kernels::NetworkTable const& view() const { return view_; }

private:
    DeviceArray<kernels::Instruction> code_;
    DeviceArray<kernels::ConstantEntry> constants_;
    DeviceArray<kernels::ReactionEntry> reaction_;
    DeviceArray<kernels::SpeciesChange> species_changes_;
    DeviceArray<kernels::Dependent> dependents_;
    DeviceArray<double> initial_;
    DeviceArray<kernels::BirthEntry> births_;
    DeviceArray<kernels::EventEntry> events_;
    DeviceArray<kernels::EventAssignment> assignments_;
    DeviceArray<kernels::Crossing> crossings_;
    DeviceArray<std::uint32_t> output_;
    DeviceArray<double> output_limit_;
    kernels::NetworkTable view_;
};

// Memory for the cells of many threads. It needs no first values.
class LargeCellsArrays {
public:
    // Events that wait and counts of firings are apart from this, as for every network.
    static std::size_t bytes_a_thread(kernels::NetworkTable const& table);

    LargeCellsArrays(Accelerator& device, kernels::NetworkTable const& table, std::size_t threads);

    kernels::LargeCellsMemory view() const;

private:
    DeviceArray<double> registers_, bounds_, sums_, triggers_, outputs_, rejected_;
    DeviceArray<std::uint32_t> stale_;
};

}  // namespace fano
