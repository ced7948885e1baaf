// The loop of uniformization.cpp around vectors that stay on a device.
#include <algorithm>

#include "cme/device_generator.hpp"
#include "cme/poisson_weights.hpp"
#include "meanfield/stop.hpp"

namespace fano {

namespace {

class DeviceUniformization final : public Propagator {
public:
    DeviceUniformization(Team& team, std::atomic<bool> const* stop, MakeDeviceGenerator make)
        : Propagator(team, stop), make_(std::move(make)) {}

    Advance advance(Generator const& a, std::vector<double>& p, double time, double tolerance) override {
        double const q = a.largest_exit();
        if (q == 0 || time == 0) return {time, 0};
        settle(a);
        auto& device = generator_->device();
        auto const poisson = poisson_weights(q * time, tolerance / 2);
        DeviceArray<double> const weights(device, poisson.weights);
        kernels::RowSchedule const schedule{weights.data(), poisson.first, poisson.weights.size(), 0};
        device.upload(schedule_.data(), &schedule, sizeof schedule);
        x_.upload(p);
        sum_.clear();
        DeviceGenerator::Steps steps{1 / q,       x_.data(),        y_.data(),
                                     sum_.data(), schedule_.data(), a.size() <= most_captured_states};
        std::uint64_t const last = poisson.last();
        double weight = poisson.weights.back(), change = 0;
        std::uint64_t k = 0;
        while (k < last) {
            heed(stop_);
            std::uint64_t const count = std::min<std::uint64_t>(last - k, run_length(a.size()));
            generator_->take(steps, count);
            if (count % 2 == 1) std::swap(steps.x, steps.y);
            k += count;
            products_ += count;
            // P never enlarges a difference: if a step changes little, all that follow together change at
            // most as often as much.
            double const after = generator_->distance(steps.x, steps.y) * static_cast<double>(last - k);
            if (after > tolerance / 2) continue;
            weight = 0;
            for (std::uint64_t j = std::max(k, poisson.first); j <= last; ++j)
                weight += poisson.weights[j - poisson.first];
            change = after;
            break;
        }
        generator_->add(weight, steps.x, sum_.data());
        device.download(p.data(), sum_.data(), p.size() * sizeof(double));
        return {time, poisson.left_out + change, poisson.left_out, rounding(k)};
    }

private:
    static double rounding(std::uint64_t steps) { return 2.2e-16 * (8 + static_cast<double>(steps)); }

    // Steps between looks at the world, about a millisecond's worth, and a whole number of what is captured.
    static std::uint64_t run_length(std::uint64_t states) {
        return std::clamp<std::uint64_t>(100'000'000 / states / 64 * 64, 8, 512);
    }

    // Brings the generator to the device unless it is there.
    void settle(Generator const& a) {
        if (settled_ == a.id()) return;
        settled_ = 0;
        for (auto* vector : {&x_, &y_, &sum_}) *vector = {};  // there may be no room for two
        schedule_ = {};
        generator_.reset();
        generator_ = make_(a);
        auto& device = generator_->device();
        for (auto* vector : {&x_, &y_, &sum_}) *vector = DeviceArray<double>(device, a.size());
        schedule_ = DeviceArray<kernels::RowSchedule>(device, 1);
        settled_ = a.id();
    }

    MakeDeviceGenerator const make_;
    std::uint64_t settled_ = 0;                   // the generator that is on the device, or none
    std::unique_ptr<DeviceGenerator> generator_;  // the vectors are its device's
    DeviceArray<double> x_, y_, sum_;
    DeviceArray<kernels::RowSchedule> schedule_;
};

}  // namespace

std::unique_ptr<Propagator> make_device_uniformization(Team& team, std::atomic<bool> const* stop,
                                                       MakeDeviceGenerator make) {
    return std::make_unique<DeviceUniformization>(team, stop, std::move(make));
}

}  // namespace fano
