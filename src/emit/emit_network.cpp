#include "emit/emit_network.hpp"

#include <numeric>

#include "emit/code_writer.hpp"
#include "emit/emit_events.hpp"
#include "emit/formula_text.hpp"
#include "model/tables.hpp"

namespace fano {

namespace {

// A comment must end where the line ends.
std::string comment(std::string text) {
    for (char& c : text)
        if (c == '\n' || c == '\r' || c == '\\' || c == '?') c = ' ';
    return text;
}

class NetworkEmitter {
public:
    NetworkEmitter(Network const& network, EmitOptions const& options)
        : network_(network),
          tables_(*network.tables),
          scalars_(tables_.scalars),
          options_(options),
          formulas_(network),
          uses_time_(scalars_.features.timed || scalars_.features.events || scalars_.computed_outputs ||
                     !tables_.births.empty()),
          checked_(scalars_.features.timed || scalars_.features.guarded || scalars_.features.state_triggers) {
    }

    std::string text() {
        w_.line("// {}: {} species, {} reactions.", comment(network_.name), scalars_.species,
                scalars_.reactions);
        w_.line("#include \"kernels/launch/cells.hpp\"");
        w_.blank();
        w_.line("namespace fano::kernels {{");
        w_.blank();
        w_.open("struct Network : CellInRegisters");
        members();
        constants();
        rates();
        bound();
        settle();
        fire();
        birth();
        outputs();
        if (scalars_.features.timed) totals();
        fault();
        if (scalars_.features.events) emit_events(w_, tables_, formulas_);
        w_.close(";");
        w_.blank();
        w_.line("}}  // namespace fano::kernels");
        w_.blank();
        w_.line("FANO_CELLS_KERNEL(fano::kernels::Network)");
        return w_.text();
    }

private:
    std::uint32_t reactions() const { return scalars_.reactions; }
    bool timed(std::uint32_t r) const { return tables_.timed[r] != 0; }
    void set_time(char const* time) {
        if (uses_time_) w_.line("time = {};", time);
    }

    void members() {
        for (std::uint32_t slot = 0; slot < scalars_.slots; ++slot)
            w_.line("double {};", formulas_.name(slot));
        w_.line("double upper[{}];  // running sums of the propensities", std::max(1u, reactions()));
        if (scalars_.features.timed) {
            w_.line("double accepted[{}];  // until where a pick is accepted", reactions());
            w_.line("double rejections;");
            w_.line("u32 without_bound;");
        }
        if (uses_time_) w_.line("double time;");
        for (std::size_t e = 0; e < tables_.events.size(); ++e) w_.line("bool was_triggered_{};", e);
        w_.line("double output[{}];", tables_.output.size());
        if (options_.count_reactions) {
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
        if (options_.count_reactions)
            w_.line(
                "FANO_FUNCTION Network(CellsJob const& job, u32 thread) : fired(job.fired + thread), "
                "threads(job.threads) {{}}");
        else
            w_.line("FANO_FUNCTION Network(CellsJob const&, u32) {{}}");
        w_.line("FANO_FUNCTION static constexpr Features features() {{ return {{{}, {}, {}, {}, {}}}; }}",
                f.timed, f.guarded, f.events, f.state_triggers, f.mixed_triggers);
        w_.blank();
    }

    // Propensities that depend on time, of numbers and of intervals.
    void rates() {
        for (std::uint32_t r = 0; r < reactions(); ++r) {
            if (!timed(r)) continue;
            std::string parameters;
            for (auto const& name : formulas_.names_read(tables_.propensity[r]))
                parameters += fmt::format("{}Value {}", parameters.empty() ? "" : ", ", name);
            w_.line("// {}: {}", comment(network_.reactions[r].id), comment(network_.reactions[r].equation));
            w_.line("template <class Value>");
            w_.open("FANO_FUNCTION static Value rate_{}({})", r, parameters);
            auto const block = formulas_.block(std::span{&tables_.propensity[r], 1}, "Value");
            for (auto const& statement : block.statements) w_.line("{}", statement);
            w_.line("return {};", block.results.front());
            w_.close();
            w_.blank();
        }
    }

    std::string rate(std::uint32_t r, std::string const& value, std::string const& time) const {
        std::string arguments;
        for (auto const& name : formulas_.names_read(tables_.propensity[r])) {
            std::string const argument = name == "time" ? time : name;
            arguments += arguments.empty() ? "" : ", ";
            arguments +=
                value == "double" || name == "time" ? argument : fmt::format("{}({})", value, argument);
        }
        return fmt::format("rate_{}<{}>({})", r, value, arguments);
    }

    // Expressions of all propensities at `time`; statements they need are written first.
    std::vector<std::string> propensities(std::vector<std::uint32_t> const& wanted) {
        std::vector<std::uint32_t> registers;
        for (auto r : wanted)
            if (!timed(r)) registers.push_back(tables_.propensity[r]);
        auto block = formulas_.block(registers);
        for (auto const& statement : block.statements) w_.line("{}", statement);
        std::vector<std::string> texts;
        std::size_t next = 0;
        for (auto r : wanted) texts.push_back(timed(r) ? rate(r, "double", "time") : block.results[next++]);
        return texts;
    }
    std::vector<std::string> all_propensities() {
        std::vector<std::uint32_t> all(reactions());
        std::iota(all.begin(), all.end(), 0u);
        return propensities(all);
    }

    std::string first_term(std::uint32_t r, std::string const& text) const {
        return formulas_.may_be_minus_zero(tables_.propensity[r]) ? "0.0 + " + parenthesised(text) : text;
    }
    static std::string parenthesised(std::string const& text) {
        return text.find(' ') == std::string::npos ? text : "(" + text + ")";
    }

    void bound() {
        if (reactions() == 0) {
            w_.line("FANO_FUNCTION double bound(State const&) {{ return 0.0; }}");
            w_.blank();
            return;
        }
        bool const uses_state = scalars_.features.timed;
        w_.open("FANO_FUNCTION double bound(State const&{})", uses_state ? " state" : "");
        if (uses_state) {
            w_.line("time = state.time;");
            w_.line("Interval<double> const until_window{{state.time, state.window}};");
        }
        auto const texts = all_propensities();
        for (std::uint32_t r = 0; r < reactions(); ++r) {
            std::string const term = timed(r) ? fmt::format("{}.high * (1.0 + 0x1p-40)",
                                                            rate(r, "Interval<double>", "until_window"))
                                              : texts[r];
            std::string const sum =
                r == 0 ? first_term(r, term) : fmt::format("upper[{}] + {}", r - 1, parenthesised_sum(term));
            w_.line("upper[{}] = {};  // {}: {}", r, sum, comment(network_.reactions[r].id),
                    comment(network_.reactions[r].equation));
        }
        std::string const total = fmt::format("upper[{}]", reactions() - 1);
        if (!checked_) {
            w_.line("return {};", total);
        } else {
            std::string sound = fmt::format("{} < infinity", total);
            for (auto s : tables_.guarded_species) sound += fmt::format(" && {} >= 0.0", formulas_.name(s));
            for (auto r : tables_.guarded_reactions)
                sound += fmt::format(" && {} >= 0.0", parenthesised(texts[r]));
            w_.line("return {} ? {} : not_a_number;", sound, total);
        }
        w_.close();
        w_.blank();
    }

    // A term of a sum: products bind tighter, sums need parentheses. Function calls hold no blanks outside.
    static std::string parenthesised_sum(std::string const& text) {
        int depth = 0;
        for (std::size_t i = 0; i + 2 < text.size(); ++i) {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (depth == 0 && text[i] == ' ' && (text[i + 1] == '+' || text[i + 1] == '-'))
                return "(" + text + ")";
        }
        return text;
    }

    void settle() {
        if (!scalars_.features.timed) {
            w_.line("FANO_FUNCTION void settle(State const&) {{}}");
        } else {
            w_.open("FANO_FUNCTION void settle(State const& state)");
            w_.line("time = state.time;");
            for (std::uint32_t r = 0; r < reactions(); ++r)
                if (timed(r))
                    w_.line("accepted[{}] = {} + {};", r, r == 0 ? "0.0" : fmt::format("upper[{}]", r - 1),
                            rate(r, "double", "time"));
            w_.close();
        }
        w_.blank();
    }

    // "pick < upper[1] ? a : pick < upper[3] ? b : otherwise": values by reaction, equal neighbours together.
    static std::string choice(std::vector<std::string> const& values, std::string const& otherwise) {
        std::string text;
        for (std::size_t r = 0; r < values.size(); ++r) {
            bool const last = r + 1 == values.size();
            if (last ? values[r] == otherwise : values[r] == values[r + 1]) continue;
            text += fmt::format("pick < upper[{}] ? {} : ", r, values[r]);
        }
        return text + otherwise;
    }

    void fire() {
        w_.open("FANO_FUNCTION u32 fire(State const& state)");
        if (scalars_.features.timed) {
            std::vector<std::string> limits;
            for (std::uint32_t r = 0; r < reactions(); ++r)
                limits.push_back(fmt::format("{}[{}]", timed(r) ? "accepted" : "upper", r));
            w_.line("double pick = state.pick;");
            w_.line("bool const chosen = pick < upper[{}];", reactions() - 1);
            w_.line("double const limit = {};", choice(limits, "infinity"));
            w_.open("if (chosen && !(pick < limit))");
            w_.line("rejections += 1.0;");
            w_.line("pick = infinity;");
            w_.close();
        } else {
            w_.line("double const pick = state.pick;");
        }
        for (std::uint32_t s = 0; s < scalars_.species; ++s) {
            std::vector<std::string> amounts(reactions(), "0.0");
            for (auto i = tables_.first_change[s]; i < tables_.first_change[s + 1]; ++i)
                amounts[tables_.changes[i].reaction] = FormulaText::number(tables_.changes[i].amount);
            std::string const text = choice(amounts, "0.0");
            if (text != "0.0") w_.line("{} += {};", formulas_.name(s), text);
        }
        if (options_.count_reactions && reactions() > 0) {
            std::vector<std::string> numbers;
            for (std::uint32_t r = 0; r < reactions(); ++r) numbers.push_back(fmt::format("{}u", r));
            w_.line("u32 const reaction = {};", choice(numbers, "none"));
            w_.line("if (reaction != none) fired[static_cast<u64>(reaction) * threads] += 1;");
        }
        if (!scalars_.features.state_triggers) {
            w_.line("{}return 0;", reactions() == 0 || fires_nothing() ? "static_cast<void>(pick); " : "");
        } else if (scalars_.features.mixed_triggers) {
            w_.line("static_cast<void>(pick);");
            w_.line("return 1;");
        } else {
            w_.line("time = state.time;");
            changed_triggers();
        }
        w_.close();
        w_.blank();
    }

    bool fires_nothing() const { return tables_.changes.empty() && !options_.count_reactions; }

    void changed_triggers() {
        std::vector<std::uint32_t> registers;
        for (auto const& event : tables_.events) registers.push_back(event.trigger_register);
        auto const block = formulas_.block(registers);
        for (auto const& statement : block.statements) w_.line("{}", statement);
        std::string text;
        for (std::size_t e = 0; e < registers.size(); ++e)
            text += fmt::format("{}({} != 0.0) != was_triggered_{}", e == 0 ? "" : " || ",
                                parenthesised(block.results[e]), e);
        w_.line("return {} ? 1 : 0;", text);
    }

    void birth() {
        bool const draws = !tables_.births.empty();
        w_.open("FANO_FUNCTION FailureReport birth({})", draws ? "u64 seed, u64 cell" : "u64, u64");
        for (std::uint32_t slot = 0; slot < scalars_.slots; ++slot)
            w_.line("{} = {};", formulas_.name(slot), FormulaText::number(tables_.initial[slot]));
        set_time("0.0");
        if (scalars_.features.timed) w_.line("rejections = 0.0;");
        if (draws) w_.line("FailureReport report;");
        for (auto const& b : tables_.births) {
            w_.open("");
            std::uint32_t const wanted[] = {b.a, b.b};
            auto const block = formulas_.block(wanted);
            for (auto const& statement : block.statements) w_.line("{}", statement);
            w_.line(
                "report = draw_quantity({{static_cast<BirthKind>({}), {}, {}, {{}}, 0, 0}}, {}, {}, seed, "
                "cell, {});",
                static_cast<std::uint32_t>(b.kind), b.slot, b.whole, block.results[0], block.results[1],
                formulas_.name(b.slot));
            w_.line("if (report.failure != Failure::none) return report;");
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
        set_time("at");
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
        w_.open("FANO_FUNCTION double output_value(u32 which) const");
        for (std::size_t o = 0; o + 1 < tables_.output.size(); ++o)
            w_.line("if (which == {0}) return output[{0}];", o);
        w_.line("return output[{}];", tables_.output.size() - 1);
        w_.close();
    }

    // What windows are chosen by.
    void totals() {
        w_.open("FANO_FUNCTION double total(double at)");
        set_time("at");
        w_.line("double sum = 0.0;");
        for (auto const& text : all_propensities()) w_.line("sum += {};", text);
        w_.line("return sum;");
        w_.close();
        w_.open("FANO_FUNCTION double total_bound(double from, double to)");
        w_.line("Interval<double> const between{{from, to}};");
        w_.line("without_bound = 0;");
        w_.line("bool found = false;");
        auto const texts = all_propensities();
        w_.line("double sum = 0.0, high;");
        for (std::uint32_t r = 0; r < reactions(); ++r) {
            if (!timed(r)) {
                w_.line("sum += {};", texts[r]);
                continue;
            }
            w_.line("high = {}.high;", rate(r, "Interval<double>", "between"));
            w_.line("if (!found && !(high < infinity)) without_bound = {}, found = true;", r);
            w_.line("sum += high;");
        }
        w_.line("return sum;");
        w_.close();
        w_.line("FANO_FUNCTION u32 unbounded_reaction() const {{ return without_bound; }}");
        w_.blank();
    }

    void fault() {
        w_.open("FANO_FUNCTION FailureReport fault(double at)");
        set_time("at");
        for (std::uint32_t s = 0; s < scalars_.species; ++s)
            w_.line("if ({0} < 0.0) return {{Failure::negative_count, {1}, 0, at, {0}}};", formulas_.name(s),
                    s);
        auto const texts = all_propensities();
        if (reactions() > 0) {
            w_.line("double propensity;");
            w_.line("Failure failure;");
        }
        for (std::uint32_t r = 0; r < reactions(); ++r) {
            w_.line("propensity = {};", texts[r]);
            w_.line("failure = propensity_fault(propensity);");
            w_.line("if (failure != Failure::none) return {{failure, {}, 0, at, propensity}};", r);
        }
        w_.line("return {{}};");
        w_.close();
    }

    Network const& network_;
    NetworkTables const& tables_;
    kernels::NetworkTable const& scalars_;
    EmitOptions const& options_;
    FormulaText formulas_;
    CodeWriter w_;
    bool uses_time_, checked_;
};

}  // namespace

std::string emit_network(Network const& network, EmitOptions const& options) {
    return NetworkEmitter{network, options}.text();
}

}  // namespace fano
