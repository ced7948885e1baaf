// The generator as rows of states, and many steps as one launch.
#include "backend/cuda/cme_device.hpp"

#include <tuple>

#include "backend/cuda/cusparse.hpp"
#include "cme/row_sizes.hpp"

namespace fano {

namespace {

constexpr std::uint64_t captured_steps = 64;  // an even number

template <class Part>
DeviceArray<Part> on_device(Accelerator& device, Part const* parts, std::uint64_t count) {
    DeviceArray<Part> array(device, count);
    if (count > 0) device.upload(array.data(), parts, count * sizeof(Part));
    return array;
}

class RowsOnGpu final : public CudaGenerator {
public:
    RowsOnGpu(std::shared_ptr<CudaAccelerator> gpu, Generator const& generator, RowSizes const& sizes)
        : CudaGenerator(std::move(gpu), generator.size()),
          shape_(row_shape(sizes.states, sizes.pieces)),
          pieces_(on_device(*gpu_, generator.view().pieces, sizes.pieces + 1)),
          segments_(on_device(*gpu_, generator.view().segments, sizes.segments)),
          exits_(on_device(*gpu_, generator.view().exits, sizes.exits)),
          scraps_(on_device(*gpu_, generator.view().scraps, sizes.scraps)),
          values_(on_device(*gpu_, generator.view().values, sizes.values)) {}

    DeviceForm form() const override { return DeviceForm::rows; }

private:
    void enqueue(Update const& u, StepWeight const& weight, double const* x, double* y) override {
        kernels::RowView const view{pieces_.data(), segments_.data(), exits_.data(), scraps_.data(),
                                    values_.data()};
        launch_rows(*gpu_, shape_, view, u, weight, x, y);
    }

    RowShape const shape_;
    DeviceArray<kernels::RowPiece> const pieces_;
    DeviceArray<kernels::RowSegment> const segments_;
    DeviceArray<kernels::RowExit> const exits_;
    DeviceArray<kernels::RowScrap> const scraps_;
    DeviceArray<double> const values_;
};

}  // namespace

CudaGenerator::CudaGenerator(std::shared_ptr<CudaAccelerator> gpu, std::uint64_t states)
    : gpu_(std::move(gpu)), states_(states), sums_(*gpu_, most_sums) {}

CudaGenerator::~CudaGenerator() { forget(); }

void CudaGenerator::forget() noexcept {
    if (graph_ != nullptr) (void)cudaGraphExecDestroy(graph_);
    graph_ = nullptr;
}

void CudaGenerator::update(Update const& u, double const* x, double* y) {
    gpu_->choose_device();
    enqueue(u, {}, x, y);
}

void CudaGenerator::add(double weight, double const* x, double* sum) {
    gpu_->choose_device();
    launch_without_matrix(*gpu_, states_, {0, 0, weight, sum}, {}, x, nullptr);
}

double CudaGenerator::sum_of(double const* x, double const* y) {
    gpu_->choose_device();
    std::vector<double> parts(launch_sums(*gpu_, states_, x, y, sums_.data()));
    gpu_->download(parts.data(), sums_.data(), parts.size() * sizeof(double));
    return sum(parts);
}

void CudaGenerator::enqueue_steps(Steps const& steps, std::uint64_t count) {
    if (count == 0) return;
    double* const vectors[] = {steps.x, steps.y};
    for (std::uint64_t k = 0; k < count; ++k)
        enqueue({1, steps.scale, 0, steps.sum}, {steps.schedule, k}, vectors[k % 2], vectors[(k + 1) % 2]);
    launch_steps_done(*gpu_, steps.schedule, count);
}

void CudaGenerator::capture(Steps const& steps) {
    auto const key = [](Steps const& s) { return std::tuple(s.scale, s.x, s.y, s.sum, s.schedule); };
    if (graph_ != nullptr && key(steps) == key(of_graph_)) return;
    forget();
    cudaGraph_t graph = nullptr;
    gpu_->check(cudaStreamBeginCapture(gpu_->stream(), cudaStreamCaptureModeThreadLocal),
                "cudaStreamBeginCapture");
    try {
        enqueue_steps(steps, captured_steps);
    } catch (...) {
        if (cudaStreamEndCapture(gpu_->stream(), &graph) == cudaSuccess) (void)cudaGraphDestroy(graph);
        (void)cudaGetLastError();
        throw;
    }
    gpu_->check(cudaStreamEndCapture(gpu_->stream(), &graph), "cudaStreamEndCapture");
    cudaError_t const made = cudaGraphInstantiate(&graph_, graph, 0);
    (void)cudaGraphDestroy(graph);
    gpu_->check(made, "cudaGraphInstantiate");
    of_graph_ = steps;
}

void CudaGenerator::take(Steps const& steps, std::uint64_t count) {
    gpu_->choose_device();
    if (steps.captured && count >= captured_steps) {
        capture(steps);
        for (; count >= captured_steps; count -= captured_steps)
            gpu_->check(cudaGraphLaunch(graph_, gpu_->stream()), "cudaGraphLaunch");
    }
    enqueue_steps(steps, count);
}

MakeDeviceGenerator generators_on_gpu(int gpu, std::optional<DeviceForm> form) {
    std::shared_ptr<CudaAccelerator> const opened(static_cast<CudaAccelerator*>(open_gpu(gpu).release()));
    return [opened, form](Generator const& generator) -> std::unique_ptr<DeviceGenerator> {
        auto chosen = form.value_or(choose_device_form(generator));
        if (!form && chosen != DeviceForm::rows && !has_cusparse()) chosen = DeviceForm::rows;
        if (chosen != DeviceForm::rows) return matrix_on_gpu(opened, generator, chosen);
        return std::make_unique<RowsOnGpu>(opened, generator, row_sizes(generator));
    };
}

}  // namespace fano
