// Drives CVODE one internal step at a time, with linear algebra of our own, so that a request to stop is heard
// wherever time is spent, and tells failures in words.
#include "meanfield/integrate.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>

#include <cvode/cvode.h>
#include <fmt/format.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_linearsolver.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "fano/error.hpp"
#include "meanfield/factorisation.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

// Steps that leave the time where it is, in a row, after which the solution is taken to have a singularity.
constexpr int most_idle_steps = 100;

template <auto release>
struct Free {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
using Vector = std::unique_ptr<std::remove_pointer_t<N_Vector>, Free<N_VDestroy>>;
using Matrix = std::unique_ptr<std::remove_pointer_t<SUNMatrix>, Free<SUNMatDestroy>>;
using LinearSolver = std::unique_ptr<std::remove_pointer_t<SUNLinearSolver>, Free<SUNLinSolFreeEmpty>>;

struct FreeMemory {
    void operator()(void* memory) const { CVodeFree(&memory); }
};
struct FreeContext {
    void operator()(SUNContext context) const { SUNContext_Free(&context); }
};

class Integration {
public:
    Integration(OdeSystem const& system, std::vector<double> const& start, OdeTolerance const& tolerance,
                std::atomic<bool> const* stop)
        : system_(system), stop_(stop) {
        SUNContext context = nullptr;
        require(SUNContext_Create(nullptr, &context));
        context_.reset(context);
        auto const size = static_cast<sunindextype>(system.size);
        y_.reset(N_VNew_Serial(size, context));
        matrix_.reset(SUNDenseMatrix(size, size, context));
        memory_.reset(CVodeCreate(CV_BDF, context));
        if (!y_ || !matrix_ || !memory_) throw std::bad_alloc{};
        std::copy(start.begin(), start.end(), N_VGetArrayPointer(y_.get()));
        linear_.reset(SUNLinSolNewEmpty(context));
        if (!linear_) throw std::bad_alloc{};
        linear_->content = this;
        linear_->ops->gettype = [](SUNLinearSolver) { return SUNLINEARSOLVER_DIRECT; };
        linear_->ops->setup = call_factorise;
        linear_->ops->solve = call_solve;
        void* const memory = memory_.get();
        require(CVodeSetErrHandlerFn(
            memory, [](int, char const*, char const*, char*, void*) {}, nullptr));
        require(CVodeInit(memory, call_slope, 0.0, y_.get()));
        require(CVodeSetUserData(memory, this));
        require(CVodeSStolerances(memory, tolerance.relative, tolerance.absolute));
        require(CVodeSetLinearSolver(memory, linear_.get(), matrix_.get()));
        if (system.jacobian) require(CVodeSetJacFn(memory, call_jacobian));
    }

    double time() const { return time_; }

    // No step goes beyond `end`, so that what a rate does between two times that were asked for is not
    // stepped over.
    void step(double end) {
        double const before = time_;
        require(CVodeSetStopTime(memory_.get(), end));
        int const status = CVode(memory_.get(), end, y_.get(), &time_, CV_ONE_STEP);
        if (thrown_) std::rethrow_exception(thrown_);
        if (status < 0) fail(status);
        idle_ = time_ > before ? 0 : idle_ + 1;
        if (idle_ == most_idle_steps) fail(CV_ERR_FAILURE);
    }

    double const* now() const { return N_VGetArrayPointer(y_.get()); }

private:
    static void require(int status) {
        if (status < 0)
            throw Error(ExitCode::internal, fmt::format("CVODE refused its setup (code {})", status));
    }

    template <class Work>
    static int guarded(void* data, Work work) {
        auto& self = *static_cast<Integration*>(data);
        try {
            heed(self.stop_);
            return work(self);
        } catch (...) {
            self.thrown_ = std::current_exception();
            return -1;
        }
    }

    static int call_slope(double time, N_Vector y, N_Vector slope, void* data) {
        return guarded(data, [&](Integration& self) {
            double* const values = N_VGetArrayPointer(slope);
            self.system_.slope(time, N_VGetArrayPointer(y), values);
            for (std::size_t i = 0; i < self.system_.size; ++i)
                if (!std::isfinite(values[i])) {
                    self.undefined_ = i;
                    return 1;
                }
            return 0;
        });
    }

    static int call_jacobian(double time, N_Vector y, N_Vector, SUNMatrix jacobian, void* data, N_Vector,
                             N_Vector, N_Vector) {
        return guarded(data, [&](Integration& self) {
            double* const values = SUNDenseMatrix_Data(jacobian);
            self.system_.jacobian(time, N_VGetArrayPointer(y), values);
            auto const finite = [](double x) { return std::isfinite(x); };
            return std::all_of(values, values + self.system_.size * self.system_.size, finite) ? 0 : 1;
        });
    }

    static Eigen::Map<Eigen::MatrixXd> whole(SUNMatrix matrix) {
        return {SUNDenseMatrix_Data(matrix), SUNDenseMatrix_Rows(matrix), SUNDenseMatrix_Columns(matrix)};
    }

    static int call_factorise(SUNLinearSolver solver, SUNMatrix matrix) {
        return guarded(solver->content, [&](Integration& self) {
            return self.factorisation_.compute(whole(matrix), self.stop_) ? 0 : 1;
        });
    }

    static int call_solve(SUNLinearSolver solver, SUNMatrix matrix, N_Vector x, N_Vector right, realtype) {
        return guarded(solver->content, [&](Integration& self) {
            N_VScale(1, right, x);
            self.factorisation_.solve(whole(matrix),
                                      Eigen::Map<Eigen::VectorXd>(N_VGetArrayPointer(x), N_VGetLength(x)));
            return 0;
        });
    }

    std::string name(std::size_t i) const {
        return system_.name ? system_.name(i) : fmt::format("component {}", i);
    }

    // The component whose error is largest in units of its tolerance.
    std::string hardest() const {
        auto errors = Vector{N_VClone(y_.get())}, weights = Vector{N_VClone(y_.get())};
        if (CVodeGetEstLocalErrors(memory_.get(), errors.get()) < 0 ||
            CVodeGetErrWeights(memory_.get(), weights.get()) < 0)
            return name(0);
        N_VProd(errors.get(), weights.get(), errors.get());
        double const* const e = N_VGetArrayPointer(errors.get());
        auto const less = [](double a, double b) { return std::abs(a) < std::abs(b); };
        return name(static_cast<std::size_t>(std::max_element(e, e + system_.size, less) - e));
    }

    // Why CVODE gave up, and what helps.
    std::string reason(int status) const {
        switch (status) {
            case CV_FIRST_RHSFUNC_ERR:
            case CV_REPTD_RHSFUNC_ERR:
            case CV_UNREC_RHSFUNC_ERR:
                return fmt::format(
                    "the slope of {} is not a finite number there; check the propensities that change it, or "
                    "ask for earlier times",
                    name(undefined_));
            case CV_TOO_MUCH_ACC:
                return "the tolerance is finer than the rounding errors of the numbers; give a larger one";
            case CV_TOO_CLOSE:
                return "the last time is too close to 0 for a step; give a later one";
            default:
                return fmt::format(
                    "steps had to be too small, for {} above all; it grows without bound or is not smooth "
                    "there, or the tolerance is too fine. Ask for earlier times, or check the propensities "
                    "that change it",
                    hardest());
        }
    }

    [[noreturn]] void fail(int status) const {
        double reached = 0;
        CVodeGetCurrentTime(memory_.get(), &reached);
        throw SolverError(
            system_.file,
            fmt::format("the differential equations cannot be integrated beyond time {:.6g}: {}",
                        std::max(reached, time_), reason(status)));
    }

    OdeSystem const& system_;
    std::atomic<bool> const* stop_;
    Factorisation factorisation_;
    double time_ = 0;
    int idle_ = 0;
    std::size_t undefined_ = 0;
    std::exception_ptr thrown_;
    std::unique_ptr<std::remove_pointer_t<SUNContext>, FreeContext> context_;  // outlives what it made
    Vector y_;
    Matrix matrix_;
    LinearSolver linear_;
    std::unique_ptr<void, FreeMemory> memory_;
};

void check(OdeSystem const& system, std::vector<double> const& start, std::vector<double> const& times,
           OdeTolerance const& tolerance) {
    if (start.size() != system.size)
        throw Error(ExitCode::internal, "a system of differential equations got a start of another size");
    if (!(tolerance.relative > 0 && tolerance.absolute > 0))
        throw InputError("the tolerance of differential equations must be greater than 0, such as 1e-9");
    if (times.empty()) throw InputError("differential equations need at least one time");
    for (std::size_t i = 0; i < times.size(); ++i) {
        double const least = i == 0 ? 0.0 : times[i - 1];
        if (!(times[i] >= least) || !std::isfinite(times[i]))
            throw InputError(fmt::format(
                "times must be finite, at least 0, and ascend; number {} of them is {}, and should be "
                "{} or more",
                i + 1, times[i], least));
    }
}

}  // namespace

std::vector<double> integrate(OdeSystem const& system, std::vector<double> const& start,
                              std::vector<double> const& times, OdeTolerance const& tolerance,
                              std::atomic<bool> const* stop) {
    check(system, start, times, tolerance);
    std::vector<double> result;
    result.reserve(times.size() * system.size);
    std::size_t next = 0;
    for (; next < times.size() && (times[next] == 0 || system.size == 0); ++next)
        result.insert(result.end(), start.begin(), start.end());
    if (next == times.size()) return result;
    Integration integration{system, start, tolerance, stop};
    for (; next < times.size(); ++next) {
        while (integration.time() < times[next]) integration.step(times[next]);
        result.insert(result.end(), integration.now(), integration.now() + system.size);
    }
    return result;
}

}  // namespace fano
