#include "backend/cuda/cusparse.hpp"

#include <type_traits>

#include <dlfcn.h>
#include <fmt/format.h>

#include "backend/accelerator.hpp"

namespace fano {

namespace {

constexpr auto cure =
    "install NVIDIA's package libcusparse (part of the CUDA toolkit, version 13), or name the folder of "
    "libcusparse.so.12 in LD_LIBRARY_PATH, or take the form rows, which needs none";

void* open_library() {
    // CUDA 13 comes with cuSPARSE 12.
    for (auto const* name : {"libcusparse.so.12", "libcusparse.so", "/usr/local/cuda/lib64/libcusparse.so.12",
                             "/usr/local/cuda/lib64/libcusparse.so"}) {
        if (void* const library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
    }
    throw BackendError(fmt::format(
        "cuSPARSE, which multiplies the generator's matrix on the GPU, was not found on this machine; {}",
        cure));
}

Cusparse load() {
    void* const library = open_library();  // for as long as the program runs
    auto resolve = [&](auto& function, char const* name) {
        void* const address = ::dlsym(library, name);
        if (address == nullptr)
            throw BackendError(fmt::format(
                "the cuSPARSE on this machine is too old: it has no function {}; {}", name, cure));
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
    };
    Cusparse found{};
    resolve(found.error_string, "cusparseGetErrorString");
    resolve(found.create, "cusparseCreate");
    resolve(found.destroy, "cusparseDestroy");
    resolve(found.set_stream, "cusparseSetStream");
    resolve(found.create_csr, "cusparseCreateCsr");
    resolve(found.create_sliced_ell, "cusparseCreateSlicedEll");
    resolve(found.destroy_matrix, "cusparseDestroySpMat");
    resolve(found.create_vector, "cusparseCreateDnVec");
    resolve(found.destroy_vector, "cusparseDestroyDnVec");
    resolve(found.set_vector, "cusparseDnVecSetValues");
    resolve(found.buffer_size, "cusparseSpMV_bufferSize");
    resolve(found.preprocess, "cusparseSpMV_preprocess");
    resolve(found.multiply, "cusparseSpMV");
    return found;
}

}  // namespace

void Cusparse::check(cusparseStatus_t status, std::string const& call) const {
    if (status == CUSPARSE_STATUS_SUCCESS) return;
    throw DeviceError(
        fmt::format("{} of cuSPARSE failed: {}; take the form rows, which needs no cuSPARSE, or the CPU",
                    call, error_string(status)));
}

Cusparse const& cusparse() {
    static Cusparse const loaded = load();
    return loaded;
}

bool has_cusparse() {
    try {
        cusparse();
        return true;
    } catch (BackendError const&) {
        return false;
    }
}

}  // namespace fano
