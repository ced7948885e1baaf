// Reads an HDF5 file: whole datasets, rows of them, attributes. Whatever fails throws InputError with the cause;
// HDF5 itself prints nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_file.hpp"

namespace fano {

class Hdf5Reader {
public:
    // Says of a file that is no HDF5, or not all of it, what it looks like instead.
    explicit Hdf5Reader(std::string file);

    bool has(std::string const& path) const;
    std::vector<std::size_t> extents(std::string const& path) const;
    std::vector<double> numbers(std::string const& path) const;
    // [index] of the first dimension.
    std::vector<double> row(std::string const& path, std::size_t index) const;
    std::vector<std::string> texts(std::string const& path) const;
    // Nothing if there is no such attribute.
    std::optional<std::string> text(std::string const& path, std::string const& attribute) const;
    template <class T>
    std::optional<T> number(std::string const& path, std::string const& attribute) const {
        T value{};
        if (!read_number(path, attribute, hdf5_type<T>(), &value)) return std::nullopt;
        return value;
    }

    // "FILE: what is wrong".
    [[noreturn]] void fail(std::string const& message) const;

private:
    hid_t check(hid_t status, std::string const& path) const;
    Hdf5Handle dataset(std::string const& path) const;
    bool read_number(std::string const& path, std::string const& attribute, hid_t type, void* value) const;
    bool is_text(hid_t type) const;
    Hdf5Handle text_type() const;

    Hdf5Silence silence_;
    std::string name_;
    Hdf5Handle file_{-1, H5Fclose};
};

}  // namespace fano
