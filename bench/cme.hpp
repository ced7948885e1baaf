// What the parts of bench_cme share: networks on boxes of states.
#pragma once

#include <stdexcept>

#include "bench/cme_yardstick.hpp"
#include "bench/measure.hpp"
#include "cme/problem.hpp"
#include "cme/window.hpp"
#include "fano/fano.hpp"

namespace bench {

struct Question {
    char const *name, *model;
    std::vector<fano::CountBounds> box;
    double time;
};

inline Question question(std::string const& name) {
    Question const all[] = {
        {"birth_death", "../bench/cme_birth_death", {{"M", 0, 1400}}, 5},
        {"toggle", "../bench/cme_toggle", {{"U", 0, 175}, {"V", 0, 175}}, 10},
        {"schlogl", "schlogl", {{"X", 0, 1000}}, 10},
        {"two_stage", "../bench/cme_two_stage", {{"m", 0, 169}, {"P", 0, 2999}}, 20},
        {"two_stage_large", "../bench/cme_two_stage", {{"m", 0, 999}, {"P", 0, 9999}}, 1},
    };
    for (auto const& q : all)
        if (name == q.name) return q;
    throw std::runtime_error("there is no problem " + name +
                             "; take birth_death, toggle, schlogl or two_stage");
}

// A network on a box, and its generator.
struct Boxed {
    std::string name;
    fano::Network network;
    fano::CmeOptions options;
    fano::Problem problem;
    fano::Generator generator;
    std::vector<double> start, reference{};  // p at time 0 and at the end

    explicit Boxed(Question const& q)
        : name(q.name),
          network(fano::compile(fano::read_model(model_file(q.model)))),
          options{.times = {q.time}, .box = q.box, .threads = 1},
          problem(network, options),
          generator(network, problem.coordinates, problem.laws,
                    fano::box_states(network, problem.coordinates, problem.most_states)),
          start(generator.size()) {
        for (auto const& state : problem.initial.states) {
            auto const at = problem.coordinates.state(state.counts);
            start[generator.states().find(at.prefix, at.low)] += state.probability;
        }
    }
    explicit Boxed(std::string const& problem_name) : Boxed(question(problem_name)) {}

    double time() const { return options.times.back(); }
};

inline yardstick::Matrix rows_of(fano::Generator::Matrix const& matrix) {
    auto const rows = static_cast<std::size_t>(matrix.rows()),
               entries = static_cast<std::size_t>(matrix.nonZeros());
    return {
        {matrix.outerIndexPtr(), rows + 1}, {matrix.innerIndexPtr(), entries}, {matrix.valuePtr(), entries}};
}

// Prints how many states a second a step of uniformization takes.
void measure_steps();

}  // namespace bench
