// The calls of the HDF5 C library, each checked.
#include "io/hdf5_file.hpp"

#include <algorithm>
#include <cstring>

#include <hdf5_hl.h>

#include "fano/error.hpp"
#include "io/hdf5_driver.hpp"

namespace fano {

namespace {

std::string last_part(std::string const& path) { return path.substr(path.rfind('/') + 1); }

// Readers then list the contents in the order in which they were written.
void keep_order(hid_t properties) {
    H5Pset_link_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
}

}  // namespace

std::string library_error() {
    std::string cause;
    auto keep_first = [](unsigned, H5E_error2_t const* error, void* into) -> herr_t {
        if (error->desc != nullptr) *static_cast<std::string*>(into) = error->desc;
        return 1;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &cause);
    return cause.empty() ? "the HDF5 library does not say why" : "HDF5: " + cause;
}

Hdf5File::Hdf5File(std::string const& file) : output_(file) {
    if (output_.special())
        throw InputError(file, 0,
                         "is a device or a pipe, and HDF5 needs a regular file; choose another name or .csv");
    Hdf5Handle access(check(H5Pcreate(H5P_FILE_ACCESS)), H5Pclose);
    // All objects close with the file, so that a failed write leaves none open. The format of 1.8 has room for
    // the long lists of datasets that share an axis.
    check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG));
    check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST));
    check(use_failure_keeping_driver(access, &system_error_));
    Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    keep_order(creation);
    file_.reset(H5Fcreate(output_.path().c_str(), H5F_ACC_TRUNC, creation, access));
    check(file_);
}

void Hdf5File::commit() {
    check(H5Fflush(file_, H5F_SCOPE_GLOBAL));
    check(H5Fclose(file_.release()));
    output_.commit();
}

hid_t Hdf5File::check(hid_t status) const {
    if (system_error_ == 0 && status >= 0) return status;
    throw InputError(output_.file(), 0,
                     fmt::format("cannot be written: {}",
                                 system_error_ != 0 ? std::strerror(system_error_) : library_error()));
}

void Hdf5File::group(std::string const& path) {
    Hdf5Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    keep_order(creation);
    Hdf5Handle(check(H5Gcreate2(file_, path.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT)), H5Gclose);
}

void Hdf5File::attribute(std::string const& path, Field const& field) {
    Hdf5Handle object(check(H5Oopen(file_, path.c_str(), H5P_DEFAULT)), H5Oclose);
    Hdf5Handle space(check(H5Screate(H5S_SCALAR)), H5Sclose);
    auto put = [&](hid_t type, void const* value) {
        Hdf5Handle attribute(
            check(H5Acreate2(object, field.name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT)), H5Aclose);
        check(H5Awrite(attribute, type, value));
    };
    if (auto const* text = std::get_if<std::string>(&field.value)) {
        char const* characters = text->c_str();
        put(string_type(), &characters);
    } else if (auto const* number = std::get_if<double>(&field.value)) {
        put(H5T_NATIVE_DOUBLE, number);
    } else {
        put(H5T_NATIVE_UINT64, &std::get<std::uint64_t>(field.value));
    }
}

void Hdf5File::attributes(std::string const& path, std::vector<Field> const& fields) {
    for (auto const& field : fields) attribute(path, field);
}

std::string Hdf5File::free_name(std::string const& name) const {
    auto taken = [&](std::string const& candidate) {
        return H5Lexists(file_, candidate.c_str(), H5P_DEFAULT) > 0;
    };
    auto candidate = name;
    for (int number = 2; taken(candidate); ++number) candidate = fmt::format("{}_{}", name, number);
    return candidate;
}

void Hdf5File::dimension(std::string const& path, std::vector<std::string> const& labels) {
    auto type = string_type();
    auto scale = create(path, type, Extents{labels.size()}, {});
    std::vector<char const*> characters;
    for (auto const& label : labels) characters.push_back(label.c_str());
    write(scale, type, {}, {}, characters.data());
    make_scale(scale, path, labels.size());
}

void Hdf5File::dimension(std::string const& path, std::span<double const> positions) {
    auto scale = create(path, H5T_NATIVE_DOUBLE, Extents{positions.size()}, {});
    write(scale, H5T_NATIVE_DOUBLE, {}, {}, positions.data());
    make_scale(scale, path, positions.size());
}

void Hdf5File::dimension(std::string const& path, std::span<std::uint64_t const> positions) {
    auto scale = create(path, H5T_NATIVE_UINT64, Extents{positions.size()}, {});
    write(scale, H5T_NATIVE_UINT64, {}, {}, positions.data());
    make_scale(scale, path, positions.size());
}

void Hdf5File::make_scale(hid_t dataset, std::string const& path, std::size_t size) {
    check(H5DSset_scale(dataset, last_part(path).c_str()));
    dimensions_[path] = size;
}

void Hdf5File::dataset(std::string const& path, std::vector<std::string> const& dimensions,
                       std::vector<std::string> const& values) {
    auto type = string_type();
    std::vector<char const*> characters;
    for (auto const& value : values) characters.push_back(value.c_str());
    write(create(path, type, dimensions, {}), type, {}, {}, characters.data());
}

Hdf5Handle Hdf5File::create(std::string const& path, hid_t type, std::vector<std::string> const& dimensions,
                            Extents const& chunk) {
    Extents extents;
    for (auto const& dimension : dimensions) extents.push_back(dimensions_.at(dimension));
    auto dataset = create(path, type, extents, chunk);
    for (unsigned axis = 0; axis < dimensions.size(); ++axis) {
        Hdf5Handle scale(check(H5Dopen2(file_, dimensions[axis].c_str(), H5P_DEFAULT)), H5Dclose);
        check(H5DSattach_scale(dataset, scale, axis));
    }
    return dataset;
}

Hdf5Handle Hdf5File::create(std::string const& path, hid_t type, Extents const& extents,
                            Extents const& chunk) {
    auto rank = static_cast<int>(extents.size());
    Hdf5Handle space(check(H5Screate_simple(rank, extents.data(), nullptr)), H5Sclose);
    Hdf5Handle creation(check(H5Pcreate(H5P_DATASET_CREATE)), H5Pclose);
    bool empty = std::find(extents.begin(), extents.end(), hsize_t{0}) != extents.end();
    if (!chunk.empty() && !empty) {
        check(H5Pset_chunk(creation, rank, chunk.data()));
        if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
            check(H5Pset_shuffle(creation));
            check(H5Pset_deflate(creation, 1));
        }
    }
    return {check(H5Dcreate2(file_, path.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT)),
            H5Dclose};
}

void Hdf5File::write(hid_t dataset, hid_t type, Extents const& first, Extents const& count,
                     void const* values) {
    if (count.empty()) {
        check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
        return;
    }
    Hdf5Handle space(check(H5Dget_space(dataset)), H5Sclose);
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, first.data(), nullptr, count.data(), nullptr));
    Hdf5Handle memory(check(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr)),
                      H5Sclose);
    check(H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, values));
}

Hdf5Handle Hdf5File::string_type() const {
    Hdf5Handle type(check(H5Tcopy(H5T_C_S1)), H5Tclose);
    check(H5Tset_size(type, H5T_VARIABLE));
    check(H5Tset_cset(type, H5T_CSET_UTF8));
    return type;
}

}  // namespace fano
