// A picture of the voxels at the last time: a panel a species, side by side.
#include <algorithm>

#include "fano/error.hpp"
#include "io/png.hpp"
#include "io/rdme_parts.hpp"

namespace fano {

namespace {

// Numbers of molecules in a rectangle, [row][column] from the top.
struct Plane {
    std::uint32_t width, height;
    std::vector<double> values;
};

class PlaneCutter {
public:
    explicit PlaneCutter(RdmeResult const& result) : result_(result) {}

    // In one dimension time goes from top to bottom; else y goes up.
    Plane cut(std::size_t species) const {
        auto const& n = result_.space.voxels;
        std::size_t const times = result_.totals.times.size();
        Plane plane{n[0], line() ? static_cast<std::uint32_t>(times) : n[1], {}};
        for (std::uint32_t row = 0; row < plane.height; ++row)
            for (std::uint32_t x = 0; x < plane.width; ++x)
                plane.values.push_back(line()
                                           ? count(row, species, x)
                                           : count(times - 1, species, voxel(x, n[1] - 1 - row, n[2] / 2)));
        return plane;
    }
    bool line() const { return result_.space.dimensions == 1; }

private:
    std::size_t voxel(std::size_t x, std::size_t y, std::size_t z) const {
        auto const& n = result_.space.voxels;
        return x + n[0] * (y + n[1] * z);
    }
    double count(std::size_t time, std::size_t species, std::size_t voxel) const {
        std::size_t const i = (time * result_.species.size() + species) * result_.space.voxel_count() + voxel;
        if (!result_.snapshots.empty()) return result_.snapshots.front().counts[i];
        return static_cast<double>(result_.fields.sum[i]);
    }

    RdmeResult const& result_;
};

// Pixels of a voxel, as many as fit into a screen.
struct Scale {
    static constexpr std::uint32_t most_width = 1200, most_height = 900;

    Scale(std::uint32_t columns, std::uint32_t rows, bool line)
        : across(std::max(1U, most_width / columns)), down(std::max(1U, most_height / rows)) {
        // Voxels are square; time has a scale of its own, and is no higher than half of what is wide.
        if (line)
            down = std::max(1U, std::min(most_width / 2, across * columns / 2) / rows);
        else
            across = down = std::min(across, down);
    }

    std::uint32_t across, down;
};

}  // namespace

void write_rdme_picture(std::string const& file, RdmeResult const& result) {
    if (!has_voxels(result))
        throw InputError(file, 0,
                         "a picture shows voxels, and the result has none; keep them with --fields or "
                         "--snapshots 0");
    constexpr std::uint32_t gap = 4;
    PlaneCutter const cutter{result};
    auto const panels = static_cast<std::uint32_t>(result.species.size());
    auto plane = cutter.cut(0);
    Scale const scale(panels * plane.width, plane.height, cutter.line());
    std::uint32_t const width = scale.across * plane.width;
    Picture picture{panels * (width + gap) - gap, scale.down * plane.height, {255, 255, 255}};
    for (std::uint32_t s = 0; s < panels; ++s) {
        if (s > 0) plane = cutter.cut(s);
        double const most = std::max(*std::max_element(plane.values.begin(), plane.values.end()), 1e-300);
        for (std::uint32_t y = 0; y < picture.height; ++y) {
            double const* const row = plane.values.data() + std::size_t{y / scale.down} * plane.width;
            for (std::uint32_t x = 0; x < width; ++x)
                picture.at(s * (width + gap) + x, y) = colour_of(row[x / scale.across] / most);
        }
    }
    write_png(file, picture);
}

}  // namespace fano
