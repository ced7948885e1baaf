// Where the files lie that tests read: models, golden files, the kernels' headers. Below the folder that the tests
// were built from; FANO_SOURCE_DIR in the environment names another, for tests that were taken to another machine.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace fano::test {

inline std::filesystem::path source_folder() {
    char const* const elsewhere = std::getenv("FANO_SOURCE_DIR");
    return elsewhere != nullptr && *elsewhere != '\0' ? elsewhere : FANO_SOURCE_DIR;
}

}  // namespace fano::test
