#include "support/emitted_gpu.hpp"

#include <cstdlib>
#include <map>
#include <stdexcept>

#include <dlfcn.h>
#include <fmt/format.h>

#include "kernels/rdme/lattice_job.hpp"
#include "support/scratch.hpp"
#include "support/source_folder.hpp"

namespace fano::test {

namespace {

bool has_compiler() {
    return std::system(fmt::format("command -v {} > /dev/null 2>&1", FANO_CXX).c_str()) == 0;
}

bool has_headers() { return std::filesystem::exists(source_folder() / "kernels/launch/cells.hpp"); }

}  // namespace

bool can_compile_on_host() {
    static bool const can = has_compiler() && has_headers();
    return can;
}

std::string why_not_compiled_on_host() {
    return has_compiler()
               ? fmt::format(
                     "the kernels' headers are not in {}; name the folder with kernels/ in "
                     "FANO_SOURCE_DIR to run this test",
                     source_folder().string())
               : fmt::format("this machine has no C++ compiler {}, which the test needs to compile kernels",
                             FANO_CXX);
}

std::vector<char> compile_on_host(std::string const& text) {
    static std::map<std::string, std::vector<char>> compiled;
    auto& code = compiled[text];
    if (!code.empty()) return code;
    TemporaryDirectory const folder;
    auto const source = folder.path() / "network.cpp", library = folder.path() / "network.so",
               log = folder.path() / "log";
    write_file(source, text);
    char const* const more = std::getenv("FANO_EMITTED_FLAGS");
    std::string const command = fmt::format(
        "{} -std=c++20 -O1 -fPIC -shared -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno {} -I{} {} "
        "-o "
        "{} 2> {}",
        FANO_CXX, more == nullptr ? "" : more, source_folder().string(), source.string(), library.string(),
        log.string());
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error("the emitted text does not compile:\n" + read_file(log) + text);
    std::string const bytes = read_file(library);
    code = {bytes.begin(), bytes.end()};
    return code;
}

EmittedGpu::~EmittedGpu() {
    if (library_ != nullptr) dlclose(library_);
}

void EmittedGpu::load(std::vector<char> const& code, std::string const& entry) {
    TemporaryDirectory const folder;
    auto const file = folder.path() / "network.so";
    write_file(file, {code.begin(), code.end()});
    if (library_ != nullptr) dlclose(library_);
    library_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) throw std::runtime_error(dlerror());
    kernel_ = dlsym(library_, entry.c_str());
    if (kernel_ == nullptr) throw std::runtime_error("the library has no " + entry);
}

KernelShape EmittedGpu::shape(KernelName, std::uint32_t threads_a_block) {
    return {threads_a_block == 0 ? 4 : threads_a_block, 2, 0, 0};
}

void EmittedGpu::launch_cells(KernelName kernel, LaunchGrid const& grid, void const* job,
                              std::size_t job_bytes, std::uint64_t* shared) {
    if (kernel == KernelName::large_cells) {
        for (std::uint32_t thread = 0; thread < grid.blocks_x * grid.threads; ++thread)
            kernels::run_large_cells(*static_cast<kernels::LargeCellsJob const*>(job), thread);
        return;
    }
    if (kernel == KernelName::lattices) {
        if (job_bytes != sizeof(kernels::LatticeJob) || grid.threads > kernels::LatticeJob::most_threads)
            throw std::logic_error("the kernel of lattices was launched with another's job or grid");
        auto const run =
            reinterpret_cast<void (*)(void const*, kernels::u32, kernels::u32, std::uint64_t*)>(kernel_);
        for (std::uint32_t block = 0; block < grid.blocks_x; ++block) run(job, block, grid.threads, shared);
        return;
    }
    if (kernel != KernelName::cells) return StandInGpu::launch_cells(kernel, grid, job, job_bytes, shared);
    auto const run = reinterpret_cast<void (*)(kernels::CellsJob const*, kernels::u32)>(kernel_);
    for (std::uint32_t thread = 0; thread < grid.blocks_x * grid.threads; ++thread)
        run(static_cast<kernels::CellsJob const*>(job), thread);
}

}  // namespace fano::test
