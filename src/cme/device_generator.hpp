// The generator in the memory of a GPU, and uniformization there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backend/accelerator.hpp"
#include "cme/generator.hpp"
#include "cme/propagator.hpp"
#include "kernels/cme/row_state.hpp"

namespace fano {

enum class DeviceForm {
    rows,  // no matrix: rows of states and tables of propensities, as on the CPU
    csr,   // matrices, multiplied by cuSPARSE
    sliced_ell,
};
std::string device_form_name(DeviceForm form);

// Bytes that a step moves between memory and multiprocessors, counted; of sliced_ell as of csr, though it is
// filled up.
double step_bytes(Generator const& generator, DeviceForm form);
// Rows, but where states are so scattered or tables so large that a matrix is smaller.
DeviceForm choose_device_form(Generator const& generator);

// Vectors below are the device's; the work is asked for in order, and done later.
class DeviceGenerator {
public:
    // Steps y = x + scale A x, sum += weight x, in which x and y take turns: x holds the result of an even
    // number of them.
    struct Steps {
        double scale;
        double *x, *y, *sum;
        kernels::RowSchedule* schedule;  // says what the weights are, and is told when steps are done
        bool captured;                   // many steps as one launch, which pays for few states
    };

    virtual ~DeviceGenerator() = default;
    virtual DeviceForm form() const = 0;
    virtual Accelerator& device() = 0;

    virtual void update(Update const& u, double const* x, double* y) = 0;
    virtual void take(Steps const& steps, std::uint64_t count) = 0;
    virtual void add(double weight, double const* x, double* sum) = 0;  // sum += weight x
    virtual double distance(double const* x, double const* y) = 0;      // sum of |x - y|
    virtual double mass(double const* x) = 0;                           // sum of x
};

using MakeDeviceGenerator = std::function<std::unique_ptr<DeviceGenerator>(Generator const&)>;

// On a GPU of this machine; chooses the form if none is given. Throws BackendError if there is no such GPU,
// or no cuSPARSE for the matrix that was asked for.
MakeDeviceGenerator generators_on_gpu(int gpu, std::optional<DeviceForm> form = {});

// As make_uniformization, with all vectors on the device from the start of an advance to its end.
std::unique_ptr<Propagator> make_device_uniformization(Team& team, std::atomic<bool> const* stop,
                                                       MakeDeviceGenerator make);
// Whether to ask for captured steps: a step of more states takes longer than its launch.
inline constexpr std::uint64_t most_captured_states = 1 << 20;

}  // namespace fano
