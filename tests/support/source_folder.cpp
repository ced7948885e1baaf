#include "support/source_folder.hpp"

#include <cstdlib>

namespace fano::test {

std::filesystem::path source_folder() {
    char const* const elsewhere = std::getenv("FANO_SOURCE_DIR");
    return elsewhere != nullptr && *elsewhere != '\0' ? elsewhere : FANO_SOURCE_DIR;
}

}  // namespace fano::test
