// The reading calls of the HDF5 C library, each checked.
#include "io/hdf5_reader.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "fano/error.hpp"

namespace fano {

namespace {

// More numbers than fano writes into one row; only a damaged file claims to have them.
constexpr std::size_t most_numbers = std::size_t{1} << 30;

}  // namespace

Hdf5Reader::Hdf5Reader(std::string file) : name_(std::move(file)) {
    std::error_code ignored;
    if (std::filesystem::is_directory(name_, ignored)) fail("is a directory; give a result file in HDF5");
    if (::access(name_.c_str(), R_OK) != 0) fail(fmt::format("cannot be read: {}", std::strerror(errno)));
    if (H5Fis_hdf5(name_.c_str()) <= 0) {
        auto const ending = std::filesystem::path(name_).extension().string();
        bool const other = ending == ".csv" || ending == ".json";
        fail(fmt::format("is not an HDF5 file{}; write one with --out result.h5",
                         other ? ", and only those hold whole distributions" : ""));
    }
    Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    file_.reset(H5Fopen(name_.c_str(), H5F_ACC_RDONLY, access));
    if (file_ < 0)
        fail(
            fmt::format("is damaged, or only a part of a file ({}); copy or make it again", library_error()));
}

void Hdf5Reader::fail(std::string const& message) const { throw InputError(name_, 0, message); }

hid_t Hdf5Reader::check(hid_t status, std::string const& path) const {
    if (status < 0) fail(fmt::format("{} cannot be read ({})", path, library_error()));
    return status;
}

bool Hdf5Reader::has(std::string const& path) const {
    return H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0;
}

Hdf5Handle Hdf5Reader::dataset(std::string const& path) const {
    return {check(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), path), H5Dclose};
}

std::vector<std::size_t> Hdf5Reader::extents(std::string const& path) const {
    auto const data = dataset(path);
    Hdf5Handle const space(check(H5Dget_space(data), path), H5Sclose);
    std::vector<hsize_t> extents(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), path)));
    check(H5Sget_simple_extent_dims(space, extents.data(), nullptr), path);
    return {extents.begin(), extents.end()};
}

std::vector<double> Hdf5Reader::numbers(std::string const& path) const {
    std::size_t size = 1;
    for (auto const extent : extents(path))
        if (size *= extent; extent > most_numbers || size > most_numbers)
            fail(path + " is too large to be a result of fano");
    std::vector<double> values(size);
    check(H5Dread(dataset(path), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), path);
    return values;
}

std::vector<double> Hdf5Reader::row(std::string const& path, std::size_t index) const {
    auto const all = extents(path);
    if (all.size() != 2 || index >= all[0] || all[1] > most_numbers)
        fail(fmt::format("{} does not have the rows that it should; make the file again", path));
    hsize_t const first[2] = {index, 0}, count[2] = {1, all[1]};
    auto const data = dataset(path);
    Hdf5Handle const space(check(H5Dget_space(data), path), H5Sclose);
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, first, nullptr, count, nullptr), path);
    Hdf5Handle const memory(check(H5Screate_simple(2, count, nullptr), path), H5Sclose);
    std::vector<double> values(all[1]);
    check(H5Dread(data, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values.data()), path);
    return values;
}

// As fano and netCDF-4 write it: of any length.
bool Hdf5Reader::is_text(hid_t type) const { return H5Tis_variable_str(type) > 0; }

Hdf5Handle Hdf5Reader::text_type() const {
    Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

std::vector<std::string> Hdf5Reader::texts(std::string const& path) const {
    auto const data = dataset(path);
    Hdf5Handle const stored(check(H5Dget_type(data), path), H5Tclose);
    auto const size = extents(path);
    if (!is_text(stored) || size.size() != 1 || size[0] > most_numbers)
        fail(path + " is not a list of names");
    std::vector<char*> characters(size[0]);
    auto const type = text_type();
    check(H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, characters.data()), path);
    std::vector<std::string> result;
    for (auto* text : characters) {
        result.emplace_back(text == nullptr ? "" : text);
        H5free_memory(text);
    }
    return result;
}

std::optional<std::string> Hdf5Reader::text(std::string const& path, std::string const& attribute) const {
    if (H5Aexists_by_name(file_, path.c_str(), attribute.c_str(), H5P_DEFAULT) <= 0) return std::nullopt;
    Hdf5Handle const opened(
        check(H5Aopen_by_name(file_, path.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), attribute),
        H5Aclose);
    Hdf5Handle const stored(check(H5Aget_type(opened), attribute), H5Tclose);
    Hdf5Handle const space(check(H5Aget_space(opened), attribute), H5Sclose);
    if (!is_text(stored) || H5Sget_simple_extent_npoints(space) != 1) return std::nullopt;
    char* characters = nullptr;
    check(H5Aread(opened, text_type(), &characters), attribute);
    std::string result = characters == nullptr ? "" : characters;
    H5free_memory(characters);
    return result;
}

bool Hdf5Reader::read_number(std::string const& path, std::string const& attribute, hid_t type,
                             void* value) const {
    if (H5Aexists_by_name(file_, path.c_str(), attribute.c_str(), H5P_DEFAULT) <= 0) return false;
    Hdf5Handle const opened(
        check(H5Aopen_by_name(file_, path.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), attribute),
        H5Aclose);
    Hdf5Handle const space(check(H5Aget_space(opened), attribute), H5Sclose);
    if (H5Sget_simple_extent_npoints(space) != 1) return false;
    check(H5Aread(opened, type, value), attribute);
    return true;
}

}  // namespace fano
