// Where cells can run. The cells are the same everywhere.
#pragma once

#include <string>
#include <vector>

namespace fano {

// `best` is all GPUs if there are any, else `cpu`, which is the widest of the builds for processors (those after
// it) that the machine can run.
enum class Device { best, gpu, cpu, reference, sse2, avx2, avx512 };

struct DeviceChoice {
    Device device = Device::best;
    std::vector<int> gpus;  // which; all of them if empty
};

// "auto", "gpu", "gpu:0", "gpu:0,2", "cpu", "reference", "sse2", "avx2", "avx512". Throws InputError.
DeviceChoice parse_device(std::string const& text);

std::string device_name(Device device);
bool device_available(Device device);

struct DeviceInfo {
    std::string name;         // as parse_device takes it
    std::string description;  // "NVIDIA H200, sm_90, 150.0 GB"
    bool available;
};

// Everything that this machine might run cells on, GPUs first; why not, where it cannot.
std::vector<DeviceInfo> survey_devices();

}  // namespace fano
