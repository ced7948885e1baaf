// A generator on a device that is the host.
#pragma once

#include "cme/device_generator.hpp"
#include "cme/row_sizes.hpp"
#include "support/stand_in_gpu.hpp"

namespace fano::test {

// As a grid of threads would, thread by thread.
template <std::uint32_t states_a_thread>
void update_by_threads(Generator const& a, std::uint32_t lanes, Update const& u, double const* x, double* y) {
    auto const pieces = static_cast<std::uint32_t>(row_sizes(a).pieces);
    for (std::uint32_t piece = 0; piece < pieces; ++piece)
        for (std::uint32_t lane = 0; lane < lanes; ++lane)
            kernels::update_piece<states_a_thread>(a.view(), piece, lane, lanes, u, x, y);
}

// A device whose memory is the host's and whose threads take turns.
class HostGenerator final : public DeviceGenerator {
public:
    explicit HostGenerator(Generator const& a) : a_(a) {}
    DeviceForm form() const override { return DeviceForm::rows; }
    Accelerator& device() override { return device_; }
    void update(Update const& u, double const* x, double* y) override {
        update_by_threads<4>(a_, 32, u, x, y);
    }
    void take(Steps const& s, std::uint64_t count) override {
        double* const vectors[] = {s.x, s.y};
        for (std::uint64_t k = 0; k < count; ++k)
            update({1, s.scale, kernels::weight_of(*s.schedule, k), s.sum}, vectors[k % 2],
                   vectors[(k + 1) % 2]);
        s.schedule->done += count;
    }
    void add(double weight, double const* x, double* sum) override {
        for (std::uint64_t i = 0; i < a_.size(); ++i) sum[i] += weight * x[i];
    }
    double distance(double const* x, double const* y) override {
        double sum = 0;
        for (std::uint64_t i = 0; i < a_.size(); ++i) sum += std::abs(x[i] - y[i]);
        return sum;
    }
    double mass(double const* x) override { return sum({x, a_.size()}); }

private:
    Generator const& a_;
    StandInGpu device_{std::size_t{1} << 24};
};

inline std::unique_ptr<DeviceGenerator> on_the_host(Generator const& a) {
    return std::make_unique<HostGenerator>(a);
}

}  // namespace fano::test
