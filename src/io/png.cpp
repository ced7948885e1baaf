// Colours, and the chunks of a PNG file.
#include "io/png.hpp"

#include <algorithm>
#include <cmath>

#include <zlib.h>

#include "fano/error.hpp"
#include "io/output_file.hpp"

namespace fano {

namespace {

void append(std::string& to, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(number >> shift & 255);
}

std::string chunk(std::string const& type, std::string const& data) {
    std::string const body = type + data;
    std::string whole;
    append(whole, static_cast<std::uint32_t>(data.size()));
    whole += body;
    append(whole,
           static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<Bytef const*>(body.data()), body.size())));
    return whole;
}

std::string compressed(std::string const& text) {
    uLongf size = compressBound(static_cast<uLong>(text.size()));
    std::string result(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(result.data()), &size, reinterpret_cast<Bytef const*>(text.data()),
                  static_cast<uLong>(text.size()), 6) != Z_OK)
        throw InputError("a picture is too large to be compressed");
    result.resize(size);
    return result;
}

}  // namespace

Colour colour_of(double x) {
    // Least squares of degree 6 to the map's table of 256 colours; red, green, blue.
    constexpr double c[3][7] = {
        {0.27445542, 0.10770833, -0.32724110, -4.59993152, 6.20373590, 4.75178689, -5.43207717},
        {0.00576796, 1.39646968, 0.21481356, -5.75823819, 14.15396495, -13.74943940, 4.64157132},
        {0.33266388, 1.38677060, 0.09197688, -19.29180895, 56.65629957, -65.32096783, 26.27210760}};
    x = std::clamp(x, 0.0, 1.0);
    Colour colour;
    for (std::size_t i = 0; i < 3; ++i) {
        double sum = 0;
        for (std::size_t k = 7; k-- > 0;) sum = sum * x + c[i][k];
        colour[i] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(sum, 0.0, 1.0)));
    }
    return colour;
}

void write_png(std::string const& file, Picture const& picture) {
    std::string header;
    append(header, picture.width);
    append(header, picture.height);
    header +=
        std::string{8, 2, 0, 0, 0};  // bits, true colour, the only compression, filter and order there are
    std::string rows;
    for (std::uint32_t y = 0; y < picture.height; ++y) {
        rows += '\0';  // unfiltered
        for (std::uint32_t x = 0; x < picture.width; ++x)
            for (auto const channel : picture.pixels[std::size_t{y} * picture.width + x])
                rows += static_cast<char>(channel);
    }
    TextFile out(file);
    out.write(std::string("\x89PNG\r\n\x1a\n", 8));
    out.write(chunk("IHDR", header));
    constexpr std::size_t most = 1 << 30;  // bytes of a chunk, whose length has 31 bits
    auto const data = compressed(rows);
    for (std::size_t at = 0; at < data.size(); at += most) out.write(chunk("IDAT", data.substr(at, most)));
    out.write(chunk("IEND", ""));
    out.close();
    out.commit();
}

}  // namespace fano
