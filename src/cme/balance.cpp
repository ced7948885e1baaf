#include "cme/balance.hpp"

#include <cmath>
#include <numeric>

#include <Eigen/Jacobi>
#include <Eigen/SparseLU>

#include "cme/elimination.hpp"
#include "cme/multilevel.hpp"
#include "fano/error.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

constexpr double longest_factoring = 10;  // [s] that a sparse LU may take

[[noreturn]] void singular() {
    throw SolverError(
        "the balance equations are singular in double precision: parts of the box are connected by rates too "
        "small beside the others; give a --box that holds one of them");
}

class Direct final : public LinearSolver {
public:
    explicit Direct(Columns const& a) {
        lu_.setPivotThreshold(0);  // columns are diagonally dominant: no pivots are needed
        lu_.compute(a);
        if (lu_.info() != Eigen::Success) singular();
    }
    Eigen::VectorXd solve(Eigen::VectorXd const& b) override { return lu_.solve(b); }

private:
    Eigen::SparseLU<Columns> lu_;
};

// Restarted GMRES with an incomplete factorisation on the pattern of A as right preconditioner. Of a matrix like
// this the factors exist and are as stable as the full ones: Meijerink & van der Vorst, Math. Comput. 31, 148 (1977).
class Iterative final : public LinearSolver {
public:
    Iterative(Columns const& a, std::atomic<bool> const* stop) : a_(a), factors_(a), stop_(stop) {
        factorise();
    }

    Eigen::VectorXd solve(Eigen::VectorXd const& b) override {
        Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size());
        double const goal = 1e-6 * b.norm();  // solutions are refined
        if (goal == 0) return x;
        for (int restart = 0; restart < 30; ++restart) {
            Eigen::VectorXd const r = b - a_ * x;
            if (r.norm() <= goal) return x;
            cycle(r, goal, x);
        }
        throw SolverError(
            "the iterative solver of the balance equations does not converge; take a smaller --box");
    }

private:
    static constexpr Eigen::Index vectors = 40;

    void factorise() {
        Eigen::Index const n = factors_.rows();
        diagonal_.assign(static_cast<std::size_t>(n), 0);
        for (Eigen::Index i = 0; i < n; ++i) {
            heed(i % 4096 == 0 ? stop_ : nullptr);
            auto const begin = factors_.outerIndexPtr()[i], end = factors_.outerIndexPtr()[i + 1];
            auto const* const column = factors_.innerIndexPtr();
            double* const value = factors_.valuePtr();
            for (auto k = begin; k < end && column[k] < i; ++k) {
                auto const row = column[k];
                value[k] /= value[diagonal_[static_cast<std::size_t>(row)]];
                // Row i -= factor * row, on the pattern of row i.
                auto at = k + 1;
                for (auto j = diagonal_[static_cast<std::size_t>(row)] + 1;
                     j < factors_.outerIndexPtr()[row + 1]; ++j) {
                    while (at < end && column[at] < column[j]) ++at;
                    if (at == end) break;
                    if (column[at] == column[j]) value[at] -= value[k] * value[j];
                }
            }
            auto at = begin;
            while (at < end && column[at] < i) ++at;
            if (at == end || column[at] != i || value[at] == 0) singular();
            diagonal_[static_cast<std::size_t>(i)] = at;
        }
    }

    Eigen::VectorXd precondition(Eigen::VectorXd x) const {
        auto const* const column = factors_.innerIndexPtr();
        double const* const value = factors_.valuePtr();
        for (Eigen::Index i = 0; i < x.size(); ++i) {
            double sum = x[i];
            for (auto k = factors_.outerIndexPtr()[i]; k < diagonal_[static_cast<std::size_t>(i)]; ++k)
                sum -= value[k] * x[column[k]];
            x[i] = sum;
        }
        for (Eigen::Index i = x.size(); i-- > 0;) {
            double sum = x[i];
            auto const d = diagonal_[static_cast<std::size_t>(i)];
            for (auto k = d + 1; k < factors_.outerIndexPtr()[i + 1]; ++k) sum -= value[k] * x[column[k]];
            x[i] = sum / value[d];
        }
        return x;
    }

    void cycle(Eigen::VectorXd const& r, double goal, Eigen::VectorXd& x) {
        Eigen::MatrixXd basis(r.size(), vectors + 1), h = Eigen::MatrixXd::Zero(vectors + 1, vectors);
        double const start = r.norm();
        basis.col(0) = r / start;
        Eigen::VectorXd g = Eigen::VectorXd::Zero(vectors + 1);
        g[0] = start;
        std::vector<Eigen::JacobiRotation<double>> turns;
        Eigen::Index m = 0;
        while (m < vectors) {
            heed(stop_);
            Eigen::VectorXd w = a_ * precondition(basis.col(m));
            for (int pass = 0; pass < 2; ++pass) {
                Eigen::VectorXd const along = basis.leftCols(m + 1).transpose() * w;
                w.noalias() -= basis.leftCols(m + 1) * along;
                h.col(m).head(m + 1) += along;
            }
            h(m + 1, m) = w.norm();
            if (h(m + 1, m) > 0) basis.col(m + 1) = w / h(m + 1, m);
            for (std::size_t k = 0; k < turns.size(); ++k)
                h.col(m).applyOnTheLeft(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(k) + 1,
                                        turns[k].adjoint());
            Eigen::JacobiRotation<double> turn;
            turn.makeGivens(h(m, m), h(m + 1, m));
            h.col(m).applyOnTheLeft(m, m + 1, turn.adjoint());
            g.applyOnTheLeft(m, m + 1, turn.adjoint());
            turns.push_back(turn);
            ++m;
            if (std::abs(g[m]) <= goal) break;
        }
        Eigen::VectorXd const y = h.topLeftCorner(m, m).triangularView<Eigen::Upper>().solve(g.head(m));
        x += precondition(basis.leftCols(m) * y);
    }

    using Rows = Eigen::SparseMatrix<double, Eigen::RowMajor>;
    Rows a_, factors_;
    std::vector<Rows::StorageIndex> diagonal_;
    std::atomic<bool> const* stop_;
};

// A x from what flows between states, in long double.
Eigen::VectorXd net_flow(Columns const& a, Eigen::VectorXd const& x, double& all) {
    std::vector<long double> net(static_cast<std::size_t>(x.size()));
    long double total = 0;
    for (Eigen::Index column = 0; column < a.outerSize(); ++column)
        for (Columns::InnerIterator e(a, column); e; ++e) {
            if (e.row() == column) continue;
            long double const flow = static_cast<long double>(e.value()) * x[column];
            net[static_cast<std::size_t>(e.row())] += flow;
            net[static_cast<std::size_t>(column)] -= flow;
            total += flow;
        }
    all = static_cast<double>(total);
    Eigen::VectorXd found(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i)
        found[i] = static_cast<double>(net[static_cast<std::size_t>(i)]);
    return found;
}

}  // namespace

Columns part_of(Columns const& a, std::vector<std::uint64_t> const& members, std::uint64_t without) {
    std::vector<int> place(static_cast<std::size_t>(a.cols()), -1);
    int size = 0;
    for (auto state : members)
        if (state != without) place[state] = size++;
    if (size == a.cols()) return a;
    std::vector<Eigen::Triplet<double>> entries;
    entries.reserve(static_cast<std::size_t>(a.nonZeros()));
    for (auto state : members)
        for (Columns::InnerIterator e(a, static_cast<Eigen::Index>(state)); e; ++e)
            if (place[state] >= 0 && place[static_cast<std::size_t>(e.row())] >= 0)
                entries.emplace_back(place[static_cast<std::size_t>(e.row())], place[state], e.value());
    Columns part(size, size);
    part.setFromTriplets(entries.begin(), entries.end());
    return part;
}

std::unique_ptr<LinearSolver> make_solver(Columns const& a, bool direct, std::atomic<bool> const* stop) {
    if (direct) return std::make_unique<Direct>(a);
    return std::make_unique<Iterative>(a, stop);
}

Balance solve_balance(Columns const& a, Eigen::VectorXd const& guess, double factoring,
                      std::atomic<bool> const* stop) {
    Eigen::Index const n = a.rows();
    if (n == 1) return {Eigen::VectorXd::Ones(1), 0, "direct"};
    heed(stop);
    double flows = 0;
    auto const found = [&](Eigen::VectorXd const& x, char const* method) -> Balance {
        return {x, net_flow(a, x, flows).lpNorm<1>() / flows, method};
    };
    if (auto const elimination = Elimination::of(a, Eigen::VectorXd::Zero(n), stop))
        return found(elimination->stationary(), "elimination");
    if (auto const x = solve_by_levels(a, guess, stop)) return found(*x, "levels");
    bool const direct = factoring < longest_factoring;
    // The state that is thought likeliest keeps its value; the others follow.
    Eigen::Index pinned = 0;
    guess.maxCoeff(&pinned);
    std::vector<std::uint64_t> states(static_cast<std::size_t>(n));
    std::iota(states.begin(), states.end(), 0);
    auto const solver = make_solver(part_of(a, states, static_cast<std::uint64_t>(pinned)), direct, stop);
    Eigen::VectorXd x = guess;
    if (!(x[pinned] > 0)) x = Eigen::VectorXd::Unit(n, pinned);
    double residual = 1;
    for (int round = 0; round < 12; ++round) {
        heed(stop);
        Eigen::VectorXd const r = net_flow(a, x, flows);
        double const now = r.lpNorm<1>() / flows;
        if (round > 0 && (now > residual / 2 || now < 1e-18)) break;
        residual = now;
        Eigen::VectorXd rest(n - 1);
        rest << r.head(pinned), r.tail(n - 1 - pinned);
        Eigen::VectorXd const change = solver->solve(rest);
        x.head(pinned) -= change.head(pinned);
        x.tail(n - 1 - pinned) -= change.tail(n - 1 - pinned);
        x /= x.sum();
    }
    x = x.cwiseMax(0);
    x /= x.sum();
    return found(x, direct ? "direct" : "gmres");
}

Lasting solve_lasting(Columns const& a, Eigen::VectorXd const& exits, double factoring,
                      std::atomic<bool> const* stop) {
    auto const elimination = Elimination::of(a, exits, stop);
    bool const direct = factoring < longest_factoring;
    auto const solver = elimination ? nullptr : make_solver(a, direct, stop);
    Lasting found{Eigen::VectorXd::Constant(a.rows(), 1.0 / static_cast<double>(a.rows())), 0,
                  elimination ? "elimination"
                  : direct    ? "direct"
                              : "gmres"};
    for (int round = 0; round < 10000; ++round) {
        heed(stop);
        Eigen::VectorXd const next = elimination ? elimination->times(found.x) : -solver->solve(found.x);
        double const time = next.sum();  // mean time until a loss, from x
        double const change = (next / time - found.x).lpNorm<1>();
        found.x = next / time;
        found.rate = 1 / time;
        if (change < 1e-13) return found;
    }
    throw SolverError("no single distribution lasts longest: two are lost at the same rate");
}

}  // namespace fano
