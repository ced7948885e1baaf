// Lattices as tables: the totals, and beside them the profiles along each axis.
#include "io/csv_tables.hpp"
#include "io/rdme_parts.hpp"
#include "io/rdme_statistics.hpp"

namespace fano {

namespace {

void write_profile(TextFile& table, RdmeResult const& result, std::size_t axis) {
    std::vector<std::string> names;
    for (auto const& species : result.species) names.push_back(csv_quoted(species));
    auto const means = profile(result, axis);
    auto const* mean = means.data();
    for (double const time : result.totals.times)
        for (auto const& name : names)
            for (std::uint32_t slab = 0; slab < result.space.voxels[axis]; ++slab)
                csv_row(table, time, name, (slab + 0.5) * result.space.edge, *mean++);
    table.close();
}

}  // namespace

void write_rdme_csv(std::string const& file, RdmeResult const& result, Provenance const& provenance) {
    std::vector<TextFile> profiles;  // complete, waiting for the totals
    if (!result.fields.sum.empty() && !OutputFile{file}.special()) {
        CsvTables tables(file, provenance_fields(provenance));
        for (std::size_t axis = 0; axis < static_cast<std::size_t>(result.space.dimensions); ++axis) {
            auto const name = std::string(axis_names[axis]);
            profiles.push_back(tables.begin("profile_" + name, "time,species," + name + ",mean"));
            write_profile(profiles.back(), result, axis);
        }
    }
    // Which also takes away profiles that an earlier run left.
    write_csv(file, result.totals, provenance);
    for (auto& table : profiles) table.commit();
}

}  // namespace fano
