// Rate laws as a struct that kernels are compiled with: the numbers of the tables, and the bits that the interpreter
// of the tables computes; text that NVRTC takes.
#include "emit/emit_rates.hpp"

#include <bit>
#include <cmath>
#include <optional>
#include <random>
#include <set>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emit/compile_cuda.hpp"
#include "support/emitted_gpu.hpp"
#include "support/gallery.hpp"
#include "support/large_models.hpp"
#include "support/scratch.hpp"

namespace {

using namespace fano;

struct Model {
    std::string name;
    Network network;
    LeapTables tables;
};

// Nothing for networks that do not leap.
std::optional<Model> model(std::string const& name, Network network) {
    try {
        LeapTables tables{network, Method::tau, 0.03};
        return Model{name, std::move(network), std::move(tables)};
    } catch (InputError const&) {
        return std::nullopt;
    }
}

std::string deep_formula() {
    std::string text = "A + 1";
    for (int i = 0; i < 100; ++i) text = fmt::format("({})*1.01 - {}*B", text, 0.1 * i);
    return text;
}

// What the gallery does not have.
std::vector<std::pair<std::string, std::string>> further_models() {
    return {
        {"nothing read, nothing lost", "[species]\nA = 3\n[reactions.make]\nequation = \"-> A\"\nrate = 2\n"},
        {"nothing changed", "[species]\nA = 3\n[reactions.nothing]\nequation = \"A -> A\"\nrate = 1\n"},
        {"time that does not matter",
         "[species]\nA = 3\n[reactions.make]\nequation = \"-> A\"\npropensity = \"A + (t - t)\"\n"},
        {"every function that leaps", R"toml(
[species]
A = 10
B = 3
class = 4
[parameters]
k = 0.7
w = { distribution = "lognormal", mean = 1, cv = 0.2 }
n = { distribution = "gamma", mean = 3, cv = 0.1 }
[reactions.hill]
equation = "-> A"
propensity = "w*k*B^n/(30^n + B^n)"
[reactions.hill_again]
equation = "-> B"
propensity = "w*k*B^n/(30^n + B^n)"
[reactions.repressed]
equation = "-> 2 B"
propensity = "40/(1 + (A/w)^4)"
[reactions.logs]
equation = "-> class"
propensity = "log(A + 1) + log10(B + 1) + sqrt(A) + 2 - exp(-B)"
[reactions.angles]
equation = "A -> 0"
propensity = "A*(2 + sin(A)*cos(B) + tan(0.001*A) + tanh(B - class))"
[reactions.sizes]
equation = "B + class -> 0"
propensity = "min(A, 5*B) + max(B, class) + abs(A - B) + A^2.5/(1 + B^class) - -0.125"
[reactions.three]
equation = "3 A -> B"
rate = 0.2
[reactions.turn]
equation = "A -> class"
rate = "k"
)toml"},
        {"a deep formula", "[species]\nA = 3\nB = 4\n[reactions.deep]\nequation = \"-> A\"\npropensity = \"" +
                               deep_formula() + "\"\n"},
        {"a large network", test::beside_a_ring("A = 6\n", "")},
    };
}

std::vector<Model> gallery_models() {
    std::vector<Model> list;
    for (auto const& name : test::gallery())
        if (auto m = model(name, test::gallery_network(name))) list.push_back(std::move(*m));
    return list;
}

std::vector<Model> all_models() {
    auto list = gallery_models();
    for (auto const& [name, text] : further_models()) {
        auto m = model(name, compile(read_toml(text, "test.toml")));
        EXPECT_TRUE(m.has_value()) << name;
        if (m) list.push_back(std::move(*m));
    }
    return list;
}

std::string text_of(Model const& m) {
    CodeWriter w;
    emit_rates(w, m.network, m.tables);
    return w.text();
}

// Each model's struct in a namespace of its own, and functions of the model that `functions` writes, with {0} for
// the model's number.
std::string program(std::vector<Model> const& models, std::string const& shared,
                    std::string const& functions) {
    std::string text =
        "#include \"kernels/core/math.hpp\"\n#include \"kernels/tau/leap_table.hpp\"\n"
        "namespace fano::kernels {\n" +
        shared;
    for (std::size_t m = 0; m < models.size(); ++m)
        text += fmt::format("namespace model_{} {{\n{}{}}}\n", m, text_of(models[m]),
                            fmt::format(fmt::runtime(functions), m));
    return text + "}\n";
}

char const* const on_host = R"(
// All that a struct tells as a list of numbers, whose length comes back.
template <class Rates>
u32 tell(double* out) {
    double* at = out;
    auto const say = [&](auto... values) { ((*at++ = values), ...); };
    say(Rates::species(), Rates::slots(), Rates::registers(), Rates::reactions(), Rates::limits(),
        Rates::losses(), Rates::epsilon(), Rates::turnover());
    for (u32 i = 0; i < Rates::limits(); ++i) {
        auto const l = Rates::limit(i);
        say(l.reaction, l.species, l.reg, l.share);
    }
    for (u32 i = 0; i < Rates::losses(); ++i) {
        auto const l = Rates::loss(i);
        say(l.reaction, l.species, l.amount);
    }
    for (u32 s = 0; s <= Rates::species(); ++s) say(Rates::first_change(s));
    for (u32 i = 0; i < Rates::first_change(Rates::species()); ++i)
        say(Rates::change(i).reaction, Rates::change(i).amount);
    for (u32 r = 0; r < Rates::reactions(); ++r) say(Rates::propensity(r));
    return static_cast<u32>(at - out);
}
// Of an array as of a pointer.
template <class Rates>
void evaluate(double* v) {
    double own[Rates::registers()];
    for (u32 s = 0; s < Rates::slots(); ++s) own[s] = v[s];
    Rates::evaluate_propensities(own);
    for (u32 r = Rates::slots(); r < Rates::slots() + Rates::reactions(); ++r) v[r] = own[r];
    Rates::evaluate_derivatives(v);
}
)";
char const* const host_functions = R"(
extern "C" u32 tell_{0}(double* out) {{ return tell<Rates>(out); }}
extern "C" void evaluate_{0}(double* v) {{ evaluate<Rates>(v); }}
)";

// The structs of all models, compiled by the host's compiler once for all tests.
class EmittedRates : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        if (!test::can_compile_on_host()) return;
        models_ = all_models();
        auto const code = test::compile_on_host(program(models_, on_host, host_functions));
        test::TemporaryDirectory const folder;
        auto const file = folder / "rates.so";
        test::write_file(file, {code.begin(), code.end()});
        library_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        ASSERT_NE(library_, nullptr) << dlerror();
    }
    static void TearDownTestSuite() {
        if (library_ != nullptr) dlclose(library_);
        models_.clear();
    }
    void SetUp() override {
        if (!test::can_compile_on_host()) GTEST_SKIP() << test::why_not_compiled_on_host();
        ASSERT_NE(library_, nullptr);
    }

    template <class Function>
    static Function* function(std::string const& name, std::size_t of_model) {
        return reinterpret_cast<Function*>(dlsym(library_, fmt::format("{}_{}", name, of_model).c_str()));
    }
    static std::vector<double> told(std::size_t m) {
        auto const table = models_[m].tables.view();
        std::vector<double> numbers(100 + 4 * table.limit_count + 3 * table.loss_count + table.species +
                                    2 * table.first_change[table.species] + table.reactions);
        numbers.resize(function<std::uint32_t(double*)>("tell", m)(numbers.data()));
        return numbers;
    }
    // In the text, of the limits' derivatives.
    static std::vector<std::uint32_t> derivative_registers(std::size_t m) {
        std::vector<std::uint32_t> registers;
        auto const numbers = told(m);
        for (std::uint32_t l = 0; l < models_[m].tables.view().limit_count; ++l)
            registers.push_back(static_cast<std::uint32_t>(numbers[8 + 4 * l + 2]));
        return registers;
    }

    static inline std::vector<Model> models_;
    static inline void* library_ = nullptr;
};

TEST_F(EmittedRates, TellWhatTheTablesTell) {
    for (std::size_t m = 0; m < models_.size(); ++m) {
        auto const table = models_[m].tables.view();
        std::span const limits{table.limits, table.limit_count};
        std::set<std::uint32_t> derivatives;
        for (auto const& l : limits) derivatives.insert(l.reg);
        std::uint32_t const computed = table.slots + table.reactions,
                            registers = computed + static_cast<std::uint32_t>(derivatives.size());
        auto const chosen = derivative_registers(m);
        EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), derivatives.size());
        for (auto const reg : chosen) EXPECT_TRUE(reg >= computed && reg < registers) << reg;

        std::vector<double> expected;
        auto const say = [&](auto... values) { (expected.push_back(values), ...); };
        say(table.species, table.slots, registers, table.reactions, table.limit_count, table.loss_count,
            table.epsilon, table.turnover);
        for (std::uint32_t l = 0; l < table.limit_count; ++l)
            say(limits[l].reaction, limits[l].species, chosen[l], limits[l].share);
        for (auto const& l : std::span{table.losses, table.loss_count}) say(l.reaction, l.species, l.amount);
        for (std::uint32_t s = 0; s <= table.species; ++s) say(table.first_change[s]);
        for (auto const& c : std::span{table.changes, table.first_change[table.species]})
            say(c.reaction, c.amount);
        for (std::uint32_t r = 0; r < table.reactions; ++r) say(table.slots + r);
        EXPECT_EQ(told(m), expected) << models_[m].name;
    }
}

// NaN differs between machines in bits that mean nothing.
bool same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

TEST_F(EmittedRates, HaveTheBitsOfTheInterpreter) {
    std::mt19937_64 random{20};
    auto const below = [&](double end) { return std::uniform_real_distribution<double>{0, end}(random); };
    for (std::size_t m = 0; m < models_.size(); ++m) {
        auto const table = models_[m].tables.view();
        auto const evaluate = function<void(double*)>("evaluate", m);
        auto const reg = derivative_registers(m);
        std::vector<double> expected(table.registers), v(table.slots + table.reactions + table.limit_count);
        for (auto const& c : models_[m].tables.constants()) expected[c.reg] = c.value;
        int wrong = 0, numbers = 0;
        for (int state = 0; state < 300; ++state) {
            for (std::uint32_t s = 0; s < table.slots; ++s) {
                double const amount = std::exp(below(10));
                int const kind = static_cast<int>(below(4));
                expected[s] = kind == 0 ? 0.0 : kind == 1 || state % 3 == 0 ? std::floor(amount) : amount;
            }
            expected[table.slots] = below(100);  // the time
            std::fill(v.begin(), v.end(), -77.0);
            std::copy_n(expected.begin(), table.slots, v.begin());
            kernels::evaluate(table.code, table.propensities, expected.data());
            kernels::evaluate(table.code, table.derivatives, expected.data());
            evaluate(v.data());
            auto const compare = [&](double emitted, double interpreted) {
                wrong += !same(emitted, interpreted);
                numbers += !std::isnan(interpreted);
            };
            for (std::uint32_t r = 0; r < table.reactions; ++r)
                compare(v[table.slots + r], expected[table.propensity[r]]);
            for (std::uint32_t l = 0; l < table.limit_count; ++l)
                compare(v[reg[l]], expected[table.limits[l].reg]);
        }
        EXPECT_EQ(wrong, 0) << models_[m].name << "\n" << text_of(models_[m]);
        EXPECT_GE(numbers, static_cast<int>(150 * (table.reactions + table.limit_count))) << models_[m].name;
    }
}

TEST(EmitRates, LeavesOutOnlyModelsThatDoNotLeap) {
    std::vector<std::string> names;
    for (auto const& m : gallery_models()) names.push_back(m.name);
    EXPECT_THAT(names, testing::IsSupersetOf({"telegraph", "toggle", "extrinsic", "vilar", "schlogl"}));
    EXPECT_THAT(names,
                testing::Not(testing::AnyOf(testing::Contains("division"), testing::Contains("circadian"))));
}

TEST(EmitRates, NamesReactionsAndSpeciesInComments) {
    auto const text = text_of(*model("telegraph", test::gallery_network("telegraph")));
    EXPECT_THAT(text, testing::HasSubstr("v[3] = 0.5 * v[0];  // activation: G_off -> G_on\n"));
    EXPECT_THAT(text, testing::HasSubstr("{2, 1, 9, 1.0},  // transcription by G_on\n"));
}

// Loops as kernels write them: unrolled, so that nothing is left of the tables and of the array.
TEST(EmitRates, MakesTextThatNvrtcKeepsInRegisters) {
    try {
        nvrtc_version();
    } catch (BackendError const& error) {
        GTEST_SKIP() << error.what();
    }
    std::vector<Model> models;
    for (std::string const name : {"telegraph", "toggle", "michaelis_menten", "extrinsic"})
        models.push_back(*model(name, test::gallery_network(name)));
    auto const made = compile_cuda(program(models, "", R"(
extern "C" __global__ void rates_{0}(double* slots, double* out, u32 cells) {{
    u32 const cell = blockIdx.x * blockDim.x + threadIdx.x;
    double v[Rates::registers()];
#pragma unroll
    for (u32 s = 0; s < Rates::slots(); ++s) v[s] = slots[s * cells + cell];
    Rates::evaluate_propensities(v);
    Rates::evaluate_derivatives(v);
    double least = infinity;
#pragma unroll
    for (u32 i = 0; i < Rates::limits(); ++i) {{
        auto const limit = Rates::limit(i);
        double const rate = v[Rates::propensity(limit.reaction)];
        least = minimum(least, Rates::epsilon() * limit.share * rate / absolute(v[limit.reg]));
    }}
#pragma unroll
    for (u32 i = 0; i < Rates::losses(); ++i)
        least = minimum(least, v[Rates::loss(i).species] / Rates::loss(i).amount);
    out[cell] = least;
#pragma unroll
    for (u32 s = 0; s < Rates::species(); ++s) {{
        double drift = 0.0;
#pragma unroll
        for (u32 i = Rates::first_change(s); i < Rates::first_change(s + 1); ++i) {{
            auto const change = Rates::change(i);
            drift += change.amount * v[Rates::propensity(change.reaction)];
        }}
        slots[s * cells + cell] = v[s] + drift;
    }}
}}
)"),
                                   "sm_90");
    EXPECT_THAT(made.log, testing::Not(testing::HasSubstr("warning")));
    for (std::size_t m = 0; m < models.size(); ++m) {
        auto const needs = read_resources(made.log, fmt::format("rates_{}", m));
        ASSERT_TRUE(needs.has_value()) << made.log;
        EXPECT_EQ(needs->stack_bytes + needs->spill_store_bytes, 0u) << models[m].name;
    }
}

}  // namespace
