#include "emit/emit_network.hpp"

#include <algorithm>

#include "emit/emit_events.hpp"
#include "emit/emit_rates.hpp"
#include "emit/emit_step.hpp"

namespace fano {

namespace {

// Of log, pow and the like, of quantities drawn at birth, of events and of rates that depend on time: each stands in
// several functions of the text, and takes NVRTC 0.1 s or so every time.
constexpr std::size_t most_inlined = 4;

class NetworkEmitter {
public:
    NetworkEmitter(Network const& network, EmitOptions const& options)
        : network_(network),
          tables_(*network.tables),
          scalars_(tables_.scalars),
          options_(options),
          steps_(options.steps != nullptr && !options.steps->exact() ? options.steps : nullptr),
          formulas_(network),
          step_(w_, network, formulas_, options) {}

    std::string text() {
        w_.line("// {}: {} species, {} reactions.", comment(network_.name), scalars_.species,
                scalars_.reactions);
        if (steps_ != nullptr || long_parts() > most_inlined) w_.line("#define FANO_CALL_LONG");
        w_.line("#include \"kernels/launch/{}.hpp\"", header());
        w_.blank();
        w_.line("namespace fano::kernels {{");
        w_.blank();
        w_.open("struct {} : CellInRegisters", cell_name());
        members();
        constants();
        if (steps_ == nullptr) step_.write_step();
        birth();
        outputs();
        if (steps_ == nullptr)
            step_.write_checks();
        else
            each_slot();
        if (scalars_.features.events) emit_events(w_, tables_, formulas_);
        w_.close(";");
        w_.blank();
        if (steps_ != nullptr) network_of_steps();
        w_.line("}}  // namespace fano::kernels");
        w_.blank();
        w_.line("FANO_CELLS_KERNEL(fano::kernels::Network)");
        return w_.text();
    }

private:
    std::uint32_t reactions() const { return scalars_.reactions; }
    // Those of steps are counted with the step.
    bool counts_reactions() const { return options_.count_reactions && steps_ == nullptr; }

    char const* header() const {
        if (steps_ == nullptr) return "cells";
        return steps_->leap() != nullptr ? "leap_cells" : "langevin_cells";
    }
    // A cell of the exact method writes its members before it reads them, as compilers see.
    char const* zero() const { return steps_ == nullptr ? "" : " = 0.0"; }
    char const* cell_name() const { return steps_ == nullptr ? "Network" : "Cell"; }

    std::size_t long_parts() const {
        return formulas_.elementary_functions() + tables_.births.size() + tables_.events.size() +
               static_cast<std::size_t>(std::count_if(tables_.timed.begin(), tables_.timed.end(),
                                                      [](auto timed) { return timed != 0; }));
    }

    void members() {
        for (std::uint32_t slot = 0; slot < scalars_.slots; ++slot)
            w_.line("double {}{};", formulas_.name(slot), zero());
        if (steps_ == nullptr)
            w_.line("double upper[{}];  // running sums of the propensities", std::max(1u, reactions()));
        if (scalars_.features.timed) {
            w_.line("double accepted[{}];  // until where a pick is accepted", reactions());
            w_.line("double rejections;");
            w_.line("u32 without_bound;");
        }
        if (step_.uses_time()) w_.line("double time{};", zero());
        for (std::size_t e = 0; e < tables_.events.size(); ++e) w_.line("bool was_triggered_{};", e);
        w_.line("double output[{}]{};", tables_.output.size(), steps_ == nullptr ? "" : "{}");
        if (counts_reactions()) {
            w_.line("u64* fired;  // of this thread, every `threads`");
            w_.line("u32 threads;");
        }
        w_.blank();
    }

    void constants() {
        auto const& f = scalars_.features;
        w_.line("using Sample = {};", scalars_.computed_outputs ? "double" : "u32");
        w_.line("using State = LaneState<ScalarLane>;");
        w_.line("static constexpr u32 output_count = {};", tables_.output.size());
        w_.line("static constexpr bool may_have_events = {}, may_be_timed = {};", f.events, f.timed);
        w_.blank();
        if (counts_reactions())
            w_.line(
                "FANO_FUNCTION Network(CellsJob const& job, u32 thread) : fired(job.fired + thread), "
                "threads(job.threads) {{}}");
        else
            w_.line("FANO_FUNCTION {}(CellsJob const&, u32) {{}}", cell_name());
        w_.line("FANO_FUNCTION static constexpr Features features() {{ return {{{}, {}, {}, {}, {}}}; }}",
                f.timed, f.guarded, f.events, f.state_triggers, f.mixed_triggers);
        w_.blank();
    }

    // What steps read and write of the cell.
    void each_slot() {
        w_.line("template <class Work>");
        w_.open("FANO_FUNCTION void each_slot(Work const& work)");
        for (std::uint32_t slot = 0; slot < scalars_.slots; ++slot)
            w_.line("work({}, {});", slot, formulas_.name(slot));
        w_.close();
    }

    void network_of_steps() {
        auto const* langevin = steps_->langevin();
        emit_rates(w_, network_, langevin != nullptr ? langevin->rates() : *steps_->leap());
        w_.blank();
        if (langevin == nullptr) {
            w_.line("using Network = LeapThread<Cell, Rates>;");
        } else {
            auto const table = langevin->view();
            w_.open("struct Equation : Rates");
            w_.line("FANO_FUNCTION static constexpr double step() {{ return {}; }}",
                    FormulaText::number(table.step));
            w_.line("FANO_FUNCTION static constexpr bool halves() {{ return {}; }}", table.halves);
            w_.close(";");
            w_.blank();
            w_.line("using Network = LangevinThread<Cell, Equation>;");
        }
        w_.blank();
    }

    void birth() {
        bool const draws = !tables_.births.empty();
        w_.open("FANO_FUNCTION FailureReport birth({})", draws ? "u64 seed, u64 cell" : "u64, u64");
        for (std::uint32_t slot = 0; slot < scalars_.slots; ++slot)
            w_.line("{} = {};", formulas_.name(slot), FormulaText::number(tables_.initial[slot]));
        step_.set_time("0.0");
        if (scalars_.features.timed) w_.line("rejections = 0.0;");
        if (draws) {
            w_.line("FailureReport report;");
            w_.line("double drawn;");
        }
        for (auto const& b : tables_.births) {
            w_.open("");
            std::uint32_t const wanted[] = {b.a, b.b};
            auto const block = formulas_.block(wanted);
            for (auto const& statement : block.statements) w_.line("{}", statement);
            w_.line(
                "report = draw_quantity({{static_cast<BirthKind>({}), {}, {}, {{}}, 0, 0}}, {}, {}, seed, "
                "cell, drawn);",
                static_cast<std::uint32_t>(b.kind), b.slot, b.whole, block.results[0], block.results[1]);
            w_.line("if (report.failure != Failure::none) return report;");
            w_.line("{} = drawn;", formulas_.name(b.slot));
            w_.close();
        }
        w_.line("return {{}};");
        w_.close();
        w_.blank();
    }

    void outputs() {
        w_.open("FANO_FUNCTION u32 too_large() const");
        for (std::uint32_t s = 0; s < scalars_.species; ++s)
            w_.line("if ({} > largest_count) return {};", formulas_.name(s), s);
        w_.line("return none;");
        w_.close();
        w_.open("FANO_FUNCTION double count(u32 species) const");
        for (std::uint32_t s = 0; s < scalars_.species; ++s)
            w_.line("if (species == {}) return {};", s, formulas_.name(s));
        w_.line("return 0.0;");
        w_.close();
        w_.line("FANO_FUNCTION static constexpr bool computes_outputs() {{ return {}; }}",
                scalars_.computed_outputs);
        w_.open("FANO_FUNCTION double const* counts()");
        if (!scalars_.computed_outputs)
            for (std::size_t o = 0; o < tables_.output.size(); ++o)
                w_.line("output[{}] = {};", o, formulas_.name(tables_.output[o]));
        w_.line("return output;");
        w_.close();
        if (scalars_.computed_outputs) {
            computed_outputs();
        } else {
            w_.line("FANO_FUNCTION double const* outputs(double) {{ return counts(); }}");
            w_.line("FANO_FUNCTION static constexpr u32 unusable_output() {{ return none; }}");
            w_.line("FANO_FUNCTION static constexpr double output_value(u32) {{ return 0.0; }}");
        }
        w_.line("FANO_FUNCTION u64 rejected() const {{ return {}; }}",
                scalars_.features.timed ? "static_cast<u64>(rejections)" : "0");
        w_.blank();
    }

    void computed_outputs() {
        w_.open("FANO_FUNCTION double const* outputs(double at)");
        step_.set_time("at");
        auto const block = formulas_.block(tables_.output);
        for (auto const& statement : block.statements) w_.line("{}", statement);
        for (std::size_t o = 0; o < tables_.output.size(); ++o)
            w_.line("output[{}] = {};", o, block.results[o]);
        w_.line("return output;");
        w_.close();
        w_.open("FANO_FUNCTION u32 unusable_output() const");
        for (std::size_t o = 0; o < tables_.output.size(); ++o)
            w_.line("if (!(absolute(output[{}]) < {})) return {};", o,
                    FormulaText::number(tables_.output_limit[o]), o);
        w_.line("return none;");
        w_.close();
        w_.open("FANO_FUNCTION double output_value(u32{}) const", tables_.output.size() > 1 ? " which" : "");
        for (std::size_t o = 0; o + 1 < tables_.output.size(); ++o)
            w_.line("if (which == {0}) return output[{0}];", o);
        w_.line("return output[{}];", tables_.output.size() - 1);
        w_.close();
    }

    Network const& network_;
    NetworkTables const& tables_;
    kernels::NetworkTable const& scalars_;
    EmitOptions const& options_;
    StepTables const* steps_;
    FormulaText formulas_;
    CodeWriter w_;
    StepEmitter step_;
};

}  // namespace

std::string emit_network(Network const& network, EmitOptions const& options) {
    return NetworkEmitter{network, options}.text();
}

}  // namespace fano
