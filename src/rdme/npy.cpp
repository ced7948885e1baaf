#include "rdme/npy.hpp"

#include <bit>
#include <cstring>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "fano/error.hpp"

namespace fano {

namespace {

template <class T>
double number_at(char const* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<double>(value);
}

struct ElementType {
    char const* name;
    std::size_t size;
    double (*read)(char const*);
};

constexpr ElementType element_types[] = {
    {"b1", 1, number_at<std::uint8_t>}, {"u1", 1, number_at<std::uint8_t>},
    {"i1", 1, number_at<std::int8_t>},  {"u2", 2, number_at<std::uint16_t>},
    {"i2", 2, number_at<std::int16_t>}, {"u4", 4, number_at<std::uint32_t>},
    {"i4", 4, number_at<std::int32_t>}, {"u8", 8, number_at<std::uint64_t>},
    {"i8", 8, number_at<std::int64_t>}, {"f4", 4, number_at<float>},
    {"f8", 8, number_at<double>},
};

// What follows 'key': in the header, a dictionary as Python prints it, up to one of the characters.
std::string header_part(std::string const& header, std::string const& key, char const* begin,
                        char const* end) {
    auto at = header.find("'" + key + "'");
    if (at == std::string::npos) return {};
    at = header.find(':', at);
    if (at == std::string::npos) return {};
    at = header.find_first_not_of(" ", at + 1);
    if (at == std::string::npos) return {};
    if (*begin != '\0') {
        if (header[at] != *begin) return {};
        ++at;
    }
    auto const last = header.find_first_of(end, at);
    return last == std::string::npos ? std::string() : header.substr(at, last - at);
}

// "3, 2" or "3,"; nothing if it is neither.
std::optional<std::vector<std::uint64_t>> read_shape(std::string const& text) {
    constexpr std::size_t most_digits = 18;
    std::vector<std::uint64_t> shape;
    std::size_t at = 0;
    auto const skip = [&] {
        while (at < text.size() && text[at] == ' ') ++at;
    };
    for (skip(); at < text.size(); skip()) {
        std::size_t const first = at;
        std::uint64_t value = 0;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            if (at - first == most_digits) return std::nullopt;
            value = 10 * value + static_cast<std::uint64_t>(text[at] - '0');
        }
        if (at == first) return std::nullopt;
        shape.push_back(value);
        skip();
        if (at < text.size() && text[at++] != ',') return std::nullopt;
    }
    return shape;
}

// From rows that end with the fastest index to rows that begin with it.
std::vector<double> transposed(std::vector<double> const& fortran, std::vector<std::uint64_t> const& shape) {
    std::vector<double> values(fortran.size());
    std::vector<std::uint64_t> index(shape.size(), 0);
    for (double const x : fortran) {
        std::uint64_t at = 0;
        for (std::size_t i = 0; i < shape.size(); ++i) at = at * shape[i] + index[i];
        values[at] = x;
        for (std::size_t i = 0; i < shape.size() && ++index[i] == shape[i]; ++i) index[i] = 0;
    }
    return values;
}

}  // namespace

NpyArray read_npy(std::string const& file) {
    auto const fail = [&](std::string const& message) { throw InputError(file, 0, message); };
    std::ifstream in(file, std::ios::binary);
    if (!in) fail("cannot be read; it should be an array written by numpy.save");
    char start[10] = {};
    in.read(start, 10);
    if (!in || std::memcmp(start, "\x93NUMPY", 6) != 0) fail("is not a .npy file, which numpy.save writes");
    auto const byte = [&](int i) { return static_cast<std::size_t>(static_cast<unsigned char>(start[i])); };
    if (start[6] < 1 || start[6] > 3)
        fail(fmt::format("has version {} of the format, which is not known", static_cast<int>(start[6])));
    std::size_t length = byte(8) | byte(9) << 8;
    if (start[6] > 1) {
        char more[2] = {};
        in.read(more, 2);
        for (int i = 0; i < 2; ++i)
            length |= static_cast<std::size_t>(static_cast<unsigned char>(more[i])) << (16 + 8 * i);
    }
    if (length > 65536) fail("has a header of " + std::to_string(length) + " bytes; it may be damaged");
    std::string header(length, ' ');
    in.read(header.data(), static_cast<std::streamsize>(length));
    auto const type = header_part(header, "descr", "'", "'");
    auto const order = header_part(header, "fortran_order", "", ", }");
    auto const shape = header_part(header, "shape", "(", ")");
    ElementType const* element = nullptr;
    for (auto const& candidate : element_types)
        if (type.size() == 3 && type[0] != '>' && type.substr(1) == candidate.name) element = &candidate;
    if (element == nullptr)
        fail(fmt::format(
            "holds elements of type \"{:.80}\"; it may hold little-endian whole numbers, floats or "
            "booleans",
            type));
    NpyArray array;
    auto const lengths = read_shape(shape);
    if (!lengths) fail(fmt::format("has the shape ({:.80}), which is none", shape));
    array.shape = *lengths;
    std::uint64_t size = 1;
    for (auto const length_of_axis : array.shape) {
        if (length_of_axis != 0 && size > (std::uint64_t{1} << 36) / length_of_axis)
            fail(fmt::format("has the shape ({:.80}), more than fits a lattice", shape));
        size *= length_of_axis;
    }
    // Before there is room for what a damaged header promises.
    std::uint64_t const wanted = size * element->size, at = static_cast<std::uint64_t>(in.tellg());
    in.seekg(0, std::ios::end);
    std::uint64_t const there = static_cast<std::uint64_t>(in.tellg()) - at;
    if (!in || there < wanted) fail(fmt::format("ends after {} of its {} bytes", there, wanted));
    in.seekg(static_cast<std::streamoff>(at));
    std::vector<char> bytes(wanted);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!in) fail("cannot be read to its end");
    array.values.resize(size);
    for (std::size_t i = 0; i < size; ++i) array.values[i] = element->read(&bytes[i * element->size]);
    if (order == "True") array.values = transposed(array.values, array.shape);
    return array;
}

}  // namespace fano
