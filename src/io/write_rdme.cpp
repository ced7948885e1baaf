// Chooses what to write of lattices by the ending of the file's name; pictures.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "io/hdf5_parts.hpp"
#include "io/png.hpp"
#include "io/rdme_parts.hpp"

namespace fano {

namespace {

bool is_picture(std::string const& file) { return std::filesystem::path(file).extension() == ".png"; }

std::string beside(std::string const& file) {
    return std::filesystem::path(file).replace_extension(".xdmf").string();
}

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
        bool const line = result_.space.dimensions == 1;
        Plane plane{n[0], line ? static_cast<std::uint32_t>(times) : n[1], {}};
        for (std::uint32_t row = 0; row < plane.height; ++row)
            for (std::uint32_t x = 0; x < plane.width; ++x)
                plane.values.push_back(
                    line ? count(row, species, x)
                         : count(times - 1, species,
                                 x + std::size_t{n[0]} * (n[1] - 1 - row + std::size_t{n[1]} * (n[2] / 2))));
        return plane;
    }

private:
    double count(std::size_t time, std::size_t species, std::size_t voxel) const {
        std::size_t const i = (time * result_.species.size() + species) * result_.space.voxel_count() + voxel;
        if (!result_.snapshots.empty()) return result_.snapshots.front().counts[i];
        return static_cast<double>(result_.fields.sum[i]);
    }

    RdmeResult const& result_;
};

}  // namespace

void write_rdme_picture(std::string const& file, RdmeResult const& result) {
    constexpr std::uint32_t gap = 4, usual_width = 900;
    PlaneCutter const cutter{result};
    auto const panels = static_cast<std::uint32_t>(result.species.size());
    auto const first = cutter.cut(0);
    std::uint32_t const scale = std::max(1u, std::min(usual_width / (panels * first.width), 16u));
    Picture picture{panels * (scale * first.width + gap) - gap, scale * first.height, {255, 255, 255}};
    for (std::uint32_t s = 0; s < panels; ++s) {
        auto const plane = cutter.cut(s);
        double const most = std::max(*std::max_element(plane.values.begin(), plane.values.end()), 1e-300);
        for (std::uint32_t y = 0; y < scale * plane.height; ++y)
            for (std::uint32_t x = 0; x < scale * plane.width; ++x)
                picture.at(s * (scale * plane.width + gap) + x, y) =
                    colour_of(plane.values[std::size_t{y / scale} * plane.width + x / scale] / most);
    }
    write_png(file, picture);
}

void check_rdme_file(std::string const& file, RdmeOptions const& options) {
    bool const voxels = options.fields || !options.snapshots.empty();
    if (!is_picture(file)) {
        check_writable(file);
        if (voxels && output_format(file) == OutputFormat::hdf5) OutputFile const neighbour{beside(file)};
        return;
    }
    if (!options.fields && options.snapshots.empty())
        throw InputError(fmt::format(
            "{}: a picture shows voxels; keep them with --fields (means) or --snapshots 0", file));
    OutputFile const probe{file};
}

void write_rdme(std::string const& file, RdmeResult const& result, Provenance const& provenance) {
    if (is_picture(file)) return write_rdme_picture(file, result);
    if (output_format(file) != OutputFormat::hdf5) return write_result(file, result.totals, provenance);
    Hdf5File hdf5(file);
    write_ensemble(hdf5, result.totals, provenance);
    write_space(hdf5, result);
    hdf5.commit();
    if (!result.fields.sum.empty() || !result.snapshots.empty()) write_xdmf(beside(file), file, result);
}

}  // namespace fano
