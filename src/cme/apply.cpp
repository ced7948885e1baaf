#include "cme/apply.hpp"

#include "backend/cpu.hpp"

extern "C" {
fano::kernels::RowKernels const* fano_row_kernels_sse2();
#if defined(__x86_64__)
fano::kernels::RowKernels const* fano_row_kernels_avx2();
fano::kernels::RowKernels const* fano_row_kernels_avx512();
#endif
}

namespace fano {

kernels::RowKernels const& row_kernels() {
    static kernels::RowKernels const* const chosen = [] {
#if defined(__x86_64__)
        if (processor_can_run(Device::avx512)) return fano_row_kernels_avx512();
        if (processor_can_run(Device::avx2)) return fano_row_kernels_avx2();
#endif
        return fano_row_kernels_sse2();
    }();
    return *chosen;
}

}  // namespace fano
