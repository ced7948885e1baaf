// Sentences for the failures that kernels report by number.
#include "ensemble/failure.hpp"

#include <fmt/format.h>

#include "kernels/ssa/events.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

std::string what_failed(Network const& network, kernels::FailureReport const& report,
                        std::uint64_t max_events) {
    using kernels::Failure;
    auto reaction = [&] {
        auto const& r = network.reactions.at(report.detail);
        return fmt::format("the propensity of reaction \"{}\", {},", r.id, r.propensity);
    };
    auto slot = [&] { return network.tables->slot_names.at(report.detail); };
    auto event = [&] { return network.events.at(report.detail); };
    switch (report.failure) {
        case Failure::too_many_events:
            return fmt::format(
                "had taken more than {} steps by then: the network runs away, or its fastest reactions are "
                "too fast for this method. Look for a reaction that feeds itself, simulate a shorter time, "
                "raise "
                "--max-events, or try --method auto",
                max_events);
        case Failure::not_a_number:
            return reaction() +
                   " is not a number; look for 0/0, or the root or logarithm of a negative number";
        case Failure::negative_propensity:
            return fmt::format(
                "{} is {}; a rate cannot be negative. Write the two directions as two reactions, or use "
                "max(0, ...)",
                reaction(), report.value);
        case Failure::infinite_propensity:
            return reaction() +
                   " is infinite; look for a division by a count that can be 0, or a rate far too large";
        case Failure::negative_count:
            return fmt::format(
                "\"{}\" would become {}; some reaction or event takes more of it than there is. Mass action "
                "never "
                "does; with a propensity of your own, make it 0 where the reactants are missing",
                slot(), report.value);
        case Failure::count_too_large:
            return fmt::format(
                "\"{}\" reaches {} molecules; counts go up to 2147483647. The network grows without bound, "
                "needs a smaller volume or, if it takes steps, shorter ones: --step",
                slot(), report.value);
        case Failure::birth_not_whole:
            return fmt::format(
                "the initial count of \"{}\" is {}; a count is a whole number. Use floor(...) in its formula",
                slot(), report.value);
        case Failure::birth_invalid:
            return fmt::format(
                "the distribution of \"{}\" has an argument out of range ({}); see docs/models.md for what "
                "each takes",
                slot(), report.value);
        case Failure::event_not_whole:
            return fmt::format(
                "event \"{}\" sets a species to {}; a count is a whole number. Use floor(...) in the "
                "assignment",
                event(), report.value);
        case Failure::event_delay_invalid:
            return fmt::format("the delay of event \"{}\" is {}; a delay is not negative", event(),
                               report.value);
        case Failure::event_cascade:
            return fmt::format(
                "events trigger each other without end at one time (the last was \"{}\"); make one of their "
                "triggers "
                "turn false",
                event());
        case Failure::event_queue_full:
            return fmt::format(
                "event \"{}\" would be the {}th one waiting at once; its delay is much longer than the time "
                "between "
                "its triggers",
                event(), kernels::max_pending_events + 1);
        case Failure::unbounded_propensity:
            return reaction() +
                   " has no finite bound shortly after this time; fano cannot draw its waiting times exactly";
        case Failure::output_unusable:
            return fmt::format(
                "observable \"{}\" is {}; sums need a finite number, small beside its resolution. Look for "
                "0/0 in "
                "its formula, or give it a coarser `resolution`",
                network.outputs.at(report.detail).id, report.value);
        case Failure::none:
        case Failure::stopped:
            break;
    }
    return "stopped";
}

}  // namespace

void throw_failure(Network const& network, kernels::FailureReport const& report, std::uint64_t max_events,
                   char const* of) {
    if (report.failure == kernels::Failure::stopped) throw Interrupted();
    std::string const place = network.file.empty() ? "" : network.file + ": ";
    throw SimulationError(report.cell, report.time,
                          fmt::format("{}{} {} at time {:.6g}: {}", place, of, report.cell, report.time,
                                      what_failed(network, report, max_events)));
}

}  // namespace fano
