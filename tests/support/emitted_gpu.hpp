// A stand-in GPU that also runs the cells: the text emitted for a network, compiled by the host's compiler.
#pragma once

#include <string>

#include "kernels/launch/large_cells.hpp"
#include "support/stand_in_gpu.hpp"

namespace fano::test {

// Whether there is what compile_on_host needs: the compiler that built the tests, and the kernels' headers.
bool can_compile_on_host();
// What a test that is skipped for want of them says.
std::string why_not_compiled_on_host();
// The text compiled with g++ to a shared library, whose bytes come back. Throws with the compiler's words. Takes more flags from
// FANO_EMITTED_FLAGS, so that emitted kernels can run under sanitizers (docs/gpu-status.md).
std::vector<char> compile_on_host(std::string const& text);

class EmittedGpu : public StandInGpu {
public:
    using StandInGpu::StandInGpu;
    ~EmittedGpu() override;

    std::vector<char> compile(std::string const& text, std::function<bool()> const&) override {
        return compile_on_host(text);
    }
    void load(std::vector<char> const& code, std::string const& entry) override;
    KernelShape shape(KernelName kernel, std::uint32_t threads_a_block) override;

protected:
    void launch_cells(KernelName kernel, LaunchGrid const& grid, void const* job, std::size_t job_bytes,
                      std::uint64_t* shared) override;

private:
    void* library_ = nullptr;
    void* kernel_ = nullptr;
};

}  // namespace fano::test
