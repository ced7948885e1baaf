#include "emit/emit_step.hpp"

namespace fano {

namespace {

std::string parenthesised(std::string const& text) {
    return text.find(' ') == std::string::npos ? text : "(" + text + ")";
}

// A term of a sum: products bind tighter, sums need parentheses. Function calls hold no blanks outside.
std::string parenthesised_sum(std::string const& text) {
    int depth = 0;
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
        depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        if (depth == 0 && text[i] == ' ' && (text[i + 1] == '+' || text[i + 1] == '-'))
            return "(" + text + ")";
    }
    return text;
}

// "pick < upper[1] ? a : pick < upper[3] ? b : otherwise": values by reaction, equal neighbours together.
std::string choice(std::vector<std::string> const& values, std::string const& otherwise) {
    std::string text;
    for (std::size_t r = 0; r < values.size(); ++r) {
        bool const last = r + 1 == values.size();
        if (last ? values[r] == otherwise : values[r] == values[r + 1]) continue;
        text += fmt::format("pick < upper[{}] ? {} : ", r, values[r]);
    }
    return text + otherwise;
}

}  // namespace

void emit_changes(CodeWriter& writer, NetworkTables const& tables, FormulaText const& formulas) {
    std::uint32_t const reactions = tables.scalars.reactions;
    for (std::uint32_t s = 0; s < tables.scalars.species; ++s) {
        std::vector<std::string> amounts(reactions, "0.0");
        for (auto i = tables.first_change[s]; i < tables.first_change[s + 1]; ++i)
            amounts[tables.changes[i].reaction] = FormulaText::number(tables.changes[i].amount);
        std::string const text = choice(amounts, "0.0");
        if (text != "0.0") writer.line("{} += {};", formulas.name(s), text);
    }
}

std::string comment(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == '\\' || c == '?') c = ' ';
    return text;
}

StepEmitter::StepEmitter(CodeWriter& writer, Network const& network, FormulaText const& formulas,
                         EmitOptions const& options)
    : w_(writer),
      network_(network),
      tables_(*network.tables),
      scalars_(tables_.scalars),
      formulas_(formulas),
      count_reactions_(options.count_reactions),
      uses_time_(scalars_.features.timed || scalars_.features.events || scalars_.computed_outputs ||
                 !tables_.births.empty()),
      checked_(scalars_.features.timed || scalars_.features.guarded || scalars_.features.state_triggers) {}

void StepEmitter::set_time(char const* time) {
    if (uses_time_) w_.line("time = {};", time);
}

void StepEmitter::write_step() {
    rates();
    bound();
    settle();
    fire();
}

void StepEmitter::write_checks() {
    if (scalars_.features.timed) totals();
    fault();
}

// Propensities that depend on time, of numbers and of intervals.
void StepEmitter::rates() {
    for (std::uint32_t r = 0; r < reactions(); ++r) {
        if (!timed(r)) continue;
        std::string parameters;
        for (auto const& name : formulas_.names_read(tables_.propensity[r]))
            parameters += fmt::format("{}Value {}", parameters.empty() ? "" : ", ", name);
        w_.line("// {}: {}", comment(network_.reactions[r].id), comment(network_.reactions[r].equation));
        w_.line("template <class Value>");
        w_.open("FANO_LONG static Value rate_{}({})", r, parameters);
        auto const block = formulas_.block(std::span{&tables_.propensity[r], 1}, "Value");
        for (auto const& statement : block.statements) w_.line("{}", statement);
        w_.line("return {};", block.results.front());
        w_.close();
        w_.blank();
    }
}

std::string StepEmitter::rate(std::uint32_t r, std::string const& value, std::string const& time) const {
    std::string arguments;
    for (auto const& name : formulas_.names_read(tables_.propensity[r])) {
        std::string const argument = name == "time" ? time : name;
        arguments += arguments.empty() ? "" : ", ";
        arguments += value == "double" || name == "time" ? argument : fmt::format("{}({})", value, argument);
    }
    return fmt::format("rate_{}<{}>({})", r, value, arguments);
}

// Expressions of all propensities at `time`; statements they need are written first.
std::vector<std::string> StepEmitter::propensities() {
    std::vector<std::uint32_t> registers;
    for (std::uint32_t r = 0; r < reactions(); ++r)
        if (!timed(r)) registers.push_back(tables_.propensity[r]);
    auto const block = formulas_.block(registers);
    for (auto const& statement : block.statements) w_.line("{}", statement);
    std::vector<std::string> texts;
    std::size_t next = 0;
    for (std::uint32_t r = 0; r < reactions(); ++r)
        texts.push_back(timed(r) ? rate(r, "double", "time") : block.results[next++]);
    return texts;
}

void StepEmitter::bound() {
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
    auto const texts = propensities();
    for (std::uint32_t r = 0; r < reactions(); ++r) {
        std::string const term =
            timed(r) ? fmt::format("{}.high * (1.0 + 0x1p-40)", rate(r, "Interval<double>", "until_window"))
                     : texts[r];
        // A sum of -0 would send the cell back in time: log(u) over it is +infinity.
        std::string const first =
            formulas_.may_be_minus_zero(tables_.propensity[r]) ? "0.0 + " + parenthesised(term) : term;
        std::string const sum =
            r == 0 ? first : fmt::format("upper[{}] + {}", r - 1, parenthesised_sum(term));
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

void StepEmitter::settle() {
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

void StepEmitter::fire() {
    w_.open("FANO_FUNCTION u32 fire(State const& state)");
    if (scalars_.features.timed) {
        std::vector<std::string> limits;
        for (std::uint32_t r = 0; r < reactions(); ++r)
            limits.push_back(fmt::format("{}[{}]", timed(r) ? "accepted" : "upper", r));
        w_.line("[[maybe_unused]] double pick = state.pick;");
        w_.line("bool const chosen = pick < upper[{}];", reactions() - 1);
        w_.line("double const limit = {};", choice(limits, "infinity"));
        w_.open("if (chosen && !(pick < limit))");
        w_.line("rejections += 1.0;");
        w_.line("pick = infinity;");
        w_.close();
    } else {
        w_.line("[[maybe_unused]] double const pick = state.pick;");
    }
    emit_changes(w_, tables_, formulas_);
    if (count_reactions_ && reactions() > 0) {
        std::vector<std::string> numbers;
        for (std::uint32_t r = 0; r < reactions(); ++r) numbers.push_back(fmt::format("{}u", r));
        w_.line("u32 const reaction = {};", choice(numbers, "none"));
        w_.line("if (reaction != none) fired[static_cast<u64>(reaction) * threads] += 1;");
    }
    if (!scalars_.features.state_triggers) {
        w_.line("return 0;");
    } else if (scalars_.features.mixed_triggers) {
        w_.line("return 1;");
    } else {
        w_.line("time = state.time;");
        changed_triggers();
    }
    w_.close();
    w_.blank();
}

void StepEmitter::changed_triggers() {
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

// What windows are chosen by.
void StepEmitter::totals() {
    w_.open("FANO_FUNCTION double total(double at)");
    set_time("at");
    w_.line("double sum = 0.0;");
    for (auto const& text : propensities()) w_.line("sum += {};", text);
    w_.line("return sum;");
    w_.close();
    w_.open("FANO_FUNCTION double total_bound(double from, double to)");
    w_.line("Interval<double> const between{{from, to}};");
    w_.line("without_bound = 0;");
    w_.line("bool found = false;");
    auto const texts = propensities();
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

void StepEmitter::fault() {
    w_.open("FANO_FUNCTION FailureReport fault(double at)");
    set_time("at");
    for (std::uint32_t s = 0; s < scalars_.species; ++s)
        w_.line("if ({0} < 0.0) return {{Failure::negative_count, {1}, 0, at, {0}}};", formulas_.name(s), s);
    auto const texts = propensities();
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

}  // namespace fano
