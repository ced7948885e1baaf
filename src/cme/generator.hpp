// The generator A of the master equation on a set of states: dp/dt = A p.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include <Eigen/SparseCore>

#include "cme/apply.hpp"
#include "cme/laws.hpp"
#include "cme/state_set.hpp"
#include "cme/targets.hpp"
#include "cme/team.hpp"
#include "kernels/cme/row_view.hpp"

namespace fano {

// What becomes of reactions that lead out of the set of states.
enum class Edge {
    absorbing,   // they take probability away: columns sum to less than 0 there
    reflecting,  // they do not happen
};

// When propensities are taken: (1 - weight) of those at `time` and `weight` of those at `other`.
struct Instant {
    double time = 0;
    double other = 0;
    double weight = 0;
};

// Reactions that lead out of the set.
struct Leak {
    std::uint64_t first, size;  // the states that they leave
    std::uint64_t table;
    double rate;
    std::uint32_t reaction;
    Interval target;  // where they lead, unless a count does not fit there
    bool fits;
};

using Update = kernels::RowUpdate;

class Generator {
public:
    // `states` hold those of all targets, if there are any.
    Generator(Network const& network, Coordinates const& coordinates, Laws& laws, StateSet const& states,
              Instant const& when = {}, Edge edge = Edge::absorbing, Targets const& targets = {});

    std::uint64_t id() const { return id_; }  // of this generator and no other, not 0
    std::uint64_t size() const { return states_.size(); }
    // Whether a vector is larger than the caches of processors, so that a step had better not fill them with its result.
    bool outgrows_caches() const { return size() >= std::uint64_t{1} << 22; }
    double time() const { return time_; }  // at which propensities are taken
    StateSet const& states() const { return states_; }
    double largest_exit() const { return largest_exit_; }        //!< [1/time] of any state
    std::int64_t longest_axis() const { return longest_axis_; }  // different counts of the species with most
    std::vector<Leak> const& leaks() const { return leaks_; }
    NetworkReaction const& reaction(std::size_t r) const { return network_.reactions[r]; }
    double flux(Leak const& leak, std::span<double const> p) const;
    std::vector<double> leak_rates() const;  //!< [state] [1/time] of all leaks

    // Parts of the work of equal size: y of a part's states. May be called for different parts at once.
    std::size_t parts() const { return first_piece_.size() - 1; }
    void update(std::size_t part, Update const& update, double const* x, double* y) const;
    std::pair<std::uint64_t, std::uint64_t> part_states(std::size_t part) const;
    // All of it.
    void update(Team& team, Update const& u, double const* x, double* y) const;

    using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
    Matrix matrix() const;
    std::uint64_t nonzeros() const;
    std::vector<double> exits() const;  //!< [state] -A[i][i]

    // Whether there are states in which some propensity is negative or not a number.
    bool doubtful() const { return !suspects_.empty(); }
    // Throws SolverError if there is probability where a propensity is negative or not a number.
    void check(std::span<double const> p) const;

    kernels::RowView view() const {
        return {pieces_.data(), segments_.data(), exits_.data(), scraps_.data(), values_.data()};
    }

private:
    struct Suspect {
        std::uint64_t state;
        std::uint32_t reaction;
        double value;
    };
    // A run of states in one row that a reaction moves to a run in one row.
    struct Flow {
        std::uint64_t source, target, size, table;
        double rate;
    };

    void evaluate(Instant const& when);
    void evaluate_rows(double time, double weight);
    template <class Use>
    void good_parts(std::uint32_t reaction, std::size_t row, Use use);
    void connect(std::uint32_t reaction, Edge edge, Targets const& targets, std::vector<Flow>& in,
                 std::vector<Flow>& out);
    void cut(std::vector<Flow> const& arriving, std::vector<Flow> const& leaving);
    void arrange(kernels::RowPiece& piece, std::span<kernels::RowScrap> in, std::span<kernels::RowScrap> out);
    // Calls use(target state, source state, rate) for every entry of A off the diagonal, then for parts of it.
    template <class Use>
    void for_entries(Use use) const;
    void share(std::size_t parts);

    void step(std::uint32_t first, std::uint32_t last, Update const& u, double const* x, double* y) const {
        row_kernels().step_rows(view(), first, last, u, x, y);
    }

    std::uint64_t const id_;
    double const time_;
    Network const& network_;
    Coordinates const& coordinates_;
    Laws& laws_;
    StateSet const states_;
    std::int64_t first_along_ = 0;         // of the tables
    std::vector<double> row_factors_;      //!< [reaction][row]
    std::vector<std::uint64_t> table_at_;  //!< [reaction] of the last axis at first_along_, or of state 0
    std::vector<bool> table_good_;         //!< [reaction] all values finite and not negative
    std::vector<double> values_;
    std::vector<kernels::RowPiece> pieces_;
    std::vector<kernels::RowSegment> segments_;
    std::vector<kernels::RowExit> exits_;
    std::vector<kernels::RowScrap> scraps_;
    std::vector<std::uint32_t> first_piece_;  //!< [part + 1]
    std::vector<Leak> leaks_;
    std::vector<Suspect> suspects_;
    double largest_exit_ = 0;
    std::int64_t longest_axis_ = 1;
};

}  // namespace fano
