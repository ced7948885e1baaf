#include "cme/device_generator.hpp"

#include "cme/row_sizes.hpp"
#include "cme/sparse_rows.hpp"

namespace fano {

std::string device_form_name(DeviceForm form) {
    switch (form) {
        case DeviceForm::rows:
            return "rows";
        case DeviceForm::csr:
            return "csr";
        case DeviceForm::sliced_ell:
            return "sliced_ell";
    }
    return "unknown";
}

namespace {

double bytes_of_rows(RowSizes const& sizes) {
    // A state's y is written, its x read, and once more where a neighbour's row has left the cache.
    double const vectors = 24.0 * static_cast<double>(sizes.states) + 8.0 * static_cast<double>(sizes.values);
    return vectors + static_cast<double>(sizeof(kernels::RowPiece) * sizes.pieces +
                                         sizeof(kernels::RowSegment) * sizes.segments +
                                         sizeof(kernels::RowExit) * sizes.exits +
                                         sizeof(kernels::RowScrap) * sizes.scraps);
}

// A value and a column an entry; a row's place, x, y.
double bytes_of_csr(RowSizes const& sizes) {
    return 12.0 * static_cast<double>(sizes.entries) + 20.0 * static_cast<double>(sizes.states);
}

}  // namespace

double step_bytes(Generator const& generator, DeviceForm form) {
    auto const sizes = row_sizes(generator);
    return form == DeviceForm::rows ? bytes_of_rows(sizes) : bytes_of_csr(sizes);
}

DeviceForm choose_device_form(Generator const& generator) {
    auto const sizes = row_sizes(generator);
    bool const matrix = bytes_of_csr(sizes) < bytes_of_rows(sizes) && sizes.entries <= most_sparse_entries;
    return matrix ? DeviceForm::csr : DeviceForm::rows;
}

}  // namespace fano
