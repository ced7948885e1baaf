// The Lyapunov equation against solutions known beforehand.
#include "meanfield/lyapunov.hpp"

#include <random>

#include <gtest/gtest.h>

#include "fano/error.hpp"

namespace {

using Eigen::MatrixXd;
using fano::solve_lyapunov;

MatrixXd random_matrix(Eigen::Index n, unsigned seed) {
    std::mt19937 engine{seed};
    std::normal_distribution<double> normal;
    return MatrixXd::NullaryExpr(n, n, [&] { return normal(engine); });
}

// Eigenvalues with real parts below -0.5, some of them complex.
MatrixXd stable_matrix(Eigen::Index n, unsigned seed) {
    MatrixXd const a = random_matrix(n, seed);
    return a - (a.eigenvalues().real().maxCoeff() + 0.5) * MatrixXd::Identity(n, n);
}

void expect_recovered(MatrixXd const& a, MatrixXd const& x, double tolerance) {
    MatrixXd const found = solve_lyapunov(a, -(a * x + x * a.transpose()));
    EXPECT_LT((found - x).norm(), tolerance * x.norm());
    EXPECT_EQ(found, found.transpose());
}

TEST(Lyapunov, OneDimensionIsADivision) {
    MatrixXd const a = MatrixXd::Constant(1, 1, -4), q = MatrixXd::Constant(1, 1, 6);
    EXPECT_DOUBLE_EQ(solve_lyapunov(a, q)(0, 0), 0.75);
}

TEST(Lyapunov, NoDimensionsAreNoTrouble) {
    EXPECT_EQ(solve_lyapunov(MatrixXd(0, 0), MatrixXd(0, 0)).size(), 0);
}

TEST(Lyapunov, SolutionsOfRandomStableMatricesAreRecovered) {
    for (unsigned seed = 1; seed <= 5; ++seed)
        for (Eigen::Index n : {2, 3, 8, 30}) {
            MatrixXd const root = random_matrix(n, 100 + seed);
            expect_recovered(stable_matrix(n, seed), root * root.transpose(), 1e-11);
        }
}

// More sweeps than are done between two looks at the request to stop.
TEST(Lyapunov, LargeMatricesAreSolvedInParts) {
    MatrixXd const half = random_matrix(60, 3);
    expect_recovered(stable_matrix(60, 2), half * half.transpose(), 1e-9);
}

TEST(Lyapunov, StopsWhenAsked) {
    std::atomic<bool> const stop{true};
    MatrixXd const a = stable_matrix(3, 1);
    EXPECT_THROW(solve_lyapunov(a, a * a.transpose(), &stop), fano::Interrupted);
}

TEST(Lyapunov, EntriesThatAreNoNumbersAreTold) {
    MatrixXd const a = MatrixXd::Constant(3, 3, std::nan(""));
    EXPECT_THROW(solve_lyapunov(a, a), fano::SolverError);
}

TEST(Lyapunov, AMatrixWithoutABasisOfEigenvectorsIsSolved) {
    MatrixXd a(3, 3);
    a << -1, 1, 0, 0, -1, 1, 0, 0, -1;
    MatrixXd const root = random_matrix(3, 7);
    expect_recovered(a, root * root.transpose(), 1e-13);
}

TEST(Lyapunov, RatesThatDifferAMillionfoldAreSolved) {
    MatrixXd a(2, 2);
    a << -1e6, 0, 1, -1;
    MatrixXd x(2, 2);
    x << 2, 0.5, 0.5, 3;
    expect_recovered(a, x, 1e-12);
}

// A solution that is not symmetric positive is a solution too: unstable matrices without opposite eigenvalues.
TEST(Lyapunov, StabilityIsNotNeededButOppositeEigenvaluesAreForbidden) {
    MatrixXd a(2, 2);
    a << 1, 2, 0, 3;
    expect_recovered(a, MatrixXd::Identity(2, 2), 1e-13);
}

}  // namespace
