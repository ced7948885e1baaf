#include "emit/emit_events.hpp"

namespace fano {

namespace {

class EventEmitter {
public:
    EventEmitter(CodeWriter& writer, NetworkTables const& tables, FormulaText const& formulas)
        : w_(writer), tables_(tables), formulas_(formulas) {}

    void write() {
        w_.blank();
        w_.line("FANO_FUNCTION void set_time(double at) {{ time = at; }}");
        w_.line("FANO_FUNCTION static constexpr u32 event_count() {{ return {}; }}", tables_.events.size());
        w_.line("FANO_FUNCTION static constexpr u32 max_assignments() {{ return {}; }}",
                tables_.scalars.max_assignments);
        branch("static constexpr EventTraits event([[maybe_unused]] u32 event)", "{}", every,
               [&](std::size_t e) {
                   auto const& t = tables_.events[e].traits;
                   w_.line("return {{{}, {}, {}, {}, {}, {}, {}}};", t.initial_value, t.persistent,
                           t.values_from_trigger_time, t.has_delay, t.has_priority, t.assignments,
                           t.crossings);
               });
        branch("bool was_triggered([[maybe_unused]] u32 event) const", "false", every,
               [&](std::size_t e) { w_.line("return was_triggered_{};", e); });
        branch("void set_triggered([[maybe_unused]] u32 event, [[maybe_unused]] bool value)", nullptr, every,
               [&](std::size_t e) { w_.line("was_triggered_{} = value;", e); });
        branch("bool trigger([[maybe_unused]] u32 event)", "false", every, [&](std::size_t e) {
            w_.line("return ({}) != 0.0;", computed(tables_.events[e].trigger_register));
        });
        branch(
            "double delay([[maybe_unused]] u32 event)", "0.0",
            [](auto const& event) { return event.traits.has_delay; },
            [&](std::size_t e) { w_.line("return {};", computed(tables_.events[e].delay_register)); });
        branch(
            "double priority([[maybe_unused]] u32 event)", "0.0",
            [](auto const& event) { return event.traits.has_priority; },
            [&](std::size_t e) { w_.line("return {};", computed(tables_.events[e].priority_register)); });
        crossings();
        values();
        scales();
        targets();
        assign();
    }

private:
    // A function that branches over the events that `concerned` names and ends with `otherwise`.
    template <class Concerned, class Write>
    void branch(char const* head, char const* otherwise, Concerned const& concerned, Write const& write) {
        w_.open("FANO_FUNCTION {}", head);
        for (std::size_t e = 0; e < tables_.events.size(); ++e) {
            if (!concerned(tables_.events[e])) continue;
            w_.open("if (event == {})", e);
            write(e);
            w_.close();
        }
        if (otherwise != nullptr) w_.line("return {};", otherwise);
        w_.close();
    }
    static bool every(kernels::EventEntry const&) { return true; }

    std::vector<std::string> computed(std::span<std::uint32_t const> registers) {
        auto const block = formulas_.block(registers);
        for (auto const& statement : block.statements) w_.line("{}", statement);
        return block.results;
    }

    std::string computed(std::uint32_t reg) { return computed(std::span{&reg, 1}).front(); }

    void crossings() {
        branch(
            "double crossing([[maybe_unused]] u32 event, [[maybe_unused]] u32 i)", "infinity",
            [](auto const& event) { return event.traits.crossings > 0; },
            [&](std::size_t e) {
                auto const& event = tables_.events[e];
                for (std::uint32_t i = 0; i < event.traits.crossings; ++i) {
                    w_.open("if (i == {})", i);
                    w_.line("return {};", computed(tables_.crossings[event.first_crossing + i].reg));
                    w_.close();
                }
            });
    }

    kernels::EventAssignment const& assignment(std::size_t e, std::uint32_t i) const {
        return tables_.assignments[tables_.events[e].first_assignment + i];
    }

    void values() {
        branch(
            "void values([[maybe_unused]] u32 event, [[maybe_unused]] double* to)", nullptr,
            [](auto const& event) { return event.traits.assignments > 0; },
            [&](std::size_t e) {
                std::vector<std::uint32_t> registers;
                for (std::uint32_t i = 0; i < tables_.events[e].traits.assignments; ++i)
                    registers.push_back(assignment(e, i).reg);
                auto const results = computed(registers);
                for (std::size_t i = 0; i < results.size(); ++i) w_.line("to[{}] = {};", i, results[i]);
            });
    }

    // Assignments of concentrations, times the volumes.
    void scales() {
        auto const scaled = [&](kernels::EventEntry const& event) {
            std::vector<std::uint32_t> list;
            for (std::uint32_t i = 0; i < event.traits.assignments; ++i)
                if (tables_.assignments[event.first_assignment + i].scaled != 0) list.push_back(i);
            return list;
        };
        branch(
            "void scale([[maybe_unused]] u32 event, [[maybe_unused]] double* values)", nullptr,
            [&](auto const& event) { return !scaled(event).empty(); },
            [&](std::size_t e) {
                auto const list = scaled(tables_.events[e]);
                std::vector<std::uint32_t> volumes;
                for (auto i : list) volumes.push_back(assignment(e, i).volume);
                auto const results = computed(volumes);
                for (std::size_t i = 0; i < list.size(); ++i)
                    w_.line("values[{}] *= {};", list[i], results[i]);
            });
    }

    void targets() {
        branch(
            "static constexpr EventTarget target([[maybe_unused]] u32 event, [[maybe_unused]] u32 i)", "{}",
            [](auto const& event) { return event.traits.assignments > 0; },
            [&](std::size_t e) {
                for (std::uint32_t i = 0; i < tables_.events[e].traits.assignments; ++i) {
                    auto const& t = assignment(e, i).target;
                    w_.line("if (i == {}) return {{{}, {}}};", i, t.slot, t.whole);
                }
            });
    }

    void assign() {
        std::vector<bool> assigned(tables_.scalars.slots);
        for (auto const& a : tables_.assignments) assigned[a.target.slot] = true;
        w_.open("FANO_FUNCTION void assign([[maybe_unused]] u32 slot, [[maybe_unused]] double value)");
        for (std::uint32_t slot = 0; slot < tables_.scalars.slots; ++slot)
            if (assigned[slot]) w_.line("if (slot == {}) {} = value;", slot, formulas_.name(slot));
        w_.close();
    }

    CodeWriter& w_;
    NetworkTables const& tables_;
    FormulaText const& formulas_;
};

}  // namespace

void emit_events(CodeWriter& writer, NetworkTables const& tables, FormulaText const& formulas) {
    EventEmitter{writer, tables, formulas}.write();
}

}  // namespace fano
