// The factorisation by blocks, of sizes around those of a block.
#include "meanfield/factorisation.hpp"

#include <random>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "fano/error.hpp"

namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using fano::Factorisation;

MatrixXd random_matrix(Eigen::Index n) {
    std::mt19937 engine{7};
    std::normal_distribution<double> normal;
    return MatrixXd::NullaryExpr(n, n, [&] { return normal(engine); });
}

TEST(Factorisation, SolvesWhatItWasGiven) {
    for (Eigen::Index const n : {1, 2, 63, 64, 65, 128, 200}) {
        MatrixXd const a = random_matrix(n);
        VectorXd const x = VectorXd::LinSpaced(n, -1, 3);
        MatrixXd work = a;
        VectorXd found = a * x;
        Factorisation factorisation;
        ASSERT_TRUE(factorisation.compute(work)) << n;
        factorisation.solve(work, found);
        EXPECT_LT((found - x).norm(), 1e-10 * x.norm()) << n;
    }
}

TEST(Factorisation, AZeroOnTheDiagonalIsNoObstacle) {
    MatrixXd work{{0, 2}, {3, 0}};
    VectorXd x{{4, 9}};
    Factorisation factorisation;
    ASSERT_TRUE(factorisation.compute(work));
    factorisation.solve(work, x);
    EXPECT_EQ(x, (VectorXd{{3, 2}}));
}

TEST(Factorisation, SingularMatricesAreTold) {
    MatrixXd zero = MatrixXd::Zero(3, 3), twice = MatrixXd::Ones(2, 2), undefined = random_matrix(70);
    undefined(69, 69) = std::nan("");
    Factorisation factorisation;
    EXPECT_FALSE(factorisation.compute(zero));
    EXPECT_FALSE(factorisation.compute(twice));
    EXPECT_FALSE(factorisation.compute(undefined));
}

TEST(Factorisation, StopsWhenAsked) {
    std::atomic<bool> const stop{true};
    MatrixXd work = random_matrix(3);
    EXPECT_THROW(Factorisation{}.compute(work, &stop), fano::Interrupted);
}

}  // namespace
