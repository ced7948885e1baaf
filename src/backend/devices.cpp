// The names of devices, and which of them this machine has.
#include <charconv>

#include <fmt/format.h>

#include "backend/cpu.hpp"
#include "backend/gpus.hpp"
#include "fano/device.hpp"
#include "fano/error.hpp"

namespace fano {

namespace {

constexpr Device cpu_builds[] = {Device::avx512, Device::avx2, Device::sse2, Device::reference};

[[noreturn]] void refuse(std::string const& text) {
    throw InputError(fmt::format(
        "--device takes auto, gpu, gpu:0, gpu:0,1, cpu, reference, sse2, avx2 or avx512, not \"{}\"", text));
}

}  // namespace

std::string device_name(Device device) {
    switch (device) {
        case Device::best:
            return "auto";
        case Device::gpu:
            return "gpu";
        case Device::cpu:
            return "cpu";
        case Device::reference:
            return "reference";
        case Device::sse2:
            return "sse2";
        case Device::avx2:
            return "avx2";
        case Device::avx512:
            return "avx512";
    }
    return "unknown";
}

DeviceChoice parse_device(std::string const& text) {
    for (Device d : {Device::best, Device::gpu, Device::cpu, Device::reference, Device::sse2, Device::avx2,
                     Device::avx512})
        if (device_name(d) == text) return {d, {}};
    if (!text.starts_with("gpu:")) refuse(text);
    DeviceChoice choice{Device::gpu, {}};
    char const* at = text.data() + 4;
    char const* const end = text.data() + text.size();
    for (;;) {
        int index = 0;
        auto const [stop, error] = std::from_chars(at, end, index);
        if (error != std::errc{} || index < 0) refuse(text);
        for (int other : choice.gpus)
            if (other == index) throw InputError(fmt::format("--device {} names GPU {} twice", text, index));
        choice.gpus.push_back(index);
        if (stop == end) return choice;
        if (*stop != ',') refuse(text);
        at = stop + 1;
    }
}

bool device_available(Device device) {
    if (device == Device::gpu) return !survey_gpus().gpus.empty();
    return processor_can_run(device);
}

std::vector<DeviceInfo> survey_devices() {
    std::vector<DeviceInfo> devices;
    GpuSurvey const survey = survey_gpus();
    for (auto const& gpu : survey.gpus)
        devices.push_back({fmt::format("gpu:{}", gpu.index),
                           fmt::format("{}, {}, {:.1f} GB, {} multiprocessors", gpu.name, gpu.architecture,
                                       static_cast<double>(gpu.memory) * 1e-9, gpu.multiprocessors),
                           true});
    if (survey.gpus.empty()) devices.push_back({"gpu", survey.why_none, false});
    for (Device build : cpu_builds) {
        bool const can = processor_can_run(build);
        devices.push_back({device_name(build),
                           can ? fmt::format("{} cells a step and thread", lane_width(build))
                               : "this processor has no such instructions",
                           can});
    }
    return devices;
}

}  // namespace fano
