#include "emit/emit_lattice.hpp"

#include "emit/emit_step.hpp"

namespace fano {

namespace {

class VoxelEmitter {
public:
    explicit VoxelEmitter(Network const& network)
        : network_(network), tables_(*network.tables), scalars_(tables_.scalars), formulas_(network) {}

    std::string text() {
        w_.line("// {}, in a voxel: {} species, {} reactions.", comment(network_.name), scalars_.species,
                scalars_.reactions);
        w_.line("#define FANO_CALL_LONG");
        w_.line("#include \"kernels/launch/lattice_tiles.hpp\"");
        w_.blank();
        w_.line("namespace fano::kernels {{");
        w_.blank();
        w_.open("struct Voxel");
        members();
        total();
        w_.open("FANO_FUNCTION void fire([[maybe_unused]] double pick)");
        emit_changes(w_, tables_, formulas_);
        w_.close();
        w_.blank();
        checks();
        w_.close(";");
        w_.blank();
        w_.line("}}  // namespace fano::kernels");
        w_.blank();
        w_.line("FANO_LATTICES_KERNEL(fano::kernels::Voxel)");
        return w_.text();
    }

private:
    std::uint32_t reactions() const { return scalars_.reactions; }

    void members() {
        for (std::uint32_t slot = 0; slot < scalars_.slots; ++slot)
            w_.line("double {} = 0.0;", formulas_.name(slot));
        w_.line("double time = 0.0;  // on which no rate depends");
        w_.line("double upper[{}];  // running sums of the propensities", std::max(1u, reactions()));
        w_.blank();
        w_.line("static constexpr u32 species = {}, slots = {}, reactions = {};", scalars_.species,
                scalars_.slots, reactions());
        each("species", 0, scalars_.species);
        each("parameter", scalars_.species, scalars_.slots);
        w_.blank();
    }

    void each(char const* what, std::uint32_t begin, std::uint32_t end) {
        w_.line("template <class Work>");
        w_.open("FANO_FUNCTION void each_{}(Work const&{})", what, begin == end ? "" : " work");
        for (std::uint32_t slot = begin; slot < end; ++slot)
            w_.line("work({}, {});", slot - begin, formulas_.name(slot));
        w_.close();
    }

    FormulaText::Block propensities() {
        std::span const wanted{tables_.propensity.data(), reactions()};
        auto block = formulas_.block(wanted);
        for (auto const& statement : block.statements) w_.line("{}", statement);
        return block;
    }

    // What the place of the voxel multiplies propensities by; null: nothing.
    void total() {
        w_.open("FANO_FUNCTION double total([[maybe_unused]] double const* factor)");
        w_.line("double sum = 0.0;");
        if (reactions() > 0) {
            w_.line("double a;");
            w_.line("bool sound = true;");
            auto const block = propensities();
            for (std::uint32_t r = 0; r < reactions(); ++r) {
                w_.line("a = at_place({}, factor, {});  // {}: {}", block.results[r], r,
                        comment(network_.reactions[r].id), comment(network_.reactions[r].equation));
                w_.line("sound = sound && a >= 0.0;");
                w_.line("upper[{}] = sum = sum + a;", r);
            }
            w_.line("return sound && sum < infinity ? sum : not_a_number;");
        } else {
            w_.line("return sum;");
        }
        w_.close();
        w_.blank();
    }

    void checks() {
        std::string sound = "true";
        for (auto s : tables_.guarded_species) sound += fmt::format(" && {} >= 0.0", formulas_.name(s));
        w_.line("FANO_FUNCTION bool sound() const {{ return {}; }}", sound);
        w_.blank();
        w_.open("FANO_COLD FailureReport fault() const");
        for (auto s : tables_.guarded_species)
            w_.line("if ({0} < 0.0) return {{Failure::negative_count, {1}, 0, 0.0, {0}}};", formulas_.name(s),
                    s);
        if (reactions() > 0) {
            w_.line("double a;");
            auto const block = propensities();
            for (std::uint32_t r = 0; r < reactions(); ++r) {
                w_.line("a = {};", block.results[r]);
                w_.line(
                    "if (propensity_fault(a) != Failure::none) return {{propensity_fault(a), {}, 0, 0.0, "
                    "a}};",
                    r);
            }
        }
        w_.line("return {{Failure::infinite_propensity, 0, 0, 0.0, infinity}};");
        w_.close();
    }

    Network const& network_;
    NetworkTables const& tables_;
    kernels::NetworkTable const& scalars_;
    FormulaText formulas_;
    CodeWriter w_;
};

}  // namespace

std::string emit_lattice(Network const& network) { return VoxelEmitter{network}.text(); }

}  // namespace fano
