// The generator as a matrix: y = keep x, then y += scale A x by cuSPARSE.
#include "backend/cuda/cme_device.hpp"
#include "backend/cuda/cusparse.hpp"
#include "cme/sparse_rows.hpp"

namespace fano {

namespace {

// What cuSPARSE makes and wants back.
template <class Handle, auto give_back>
class Owned {
public:
    Owned() = default;
    ~Owned() {
        if (handle_ != nullptr) (void)(cusparse().*give_back)(handle_);
    }
    Owned(Owned const&) = delete;
    Owned& operator=(Owned const&) = delete;

    Handle* operator&() { return &handle_; }
    operator Handle() const { return handle_; }

private:
    Handle handle_ = nullptr;
};

class MatrixOnGpu final : public CudaGenerator {
public:
    MatrixOnGpu(std::shared_ptr<CudaAccelerator> gpu, Generator const& generator, DeviceForm form)
        : CudaGenerator(std::move(gpu), generator.size()), form_(form) {
        auto const& library = cusparse();
        auto const size = static_cast<std::int64_t>(states_);
        auto rows = sparse_rows(generator);
        auto const entries = static_cast<std::int64_t>(rows.values.size());
        gpu_->choose_device();
        library.check(library.create(&handle_), "cusparseCreate");
        library.check(library.set_stream(handle_, gpu_->stream()), "cusparseSetStream");
        if (form == DeviceForm::csr) {
            store(rows);
            library.check(library.create_csr(&matrix_, size, size, entries, first_.data(), columns_.data(),
                                             values_.data(), CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I,
                                             CUSPARSE_INDEX_BASE_ZERO, CUDA_R_64F),
                          "cusparseCreateCsr");
        } else {
            auto const sliced = sliced_rows(rows);
            rows = {};
            store(sliced);
            library.check(library.create_sliced_ell(
                              &matrix_, size, size, entries, static_cast<std::int64_t>(values_.size()),
                              std::int64_t{SlicedRows::slice}, first_.data(), columns_.data(), values_.data(),
                              CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, CUDA_R_64F),
                          "cusparseCreateSlicedEll");
        }
        DeviceArray<double> x(*gpu_, states_), y(*gpu_, states_);  // for cuSPARSE to look at
        library.check(library.create_vector(&x_, size, x.data(), CUDA_R_64F), "cusparseCreateDnVec");
        library.check(library.create_vector(&y_, size, y.data(), CUDA_R_64F), "cusparseCreateDnVec");
        double const one = 1;
        std::size_t bytes = 0;
        library.check(library.buffer_size(handle_, as_it_is, &one, matrix_, x_, &one, y_, CUDA_R_64F,
                                          algorithm(), &bytes),
                      "cusparseSpMV_bufferSize");
        buffer_ = DeviceArray<char>(*gpu_, bytes);
        if (form == DeviceForm::csr)  // of sliced ELL there is nothing to prepare
            library.check(library.preprocess(handle_, as_it_is, &one, matrix_, x_, &one, y_, CUDA_R_64F,
                                             algorithm(), buffer_.data()),
                          "cusparseSpMV_preprocess");
        gpu_->wait();  // x and y go
    }

    DeviceForm form() const override { return form_; }

private:
    static constexpr auto as_it_is = CUSPARSE_OPERATION_NON_TRANSPOSE;
    // Of the two for CSR, the one that always gives the same bits.
    cusparseSpMVAlg_t algorithm() const {
        return form_ == DeviceForm::csr ? CUSPARSE_SPMV_CSR_ALG2 : CUSPARSE_SPMV_SELL_ALG1;
    }

    template <class Matrix>
    void store(Matrix const& matrix) {
        first_ = {*gpu_, matrix.first};
        columns_ = {*gpu_, matrix.columns};
        values_ = {*gpu_, matrix.values};
    }

    void enqueue(Update const& u, StepWeight const& weight, double const* x, double* y) override {
        auto const& library = cusparse();
        launch_without_matrix(*gpu_, states_, u, weight, x, y);
        double const one = 1;
        library.check(library.set_vector(x_, const_cast<double*>(x)), "cusparseDnVecSetValues");  // only read
        library.check(library.set_vector(y_, y), "cusparseDnVecSetValues");
        library.check(library.multiply(handle_, as_it_is, &u.scale, matrix_, x_, &one, y_, CUDA_R_64F,
                                       algorithm(), buffer_.data()),
                      "cusparseSpMV");
    }

    DeviceForm const form_;
    DeviceArray<std::int32_t> first_, columns_;
    DeviceArray<double> values_;
    DeviceArray<char> buffer_;
    Owned<cusparseHandle_t, &Cusparse::destroy> handle_;
    Owned<cusparseSpMatDescr_t, &Cusparse::destroy_matrix> matrix_;
    Owned<cusparseDnVecDescr_t, &Cusparse::destroy_vector> x_, y_;
};

}  // namespace

std::unique_ptr<DeviceGenerator> matrix_on_gpu(std::shared_ptr<CudaAccelerator> gpu,
                                               Generator const& generator, DeviceForm form) {
    return std::make_unique<MatrixOnGpu>(std::move(gpu), generator, form);
}

}  // namespace fano
