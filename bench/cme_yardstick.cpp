#include "bench/cme_yardstick.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunmatrix/sunmatrix_sparse.h>

namespace yardstick {

namespace {

constexpr int most_vectors = 50;  // of GMRES; with 5, as CVODE has it, stiff problems take longer

struct System {
    Matrix a;
    std::vector<double> diagonal;
};

void times(void* system, N_Vector x, N_Vector y) {
    auto const& a = static_cast<System*>(system)->a;
    update(a, 0, a.size(), 0, 1, N_VGetArrayPointer(x), N_VGetArrayPointer(y));
}

int slope(realtype, N_Vector y, N_Vector result, void* system) {
    times(system, y, result);
    return 0;
}

int jacobian_times(N_Vector v, N_Vector result, realtype, N_Vector, N_Vector, void* system, N_Vector) {
    times(system, v, result);
    return 0;
}

// Solves (1 - gamma D) z = r, D the diagonal of A.
int precondition(realtype, N_Vector, N_Vector, N_Vector r, N_Vector z, realtype gamma, realtype, int,
                 void* system) {
    auto const& diagonal = static_cast<System*>(system)->diagonal;
    double const* const from = N_VGetArrayPointer(r);
    double* const to = N_VGetArrayPointer(z);
    for (std::size_t i = 0; i < diagonal.size(); ++i) to[i] = from[i] / (1 - gamma * diagonal[i]);
    return 0;
}

int jacobian(realtype, N_Vector, N_Vector, SUNMatrix matrix, void* system, N_Vector, N_Vector, N_Vector) {
    auto const& a = static_cast<System*>(system)->a;
    std::copy(a.starts.begin(), a.starts.end(), SUNSparseMatrix_IndexPointers(matrix));
    std::copy(a.columns.begin(), a.columns.end(), SUNSparseMatrix_IndexValues(matrix));
    std::copy(a.values.begin(), a.values.end(), SUNSparseMatrix_Data(matrix));
    return 0;
}

void require(int result) {
    if (result < 0) throw std::runtime_error("CVODE gave up: " + std::string(CVodeGetReturnFlagName(result)));
}

}  // namespace

void update(Matrix const& a, std::size_t begin, std::size_t end, double keep, double scale, double const* x,
            double* y) {
    for (std::size_t i = begin; i < end; ++i) {
        double sum = 0;
        for (int k = a.starts[i]; k < a.starts[i + 1]; ++k) {
            auto const at = static_cast<std::size_t>(k);
            sum += a.values[at] * x[a.columns[at]];
        }
        y[i] = keep * x[i] + scale * sum;
    }
}

std::vector<double> backward_differences(Matrix const& a, std::vector<double> const& p, double time,
                                         double relative, double absolute, Solver solver) {
    System system{a, std::vector<double>(a.size())};
    for (std::size_t i = 0; i < a.size(); ++i)
        for (auto k = static_cast<std::size_t>(a.starts[i]); k < static_cast<std::size_t>(a.starts[i + 1]);
             ++k)
            if (static_cast<std::size_t>(a.columns[k]) == i) system.diagonal[i] = a.values[k];

    SUNContext context = nullptr;
    require(SUNContext_Create(nullptr, &context));
    auto const size = static_cast<sunindextype>(p.size());
    N_Vector const y = N_VNew_Serial(size, context);
    std::copy(p.begin(), p.end(), N_VGetArrayPointer(y));
    void* memory = CVodeCreate(CV_BDF, context);
    require(CVodeInit(memory, slope, 0, y));
    require(CVodeSetUserData(memory, &system));
    require(CVodeSStolerances(memory, relative, absolute));
    SUNMatrix matrix = nullptr;
    SUNLinearSolver linear = nullptr;
    if (solver == Solver::direct) {
        matrix = SUNSparseMatrix(size, size, static_cast<sunindextype>(a.values.size()), CSR_MAT, context);
        linear = SUNLinSol_KLU(y, matrix, context);
        SUNLinSol_KLUSetOrdering(linear, 0);  // AMD, for patterns that are nearly symmetric
        require(CVodeSetLinearSolver(memory, linear, matrix));
        require(CVodeSetJacFn(memory, jacobian));
    } else {
        bool const diagonal = solver == Solver::gmres_diagonal;
        linear = SUNLinSol_SPGMR(y, diagonal ? SUN_PREC_LEFT : SUN_PREC_NONE, most_vectors, context);
        require(CVodeSetLinearSolver(memory, linear, nullptr));
        require(CVodeSetJacTimes(memory, nullptr, jacobian_times));
        if (diagonal) require(CVodeSetPreconditioner(memory, nullptr, precondition));
    }
    require(CVodeSetMaxNumSteps(memory, -1));
    require(CVodeSetStopTime(memory, time));
    double reached = 0;
    require(CVode(memory, time, y, &reached, CV_NORMAL));
    std::vector<double> const result(N_VGetArrayPointer(y), N_VGetArrayPointer(y) + p.size());

    CVodeFree(&memory);
    SUNLinSolFree(linear);
    SUNMatDestroy(matrix);
    N_VDestroy(y);
    SUNContext_Free(&context);
    return result;
}

}  // namespace yardstick
