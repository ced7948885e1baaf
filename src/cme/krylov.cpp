// exp(tA) p from a Krylov space of A: Arnoldi's process, orthogonal to the last two vectors only (incomplete
// orthogonalisation: Gaudreault, Rainwater & Tokman, J. Comput. Phys. 372, 236 (2018)). The relation
// A V = V H + h v e^T, on which the residual rests, holds whatever the angles between the vectors are.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cme/propagator.hpp"
#include "cme/small_exponential.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

class Krylov final : public Propagator {
public:
    using Propagator::Propagator;

    Advance advance(Generator const& a, std::vector<double>& p, double time, double tolerance) override {
        n_ = p.size();
        int const vectors = best_number();
        make_room(static_cast<std::size_t>(vectors) + 1);
        std::copy(p.begin(), p.end(), vector(0));
        length_.assign(1, length_of(p));
        if (length_[0] == 0 || time == 0 || a.largest_exit() == 0) return {time, 0};
        double const start = length_[0];
        sizes_.assign(1, sum_of_sizes(p) / start);
        Eigen::MatrixXd h = Eigen::MatrixXd::Zero(vectors + 1, vectors);
        for (int m = 1; m <= vectors; ++m) {
            heed(stop_);
            double const size = extend(a, h, m - 1);
            bool const exact = length_.back() <= 1e-14 * std::abs(h(m - 1, m - 1));
            bool const last = m == vectors || exact;
            // Each look costs more than many vectors of a small system: only where the last step says that it may do.
            if (!last && (m % 10 != 0 || m < enough_ || time > 4 * reached_)) continue;
            // Of a vector of the basis, A v is computed with an error of about this, in sum of sizes.
            double const rounding = std::numeric_limits<double>::epsilon() * 2 * a.largest_exit() * start;
            SmallError const error{Eigen::RowVectorXd::Unit(m, m - 1), exact ? 0 : start * size,
                                   rounding * Eigen::Map<Eigen::RowVectorXd const>(sizes_.data(), m)};
            auto const found = longest_step(h.topLeftCorner(m, m), error, time, tolerance, last, false);
            if (found.time == 0) continue;
            enough_ = found.time == time ? m - 10 : vectors;
            reached_ = found.time;
            combine(a, p, start * found.state);
            return {found.time, found.error};
        }
        return {0, 0};
    }

private:
    // More vectors take longer steps. Of small systems, the dense part would take longer than the vectors; of large ones,
    // they would not fit.
    int best_number() const {
        constexpr std::size_t most_bytes = 4'000'000'000;
        if (n_ < 60) return static_cast<int>(n_);
        return static_cast<int>(std::clamp<std::size_t>(most_bytes / (8 * n_), 20, n_ < 100'000 ? 60 : 100));
    }

    // One block for all vectors, which is kept from step to step and not filled: to touch new memory takes longer than
    // to compute with it.
    void make_room(std::size_t vectors) {
        stride_ = (n_ + 511) / 512 * 512 + 72;  // so that no two vectors begin at the same place of a page
        if (stride_ * vectors <= room_) return;
        room_ = stride_ * vectors + stride_ * vectors / 4;
        basis_.reset();
        basis_ = std::make_unique_for_overwrite<double[]>(room_);
    }
    double* vector(std::size_t k) { return basis_.get() + k * stride_; }

    static double length_of(std::vector<double> const& x) {
        double sums[2];
        row_kernels().two_products(x.data(), x.data(), x.data(), x.size(), sums);
        return std::sqrt(sums[0]);
    }

    template <class Work>
    void each_part(Generator const& a, Work work) {
        auto const run = [&](unsigned member, unsigned members) {
            auto const [first, last] = share_of(a.parts(), member, members);
            for (auto part = first; part < last; ++part) {
                auto const [begin, end] = a.part_states(part);
                work(part, begin, end);
            }
        };
        if (n_ < 4096)
            run(0, 1);
        else
            team_.run([&](unsigned member) { run(member, team_.size()); });
    }

    // Appends A v_j, made orthogonal to v_j and the one before. The vectors are kept unscaled, with their lengths.
    // Returns the sum of sizes of the new vector; its length is H[j + 1][j].
    double extend(Generator const& a, Eigen::MatrixXd& h, int j) {
        ++products_;
        auto const at = static_cast<std::size_t>(j);
        double const scale = 1 / length_[at];
        int const first = std::max(0, j - 1);
        std::vector<double> dots[2];
        for (auto& d : dots) d.resize(a.parts());
        double const* const v = vector(at);
        double const* const before = vector(static_cast<std::size_t>(first));
        double* const w = vector(at + 1);
        each_part(a, [&](std::size_t part, std::uint64_t begin, std::uint64_t end) {
            a.update(part, {0, scale}, v, w);
            double sums[2];
            row_kernels().two_products(w + begin, v + begin, before + begin, end - begin, sums);
            dots[0][part] = sums[0];
            dots[1][part] = sums[1];
        });
        double const with_v = sum(dots[0]) / length_[at];
        double const with_before = j > 0 ? sum(dots[1]) / length_[static_cast<std::size_t>(first)] : 0;
        h(j, j) = with_v;
        if (j > 0) h(j - 1, j) = with_before;
        double const c = with_v / length_[at],
                     d = j > 0 ? with_before / length_[static_cast<std::size_t>(first)] : 0;
        each_part(a, [&](std::size_t part, std::uint64_t begin, std::uint64_t end) {
            double sums[2];
            row_kernels().subtract_two(w + begin, c, v + begin, d, before + begin, end - begin, sums);
            dots[0][part] = sums[0];
            dots[1][part] = sums[1];
        });
        length_.resize(at + 1);
        length_.push_back(std::sqrt(sum(dots[0])));
        h(j + 1, j) = length_.back();
        double const size = sum(dots[1]);
        sizes_.push_back(size / length_.back());
        return size;
    }

    void combine(Generator const& a, std::vector<double>& p, Eigen::VectorXd const& coefficients) {
        std::vector<double> scaled;
        std::vector<double const*> vectors;
        for (Eigen::Index k = 0; k < coefficients.size(); ++k) {
            scaled.push_back(coefficients[k] / length_[static_cast<std::size_t>(k)]);
            vectors.push_back(vector(static_cast<std::size_t>(k)));
        }
        each_part(a, [&](std::size_t, std::uint64_t begin, std::uint64_t end) {
            row_kernels().combine(p.data(), static_cast<std::uint32_t>(vectors.size()), scaled.data(),
                                  vectors.data(), begin, end);
        });
    }

    int enough_ = 0;  // vectors below which the last step was not good enough
    double reached_ = 0;
    std::size_t n_ = 0, stride_ = 0, room_ = 0;
    std::unique_ptr<double[]> basis_;
    std::vector<double> length_, sizes_;  // Euclidean; of the vectors made that long 1, sum of sizes
};

}  // namespace

std::unique_ptr<Propagator> make_krylov(Team& team, std::atomic<bool> const* stop) {
    return std::make_unique<Krylov>(team, stop);
}

}  // namespace fano
