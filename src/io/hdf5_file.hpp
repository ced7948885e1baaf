// A small owner of an HDF5 file in the form that netCDF-4 readers (xarray) understand: every axis of a dataset
// is a dimension scale. Objects are named by their path in the file. Whatever fails throws InputError with the
// cause; HDF5 itself prints nothing.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "io/fields.hpp"
#include "io/output_file.hpp"

namespace fano {

// Owns one HDF5 identifier.
class Hdf5Handle {
public:
    Hdf5Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Hdf5Handle& operator=(Hdf5Handle&&) = delete;
    ~Hdf5Handle() { reset(-1); }
    operator hid_t() const { return id_; }
    void reset(hid_t id) {
        if (id_ >= 0) close_(id_);
        id_ = id;
    }
    hid_t release() { return std::exchange(id_, -1); }

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

// Turns off the printing of HDF5's error stack in this thread, for as long as it lives.
class Hdf5Silence {
public:
    Hdf5Silence() {
        H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    }
    Hdf5Silence(Hdf5Silence const&) = delete;
    Hdf5Silence& operator=(Hdf5Silence const&) = delete;
    ~Hdf5Silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

private:
    H5E_auto2_t print_ = nullptr;
    void* data_ = nullptr;
};

// What the innermost failed call of HDF5 says.
std::string library_error();

template <class T>
hid_t hdf5_type();
template <>
inline hid_t hdf5_type<double>() {
    return H5T_NATIVE_DOUBLE;
}
template <>
inline hid_t hdf5_type<std::int32_t>() {
    return H5T_NATIVE_INT32;
}
template <>
inline hid_t hdf5_type<std::uint32_t>() {
    return H5T_NATIVE_UINT32;
}
template <>
inline hid_t hdf5_type<std::int64_t>() {
    return H5T_NATIVE_INT64;
}
template <>
inline hid_t hdf5_type<std::uint64_t>() {
    return H5T_NATIVE_UINT64;
}

class Hdf5File {
public:
    using Extents = std::vector<hsize_t>;

    explicit Hdf5File(std::string const& file);
    Hdf5File(Hdf5File const&) = delete;
    Hdf5File& operator=(Hdf5File const&) = delete;
    // Writes everything out and gives the file its name.
    void commit();

    void group(std::string const& path);
    void attribute(std::string const& path, Field const& field);
    void attributes(std::string const& path, std::vector<Field> const& fields);
    // `name`, or `name_2`, `name_3` ... if that is taken.
    std::string free_name(std::string const& name) const;

    // A dimension with the labels or positions along it.
    void dimension(std::string const& path, std::vector<std::string> const& labels);
    void dimension(std::string const& path, std::span<double const> positions);
    void dimension(std::string const& path, std::span<std::uint64_t const> positions);

    // A dataset along dimensions that there are already, all at once.
    template <class T>
    void dataset(std::string const& path, std::vector<std::string> const& dimensions,
                 std::vector<T> const& values) {
        write(create(path, hdf5_type<T>(), dimensions, {}), hdf5_type<T>(), {}, {}, values.data());
    }
    void dataset(std::string const& path, std::vector<std::string> const& dimensions,
                 std::vector<std::string> const& values);

    // A compressed dataset to be written a slab at a time.
    template <class T>
    Hdf5Handle chunked(std::string const& path, std::vector<std::string> const& dimensions,
                       Extents const& chunk) {
        return create(path, hdf5_type<T>(), dimensions, chunk);
    }
    template <class T>
    void slab(Hdf5Handle const& dataset, Extents const& first, Extents const& count, T const* values) {
        write(dataset, hdf5_type<T>(), first, count, values);
    }

private:
    Hdf5Handle create(std::string const& path, hid_t type, std::vector<std::string> const& dimensions,
                      Extents const& chunk);
    Hdf5Handle create(std::string const& path, hid_t type, Extents const& extents, Extents const& chunk);
    // Everything if `count` is empty.
    void write(hid_t dataset, hid_t type, Extents const& first, Extents const& count, void const* values);
    void make_scale(hid_t dataset, std::string const& path, std::size_t size);
    Hdf5Handle string_type() const;
    // Throws if the call failed, or writing to the disk did.
    hid_t check(hid_t status) const;

    Hdf5Silence silence_;
    OutputFile output_;
    int system_error_ = 0;  // the first that the driver met
    Hdf5Handle file_{-1, H5Fclose};
    std::map<std::string, hsize_t> dimensions_;  // path -> extent
};

}  // namespace fano
