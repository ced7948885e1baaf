#include "backend/device_table.hpp"

namespace fano {

namespace {

struct ThreadSizes {
    explicit ThreadSizes(kernels::NetworkTable const& table)
        : registers(table.registers),
          bounds(table.features.timed ? std::size_t{2} * table.registers : 0),
          sums(kernels::SumTreeShape{table.reactions}.size()),
          triggers(table.event_count),
          outputs(table.output_count) {}

    std::size_t registers, bounds, sums, triggers, outputs;  // doubles
    std::size_t rejected = 1;
};

}  // namespace

DeviceTable::DeviceTable(Accelerator& device, NetworkTables const& tables)
    : code_(device, tables.code),
      constants_(device, tables.constants),
      reaction_(device, tables.reaction),
      species_changes_(device, tables.species_changes),
      dependents_(device, tables.dependents),
      initial_(device, tables.initial),
      births_(device, tables.births),
      events_(device, tables.events),
      assignments_(device, tables.assignments),
      crossings_(device, tables.crossings),
      output_(device, tables.output),
      output_limit_(device, tables.output_limit),
      view_(tables.view()) {
    view_.code = code_.data();
    view_.constants = constants_.data();
    view_.reaction = reaction_.data();
    view_.species_changes = species_changes_.data();
    view_.dependents = dependents_.data();
    view_.initial = initial_.data();
    view_.births = births_.data();
    view_.events = events_.data();
    view_.assignments = assignments_.data();
    view_.crossings = crossings_.data();
    view_.output = output_.data();
    view_.output_limit = output_limit_.data();
}

std::size_t DeviceTable::bytes(NetworkTables const& tables) {
    auto const sum = [](auto const&... lists) { return ((lists.size() * sizeof(lists[0])) + ...); };
    return sum(tables.code, tables.constants, tables.reaction, tables.species_changes, tables.dependents,
               tables.initial, tables.births, tables.events, tables.assignments, tables.crossings,
               tables.output, tables.output_limit);
}

std::size_t LargeCellsArrays::bytes_a_thread(kernels::NetworkTable const& table) {
    ThreadSizes const each{table};
    return (each.registers + each.bounds + each.sums + each.triggers + each.outputs + each.rejected) *
               sizeof(double) +
           sizeof(std::uint32_t);
}

LargeCellsArrays::LargeCellsArrays(Accelerator& device, kernels::NetworkTable const& table,
                                   std::size_t threads)
    : registers_(device, threads * ThreadSizes{table}.registers),
      bounds_(device, threads * ThreadSizes{table}.bounds),
      sums_(device, threads * ThreadSizes{table}.sums),
      triggers_(device, threads * ThreadSizes{table}.triggers),
      outputs_(device, threads * ThreadSizes{table}.outputs),
      rejected_(device, threads * ThreadSizes{table}.rejected),
      stale_(device, threads) {}

kernels::LargeCellsMemory LargeCellsArrays::view() const {
    return {registers_.data(), bounds_.data(),   sums_.data(), triggers_.data(),
            outputs_.data(),   rejected_.data(), stale_.data()};
}

}  // namespace fano
