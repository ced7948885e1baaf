// Chooses what to write of lattices by the ending of the file's name.
#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "fano/error.hpp"
#include "io/hdf5_parts.hpp"
#include "io/rdme_parts.hpp"

namespace fano {

namespace {

std::string ending_of(std::string const& file) { return std::filesystem::path(file).extension().string(); }

bool is_picture(std::string const& file) { return ending_of(file) == ".png"; }

// The other endings are those of all results, but who misspells one is told of pictures as well.
void check_ending(std::string const& file) {
    constexpr char const* known[] = {".h5", ".hdf5", ".nc", ".csv", ".json", ".png"};
    auto const ending = ending_of(file);
    if (std::find(std::begin(known), std::end(known), ending) == std::end(known))
        throw InputError(
            file, 0,
            fmt::format("{}; use .h5, .hdf5 or .nc (HDF5), .csv, .json, or .png (a picture)",
                        ending.empty() ? "the name has no ending that tells the format"
                                       : "the ending " + ending + " stands for no format of lattices"));
}

std::string sidecar_of(std::string const& file) {
    return std::filesystem::path(file).replace_extension(".xdmf").string();
}

void write_rdme_hdf5(std::string const& file, RdmeResult const& result, Provenance const& provenance) {
    auto const sidecar = sidecar_of(file);
    std::optional<TextFile> xdmf;
    if (has_voxels(result)) xdmf.emplace(begin_xdmf(sidecar, file, result));
    Hdf5File hdf5(file);
    write_ensemble(hdf5, result.totals, provenance);
    write_space(hdf5, result);
    hdf5.commit();
    // One that an earlier run left would name what is no longer there.
    std::error_code ignored;
    if (xdmf)
        xdmf->commit();
    else
        std::filesystem::remove(sidecar, ignored);
}

}  // namespace

void check_rdme_file(std::string const& file, RdmeOptions const& options) {
    if (!file.empty()) check_ending(file);
    bool const voxels = options.fields || !options.snapshots.empty();
    if (!is_picture(file)) {
        check_writable(file);
        if (voxels && output_format(file) == OutputFormat::hdf5) OutputFile const probe{sidecar_of(file)};
        return;
    }
    if (!voxels)
        throw InputError(file, 0, "a picture shows voxels; keep them with --fields (means) or --snapshots 0");
    OutputFile const probe{file};
}

void write_rdme(std::string const& file, RdmeResult const& result, Provenance const& provenance) {
    check_ending(file);
    if (is_picture(file)) return write_rdme_picture(file, result);
    switch (output_format(file)) {
        case OutputFormat::hdf5:
            return write_rdme_hdf5(file, result, provenance);
        case OutputFormat::csv:
            return write_rdme_csv(file, result, provenance);
        case OutputFormat::json:
            return write_json(file, result.totals, provenance);
    }
}

}  // namespace fano
