// What ParaView needs to read the numbers of an HDF5 file as fields on a lattice: XDMF 3, a grid a time.
#include <filesystem>

#include <fmt/format.h>

#include "io/rdme_parts.hpp"

namespace fano {

namespace {

std::string escaped(std::string const& text) {
    std::string result;
    for (char const c : text)
        result += c == '&'   ? "&amp;"
                  : c == '<' ? "&lt;"
                  : c == '>' ? "&gt;"
                  : c == '"' ? "&quot;"
                             : std::string(1, c);
    return result;
}

class XdmfWriter {
public:
    XdmfWriter(std::string hdf5, RdmeResult const& result) : hdf5_(std::move(hdf5)), result_(result) {
        for (auto axis = static_cast<std::size_t>(result.space.dimensions); axis-- > 0;) {
            size_.push_back(result.space.voxels[axis]);
            first_.push_back(0);
        }
    }

    std::string text() const {
        auto const& n = result_.space.voxels;
        double const h = result_.space.edge;
        std::string text =
            "<?xml version=\"1.0\" ?>\n<Xdmf Version=\"3.0\">\n  <Domain>\n"
            "    <Grid Name=\"lattice\" GridType=\"Collection\" CollectionType=\"Temporal\">\n";
        for (std::size_t t = 0; t < result_.totals.times.size(); ++t) {
            text += fmt::format(
                "      <Grid Name=\"time {0}\" GridType=\"Uniform\">\n        <Time Value=\"{1}\"/>\n"
                "        <Topology TopologyType=\"3DCoRectMesh\" Dimensions=\"{2} {3} {4}\"/>\n"
                "        <Geometry GeometryType=\"ORIGIN_DXDYDZ\">\n"
                "          <DataItem Dimensions=\"3\" NumberType=\"Float\" Format=\"XML\">0 0 0</DataItem>\n"
                "          <DataItem Dimensions=\"3\" NumberType=\"Float\" Format=\"XML\">{5} {5} "
                "{5}</DataItem>\n"
                "        </Geometry>\n",
                t, result_.totals.times[t], n[2] + 1, n[1] + 1, n[0] + 1, h);
            for (std::size_t s = 0; s < result_.species.size(); ++s) {
                auto const name = escaped(result_.species[s]);
                for (std::size_t i = 0; i < result_.snapshots.size(); ++i)
                    text += attribute(fmt::format("{} (lattice {})", name, result_.snapshots[i].lattice),
                                      "counts", {i, t, s},
                                      {result_.snapshots.size(), times(), result_.species.size()}, "UInt", 4);
                if (result_.fields.sum.empty()) continue;
                for (char const* field : {"mean", "variance"})
                    text += attribute(fmt::format("{} ({})", name, field), fmt::format("voxel_{}", field),
                                      {t, s}, {times(), result_.species.size()}, "Float", 8);
            }
            text += "      </Grid>\n";
        }
        return text + "    </Grid>\n  </Domain>\n</Xdmf>\n";
    }

private:
    using Sizes = std::vector<std::size_t>;

    std::size_t times() const { return result_.totals.times.size(); }

    static std::string joined(Sizes a, Sizes const& b) {
        a.insert(a.end(), b.begin(), b.end());
        return fmt::format("{}", fmt::join(a, " "));
    }

    // A part of a dataset: `at` of the dimensions before those of space, all of these.
    std::string attribute(std::string const& name, std::string const& dataset, Sizes const& at,
                          Sizes const& extents, char const* type, int precision) const {
        Sizes const ones(at.size(), 1), strides(at.size() + size_.size(), 1);
        auto const& n = result_.space.voxels;
        return fmt::format(
            "        <Attribute Name=\"{}\" AttributeType=\"Scalar\" Center=\"Cell\">\n"
            "          <DataItem ItemType=\"HyperSlab\" Dimensions=\"{} {} {}\">\n"
            "            <DataItem Dimensions=\"3 {}\" NumberType=\"Int\" Format=\"XML\">{}  {}  "
            "{}</DataItem>\n"
            "            <DataItem Dimensions=\"{}\" NumberType=\"{}\" Precision=\"{}\" "
            "Format=\"HDF\">{}:/{}</DataItem>\n"
            "          </DataItem>\n        </Attribute>\n",
            name, n[2], n[1], n[0], strides.size(), joined(at, first_), fmt::join(strides, " "),
            joined(ones, size_), joined(extents, size_), type, precision, escaped(hdf5_), dataset);
    }

    std::string hdf5_;
    RdmeResult const& result_;
    Sizes size_, first_;  // along the axes, the slowest first
};

}  // namespace

TextFile begin_xdmf(std::string const& file, std::string const& hdf5, RdmeResult const& result) {
    TextFile out(file);
    out.write(XdmfWriter{std::filesystem::path(hdf5).filename().string(), result}.text());
    out.close();
    return out;
}

}  // namespace fano
