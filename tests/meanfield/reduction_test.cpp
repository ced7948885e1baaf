// The reduction by conservation laws, held to what defines it.
#include "meanfield/reduction.hpp"

#include "support/gallery.hpp"

namespace fano::test {
namespace {

class ReductionOf : public ::testing::TestWithParam<std::string> {};

TEST_P(ReductionOf, EveryReactionMovesAllSpeciesAsItMovesTheFreeOnes) {
    auto const network = gallery_network(GetParam());
    Eigen::MatrixXd const s = stoichiometry(network);
    auto const reduction = reduce(s);
    EXPECT_EQ(reduction.free.size() + reduction.bound.size(), network.species.size());
    EXPECT_LT((reduction.link * s(reduction.free, Eigen::all) - s).norm(), 1e-12);
    EXPECT_TRUE(reduction.link(reduction.free, Eigen::all).isIdentity(0));
    Eigen::VectorXd counts = Eigen::VectorXd::LinSpaced(s.rows(), 3, 40);
    Eigen::VectorXd const before = reduction.conserved(counts);
    for (Eigen::Index r = 0; r < s.cols(); ++r) {
        counts += static_cast<double>(r + 1) * s.col(r);
        EXPECT_LT((reduction.conserved(counts) - before).norm(), 1e-9) << r;
    }
}

INSTANTIATE_TEST_SUITE_P(Gallery, ReductionOf, ::testing::ValuesIn(gallery()), test_name);

TEST(Reduction, TwoLawsBindTwoSpecies) {
    // A + B -> C: B follows from A, and C too.
    auto const reduction = reduce(Eigen::MatrixXd{{-1}, {-1}, {1}});
    EXPECT_EQ(reduction.free, (std::vector<Eigen::Index>{0}));
    EXPECT_EQ(reduction.bound, (std::vector<Eigen::Index>{1, 2}));
    EXPECT_EQ(reduction.link, (Eigen::MatrixXd{{1}, {1}, {-1}}));
    EXPECT_EQ(reduction.conserved(Eigen::Vector3d{5, 7, 1}), (Eigen::VectorXd{{2, 6}}));
}

TEST(Reduction, WhereNothingMovesAllIsBound) {
    auto const reduction = reduce(Eigen::MatrixXd::Zero(2, 3));
    EXPECT_TRUE(reduction.free.empty());
    EXPECT_EQ(reduction.link.cols(), 0);
}

TEST(Reduction, OfAJacobianHasTheSlopesAlongTheMotion) {
    // dx_0/dt = -x_0 + 3 x_1 while x_1 = total - x_0.
    auto const reduction = reduce(Eigen::MatrixXd{{-1, 1}, {1, -1}});
    EXPECT_EQ(reduction.jacobian(Eigen::MatrixXd{{-1, 3}, {1, -3}}), (Eigen::MatrixXd{{-4}}));
}

}  // namespace
}  // namespace fano::test
