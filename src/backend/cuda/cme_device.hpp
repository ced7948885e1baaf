// What the forms of a generator on a GPU share: everything but y = keep x + scale A x.
#pragma once

#include "backend/cuda/cme_kernels.hpp"
#include "cme/device_generator.hpp"

namespace fano {

class CudaGenerator : public DeviceGenerator {
public:
    CudaGenerator(std::shared_ptr<CudaAccelerator> gpu, std::uint64_t states);
    ~CudaGenerator() override;
    CudaGenerator(CudaGenerator const&) = delete;
    CudaGenerator& operator=(CudaGenerator const&) = delete;

    Accelerator& device() override { return *gpu_; }
    void update(Update const& u, double const* x, double* y) override;
    void take(Steps const& steps, std::uint64_t count) override;
    void add(double weight, double const* x, double* sum) override;
    double distance(double const* x, double const* y) override { return sum_of(x, y); }
    double mass(double const* x) override { return sum_of(x, nullptr); }

protected:
    // Launches what an update takes.
    virtual void enqueue(Update const& u, StepWeight const& weight, double const* x, double* y) = 0;

    std::shared_ptr<CudaAccelerator> const gpu_;
    std::uint64_t const states_;

private:
    void enqueue_steps(Steps const& steps, std::uint64_t count);
    void capture(Steps const& steps);
    void forget() noexcept;
    double sum_of(double const* x, double const* y);

    cudaGraphExec_t graph_ = nullptr;
    Steps of_graph_{};
    DeviceArray<double> sums_;
};

// csr or sliced_ell.
std::unique_ptr<DeviceGenerator> matrix_on_gpu(std::shared_ptr<CudaAccelerator> gpu,
                                               Generator const& generator, DeviceForm form);

}  // namespace fano
