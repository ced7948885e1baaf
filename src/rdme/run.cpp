#include "rdme/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "backend/cpu.hpp"
#include "backend/gpus.hpp"
#include "emit/emit_lattice.hpp"
#include "fano/error.hpp"
#include "rdme/collector.hpp"
#include "rdme/next_subvolume.hpp"
#include "rdme/pairs.hpp"
#include "rdme/split_lattice.hpp"
#include "rdme/step_choice.hpp"

namespace fano {

std::string rdme_method_name(RdmeMethod method) { return method == RdmeMethod::exact ? "exact" : "lattice"; }

RdmeMethod parse_rdme_method(std::string const& text) {
    for (auto const method : {RdmeMethod::lattice, RdmeMethod::exact})
        if (text == rdme_method_name(method)) return method;
    throw InputError(fmt::format("there is no method \"{}\" in space; it may be lattice or exact", text));
}

namespace {

void check(Model const& model, RdmeOptions const& options) {
    auto const& times = options.times;
    bool const ascending = std::adjacent_find(times.begin(), times.end(),
                                              [](double a, double b) { return !(a < b); }) == times.end();
    if (times.empty() || !ascending || !(times.front() >= 0) || !std::isfinite(times.back()))
        throw InputError(model.file, 0, "times must ascend from 0 or later, and there must be one");
    if (options.lattices == 0) throw InputError("the number of lattices must be at least 1");
    if (options.device == Device::gpu && options.method == RdmeMethod::exact)
        throw BackendError(
            "the exact method follows one event after the other and runs on processors; leave --device out, "
            "or "
            "use --method lattice");
    if (!(options.step >= 0 && std::isfinite(options.step)))
        throw InputError(
            fmt::format("a step of {} is no length of time; it must be more than 0", options.step));
    if (options.pilot > 0 && options.step > 0)
        throw InputError("pilot lattices choose a step; leave --step or --pilot out");
    if (options.pilot > 0 && options.method == RdmeMethod::exact)
        throw InputError(
            "the exact method takes no steps that pilot lattices could choose; leave --pilot out");
    if (options.pilot > 0 && options.pilot < 4)
        throw InputError("fewer than 4 pilot lattices tell nothing about their own noise; ask for 4 or more");
    for (auto const index : options.snapshots)
        if (index < options.first_lattice || index - options.first_lattice >= options.lattices)
            throw InputError(
                fmt::format("a snapshot of lattice {} was asked for, but lattices go from {} to {}", index,
                            options.first_lattice, options.first_lattice + options.lattices - 1));
}

// With mesh-corrected rates if that is asked for; what is to be said of the voxels' edge goes to the notes.
Model on_lattice(Model const& model, RdmeOptions const& options, RdmeResult& result) {
    Lattice const lattice{model};
    auto& notes = result.notes;
    result.space = *model.space;
    auto const pairs = find_pairs(model, lattice);
    auto const warnings = check_window(model, lattice, pairs, options.mesh_correction);
    notes.insert(notes.end(), warnings.begin(), warnings.end());
    return options.mesh_correction ? mesh_corrected(model, lattice, pairs, notes) : model;
}

// Lattices by threads, one each, or one after the other by all of them where they are few.
class Run {
public:
    Run(Model const& model, RdmeOptions const& options, std::vector<std::unique_ptr<Accelerator>> gpus,
        std::optional<DeviceLattices::TileSize> tile)
        : options_((check(model, options), options)),
          gpus_(std::move(gpus)),
          tile_(tile),
          model_(on_lattice(model, options, result_)),
          lattice_(model_),
          whole_(compile(model)),
          collector_(lattice_, whole_, options, result_),
          threads_(options.threads > 0 ? options.threads
                                       : std::max(1U, std::thread::hardware_concurrency())) {
        for (auto const& jumps : lattice_.species) plans_.emplace_back(lattice_.grid, jumps);
        choose_step(
            model_, lattice_, plans_, options_,
            [this](RdmeOptions const& trial) {
                return Run{model_, trial, {}, {}}.run();
            },
            result_);
    }

    RdmeResult run() {
        auto const start = std::chrono::steady_clock::now();
        if (gpus_.empty())
            run_on_processors();
        else
            run_on_gpus();
        if (error_) std::rethrow_exception(error_);
        if (stopped()) throw Interrupted();
        result_.species = lattice_.network.species;
        result_.notes.insert(result_.notes.end(), lattice_.notes.begin(), lattice_.notes.end());
        auto& totals = result_.totals;
        totals.method = options_.method == RdmeMethod::exact ? Method::subvolume : Method::lattice;
        totals.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        totals.events = result_.reactions + result_.hops;
        totals.tally.flush();
        return std::move(result_);
    }

private:
    void run_on_processors() {
        bool const apart =
            options_.method == RdmeMethod::exact || options_.lattices >= threads_ || together() == 1;
        auto const workers =
            apart ? static_cast<unsigned>(std::min<std::uint64_t>(threads_, options_.lattices)) : 1;
        std::vector<std::thread> others;
        for (unsigned i = 1; i < workers; ++i) others.emplace_back([this] { work(1, false); });
        work(apart ? 1 : together(), true);
        for (auto& thread : others) thread.join();
        auto& totals = result_.totals;
        totals.threads = apart ? workers : together();
        auto const threads = fmt::format("{} thread{}", totals.threads, totals.threads == 1 ? "" : "s");
        totals.device =
            options_.method == RdmeMethod::exact
                ? fmt::format("cpu ({})", threads)
                : fmt::format("cpu ({}, {})", device_name(resolve_device(options_.device)), threads);
    }

    void run_on_gpus() {
        std::string const text = emit_lattice(lattice_.network);
        auto& totals = result_.totals;
        for (auto& gpu : gpus_) {
            gpu->load(gpu->compile(text, [this] { return stopped(); }), "fano_lattices");
            totals.device += (totals.device.empty() ? "" : ", ") + gpu->name();
        }
        totals.threads = threads_;
        std::vector<std::thread> others;
        for (std::size_t i = 1; i < gpus_.size(); ++i)
            others.emplace_back([this, i] { work_on(*gpus_[i], false); });
        work_on(*gpus_[0], true);
        for (auto& thread : others) thread.join();
    }

    // Threads that share a lattice meet twice a step, which must be worth their while.
    unsigned together() const {
        constexpr std::uint32_t least_voxels = 2048;
        return std::clamp(lattice_.grid.voxels / least_voxels, 1u, threads_);
    }

    bool stopped() const {
        return failed_ || (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed));
    }

    bool proceed(double before, double time, bool reports, std::size_t lattices = 1) {
        double const end = options_.times.back();
        if (end > 0)
            done_.fetch_add((time - before) / end * static_cast<double>(lattices), std::memory_order_relaxed);
        if (reports && options_.progress)
            options_.progress(done_.load(std::memory_order_relaxed) / static_cast<double>(options_.lattices));
        return !stopped();
    }

    void work(unsigned team_size, bool reports) {
        try {
            Collector::Share share{collector_};
            if (options_.method == RdmeMethod::exact) {
                NextSubvolume method{lattice_, options_.seed};
                run_all(method, share, reports);
                std::lock_guard const lock{mutex_};
                result_.reactions += method.reactions();
                result_.hops += method.hops();
            } else {
                Team team{team_size};
                SplitLattice method{lattice_,
                                    plans_,
                                    options_.device,
                                    team,
                                    options_.seed,
                                    result_.step,
                                    [this] { return stopped(); }};
                run_all(method, share, reports);
                std::lock_guard const lock{mutex_};
                result_.steps += method.steps();
                result_.reactions += method.reactions();
            }
            share.deliver();
        } catch (...) {
            fail_with_exception();
        }
    }

    // Batches of lattices, one after the other.
    void work_on(Accelerator& gpu, bool reports) {
        try {
            Collector::Share share{collector_};
            DeviceLattices method{lattice_, plans_, gpu, options_.seed, result_.step, tile_};
            auto const gpus = static_cast<std::uint64_t>(gpus_.size());
            auto const batch =
                std::min(DeviceLattices::most_lattices(lattice_, gpu), (options_.lattices + gpus - 1) / gpus);
            for (;;) {
                auto const i = next_.fetch_add(batch);
                if (i >= options_.lattices || stopped()) break;
                auto const first = options_.first_lattice + i;
                auto const births =
                    draw_births(lattice_, options_.seed, first, std::min(batch, options_.lattices - i),
                                threads_, [this] { return stopped(); });
                double before = 0;
                bool const whole =
                    method.run(first, births, options_.times,
                               {[&](std::size_t time, std::size_t l, std::uint32_t const* counts) {
                                    share.sample(time, first + l, counts, births[l].registers);
                                },
                                [&](double time) {
                                    return proceed(std::exchange(before, time), time, reports, births.size());
                                },
                                [&] { return stopped(); }});
                if (!whole) return;
            }
            std::lock_guard const lock{mutex_};
            result_.steps += method.steps();
            result_.reactions += method.reactions();
            share.deliver();
        } catch (...) {
            fail_with_exception();
        }
    }

    void fail_with_exception() {
        std::lock_guard const lock{mutex_};
        if (!error_) error_ = std::current_exception();
        failed_ = true;
    }

    template <class Method>
    void run_all(Method& method, Collector::Share& share, bool reports) {
        for (;;) {
            auto const i = next_.fetch_add(1);
            if (i >= options_.lattices || stopped()) return;
            auto const index = options_.first_lattice + i;
            auto const birth = draw_birth(lattice_, options_.seed, index);
            double before = 0;
            bool const whole = method.run(
                index, birth, options_.times,
                {[&](std::size_t time, std::uint32_t const* counts) {
                     share.sample(time, index, counts, birth.registers);
                 },
                 [&](double time) { return proceed(std::exchange(before, time), time, reports); }});
            if (!whole) return;
        }
    }

    RdmeOptions const& options_;
    std::vector<std::unique_ptr<Accelerator>> gpus_;
    std::optional<DeviceLattices::TileSize> tile_;
    RdmeResult result_;
    Model const model_;
    Lattice const lattice_;
    Network const whole_;
    Collector collector_;
    unsigned threads_;
    std::vector<DiffusionPlan> plans_;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<double> done_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::exception_ptr error_;
};

}  // namespace

RdmeResult run_rdme_on(Model const& model, RdmeOptions const& options,
                       std::vector<std::unique_ptr<Accelerator>> gpus,
                       std::optional<DeviceLattices::TileSize> tile) {
    return Run{model, options, std::move(gpus), tile}.run();
}

RdmeResult run_rdme(Model const& model, RdmeOptions const& options) {
    check(model, options);
    std::vector<std::unique_ptr<Accelerator>> gpus;
    if (options.device == Device::gpu) {
        auto const survey = survey_gpus();
        if (survey.gpus.empty()) throw BackendError(survey.why_none);
        auto wanted = options.gpus;
        if (wanted.empty())
            for (auto const& gpu : survey.gpus) wanted.push_back(gpu.index);
        for (int const index : wanted) gpus.push_back(open_gpu(index));
    }
    return run_rdme_on(model, options, std::move(gpus));
}

}  // namespace fano
