// cuSPARSE, loaded when it is first needed, so that fano starts where there is none.
#pragma once

#include <string>

#include <cusparse.h>

namespace fano {

struct Cusparse {
    decltype(&::cusparseGetErrorString) error_string;
    decltype(&::cusparseCreate) create;
    decltype(&::cusparseDestroy) destroy;
    decltype(&::cusparseSetStream) set_stream;
    decltype(&::cusparseCreateCsr) create_csr;
    decltype(&::cusparseCreateSlicedEll) create_sliced_ell;
    decltype(&::cusparseDestroySpMat) destroy_matrix;
    decltype(&::cusparseCreateDnVec) create_vector;
    decltype(&::cusparseDestroyDnVec) destroy_vector;
    decltype(&::cusparseDnVecSetValues) set_vector;
    decltype(&::cusparseSpMV_bufferSize) buffer_size;
    decltype(&::cusparseSpMV_preprocess) preprocess;
    decltype(&::cusparseSpMV) multiply;

    // Throws DeviceError unless the call succeeded.
    void check(cusparseStatus_t status, std::string const& call) const;
};

// Throws BackendError where there is none.
Cusparse const& cusparse();
bool has_cusparse();

}  // namespace fano
