// Pictures as PNG files (ISO/IEC 15948), 8 bits a channel.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace fano {

using Colour = std::array<std::uint8_t, 3>;

struct Picture {
    std::uint32_t width = 0, height = 0;
    std::vector<Colour> pixels;  //!< [y][x] from the top

    Picture(std::uint32_t w, std::uint32_t h, Colour background)
        : width(w), height(h), pixels(std::size_t{w} * h, background) {}
    Colour& at(std::uint32_t x, std::uint32_t y) { return pixels[std::size_t{y} * width + x]; }
};

// A colour for each number from 0 to 1, from dark to bright, so that equal steps look equal: the map viridis (van der Walt & Smith, 2015, in
// the public domain) by polynomials.
Colour colour_of(double x);

// Throws InputError when the file cannot be written.
void write_png(std::string const& file, Picture const& picture);

}  // namespace fano
