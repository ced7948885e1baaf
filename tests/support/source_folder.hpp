// Where the files lie that tests read: models, golden files, the kernels' headers. In the folder that the
// tests were built from, or in FANO_SOURCE_DIR of the environment, for tests taken to another machine.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace fano::test {

inline std::filesystem::path source_folder() {
    char const* const elsewhere = std::getenv("FANO_SOURCE_DIR");
    return elsewhere != nullptr && *elsewhere != '\0' ? elsewhere : FANO_SOURCE_DIR;
}

}  // namespace fano::test
