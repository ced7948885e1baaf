// NVRTC through dlopen, with its functions in a struct.
#include "emit/compile_cuda.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#if FANO_HAVE_CUDA
#include <dlfcn.h>
#include <fmt/ranges.h>
#include <nvrtc.h>
#endif

#include "fano/error.hpp"

namespace fano {

namespace {

// The number that stands right before the words, such as 38 in "Used 38 registers"; 0 without them.
std::uint32_t number_before(std::string_view line, std::string_view words) {
    std::size_t const end = line.find(words);
    if (end == std::string_view::npos) return 0;
    std::size_t start = end;
    while (start > 0 && std::isdigit(static_cast<unsigned char>(line[start - 1])) != 0) --start;
    std::uint32_t number = 0;
    std::from_chars(line.data() + start, line.data() + end, number);
    return number;
}

}  // namespace

std::optional<KernelResources> read_resources(std::string const& log, std::string const& entry) {
    std::istringstream lines(log);
    KernelResources found{};
    bool inside = false, mentioned = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("Compiling entry function '") != std::string::npos) {
            inside = line.find("'" + entry + "'") != std::string::npos;
            mentioned = mentioned || inside;
        }
        if (!inside) continue;
        // The functions that a kernel calls follow it with stack frames and spills of their own.
        found.registers = std::max(found.registers, number_before(line, " registers"));
        found.stack_bytes = std::max({found.stack_bytes, number_before(line, " bytes stack frame"),
                                      number_before(line, " bytes cumulative stack size")});
        found.spill_store_bytes += number_before(line, " bytes spill stores");
        found.spill_load_bytes += number_before(line, " bytes spill loads");
        found.shared_bytes = std::max(found.shared_bytes, number_before(line, " bytes smem"));
    }
    if (!mentioned) return {};
    return found;
}

#if FANO_HAVE_CUDA

namespace {

// The same bits as on the CPU need --fmad=false. Only the embedded headers may be seen, whatever lies in the
// folder that fano is run in.
constexpr char const* options[] = {"--std=c++20", "--fmad=false", "--no-source-include",
                                   "--ptxas-options=--verbose"};

constexpr auto cure =
    "install NVIDIA's package cuda-nvrtc (part of the CUDA toolkit, version 13), or name the folder of "
    "libnvrtc.so.13 in LD_LIBRARY_PATH; without it fano runs on the CPU";

struct Nvrtc {
    decltype(&::nvrtcGetErrorString) error_string;
    decltype(&::nvrtcVersion) version;
    decltype(&::nvrtcGetNumSupportedArchs) architecture_count;
    decltype(&::nvrtcGetSupportedArchs) architectures;
    decltype(&::nvrtcCreateProgram) create;
    decltype(&::nvrtcDestroyProgram) destroy;
    decltype(&::nvrtcSetFlowCallback) set_flow_callback;
    decltype(&::nvrtcCompileProgram) compile;
    decltype(&::nvrtcGetProgramLogSize) log_size;
    decltype(&::nvrtcGetProgramLog) log;
    decltype(&::nvrtcGetCUBINSize) cubin_size;
    decltype(&::nvrtcGetCUBIN) cubin;

    void check(nvrtcResult result, char const* call) const {
        if (result == NVRTC_SUCCESS) return;
        throw Error(ExitCode::internal,
                    fmt::format("{} of NVRTC failed: {}; please report this, or run on the CPU", call,
                                error_string(result)));
    }
};

void* open_library() {
    for (auto const* name : {"libnvrtc.so.13", "libnvrtc.so", "/usr/local/cuda/lib64/libnvrtc.so.13",
                             "/usr/local/cuda/lib64/libnvrtc.so"}) {
        if (void* const library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
    }
    throw BackendError(
        fmt::format("NVRTC, which compiles networks for the GPU, was not found on this machine; {}", cure));
}

Nvrtc load() {
    void* const library = open_library();  // for as long as the program runs
    auto resolve = [&](auto& function, char const* name) {
        void* const address = ::dlsym(library, name);
        if (address == nullptr)
            throw BackendError(
                fmt::format("the NVRTC on this machine is too old: it has no function {}; {}", name, cure));
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
    };
    Nvrtc nvrtc{};
    resolve(nvrtc.error_string, "nvrtcGetErrorString");
    resolve(nvrtc.version, "nvrtcVersion");
    resolve(nvrtc.architecture_count, "nvrtcGetNumSupportedArchs");
    resolve(nvrtc.architectures, "nvrtcGetSupportedArchs");
    resolve(nvrtc.create, "nvrtcCreateProgram");
    resolve(nvrtc.destroy, "nvrtcDestroyProgram");
    resolve(nvrtc.compile, "nvrtcCompileProgram");
    resolve(nvrtc.log_size, "nvrtcGetProgramLogSize");
    resolve(nvrtc.set_flow_callback, "nvrtcSetFlowCallback");
    resolve(nvrtc.log, "nvrtcGetProgramLog");
    resolve(nvrtc.cubin_size, "nvrtcGetCUBINSize");
    resolve(nvrtc.cubin, "nvrtcGetCUBIN");
    return nvrtc;
}

Nvrtc const& nvrtc() {
    static Nvrtc const loaded = load();
    return loaded;
}

class Program {
public:
    explicit Program(std::string const& text) {
        std::vector<char const*> texts, names;
        for (auto const& header : kernel_headers()) {
            texts.push_back(header.text);
            names.push_back(header.name);
        }
        nvrtc().check(nvrtc().create(&program_, text.c_str(), "network.cu", static_cast<int>(texts.size()),
                                     texts.data(), names.data()),
                      "nvrtcCreateProgram");
    }
    ~Program() { nvrtc().destroy(&program_); }
    Program(Program const&) = delete;
    Program& operator=(Program const&) = delete;

    nvrtcResult compile(std::string const& architecture, Cancelled const& cancelled) const {
        auto const ask = [](void* whether, void*) {
            return (*static_cast<Cancelled const*>(whether))() ? 1 : 0;
        };
        nvrtc().check(nvrtc().set_flow_callback(program_, ask, const_cast<Cancelled*>(&cancelled)),
                      "nvrtcSetFlowCallback");
        std::string const target = "--gpu-architecture=" + architecture;
        std::vector<char const*> all(std::begin(options), std::end(options));
        all.push_back(target.c_str());
        return nvrtc().compile(program_, static_cast<int>(all.size()), all.data());
    }
    std::string log() const {
        std::size_t size = 0;
        nvrtc().check(nvrtc().log_size(program_, &size), "nvrtcGetProgramLogSize");
        std::string text(size, '\0');
        nvrtc().check(nvrtc().log(program_, text.data()), "nvrtcGetProgramLog");
        text.resize(text.find_last_not_of('\0') + 1);
        return text;
    }
    std::vector<char> code() const {
        std::size_t size = 0;
        nvrtc().check(nvrtc().cubin_size(program_, &size), "nvrtcGetCUBINSize");
        std::vector<char> bytes(size);
        nvrtc().check(nvrtc().cubin(program_, bytes.data()), "nvrtcGetCUBIN");
        return bytes;
    }

private:
    nvrtcProgram program_{};
};

void check_architecture(std::string const& architecture) {
    int count = 0;
    nvrtc().check(nvrtc().architecture_count(&count), "nvrtcGetNumSupportedArchs");
    std::vector<int> known(static_cast<std::size_t>(count));
    nvrtc().check(nvrtc().architectures(known.data()), "nvrtcGetSupportedArchs");
    auto const matches = [&](int number) { return architecture == fmt::format("sm_{}", number); };
    if (std::any_of(known.begin(), known.end(), matches)) return;
    throw BackendError(fmt::format(
        "the NVRTC of CUDA {} makes no code for GPUs of the architecture {}, only for sm_{}; install a CUDA "
        "toolkit that knows this GPU (a newer one for a newer GPU), or run on the CPU",
        nvrtc_version(), architecture, fmt::join(known, ", sm_")));
}

// The first lines that tell of errors, each on a line of its own.
std::string first_errors(std::string const& log) {
    constexpr int most = 3;
    std::istringstream lines(log);
    std::string found;
    int count = 0;
    for (std::string line; count < most && std::getline(lines, line);) {
        bool const count_of_errors = line.find("detected in the compilation of") != std::string::npos;
        if (line.find("error") == std::string::npos || count_of_errors) continue;
        found += "\n  " + line;
        ++count;
    }
    return found.empty() ? "\n  " + log : found;
}

}  // namespace

std::string nvrtc_version() {
    int major = 0, minor = 0;
    nvrtc().check(nvrtc().version(&major, &minor), "nvrtcVersion");
    return fmt::format("{}.{}", major, minor);
}

CompiledKernel compile_cuda(std::string const& program_text, std::string const& architecture,
                            Cancelled const& cancelled) {
    check_architecture(architecture);
    Program const program(program_text);
    nvrtcResult const result = program.compile(architecture, cancelled);
    if (result == NVRTC_ERROR_CANCELLED) throw Interrupted();
    std::string log = program.log();
    if (result == NVRTC_ERROR_BUILTIN_OPERATION_FAILURE)
        throw BackendError(fmt::format("NVRTC is not installed completely; {}:{}", cure, first_errors(log)));
    if (result != NVRTC_SUCCESS)
        throw Error(ExitCode::internal,
                    fmt::format("the network's program does not compile for {} ({}); please report this with "
                                "the model, and run on the CPU meanwhile:{}",
                                architecture, nvrtc().error_string(result), first_errors(log)));
    return {program.code(), std::move(log)};
}

CacheKey cache_key(std::string const& program, std::string const& architecture) {
    static std::string const headers = digest_of(kernel_headers());
    return {program, headers, architecture, nvrtc_version(), fmt::format("{}", fmt::join(options, " "))};
}

#else

namespace {
[[noreturn]] void refuse() {
    throw BackendError(
        "this fano was built without CUDA and cannot compile networks for a GPU; install the CUDA toolkit "
        "(version 13, with nvcc on the PATH), build fano again with -DFANO_CUDA=ON, or run on the CPU");
}
}  // namespace

std::string nvrtc_version() { refuse(); }
CompiledKernel compile_cuda(std::string const&, std::string const&, Cancelled const&) { refuse(); }
CacheKey cache_key(std::string const&, std::string const&) { refuse(); }

#endif

}  // namespace fano
