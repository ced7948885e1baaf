// Where the files lie that tests read: models, golden files, the kernels' headers. In the folder that the
// tests were built from, or in FANO_SOURCE_DIR of the environment, for tests taken to another machine.
#pragma once

#include <filesystem>

namespace fano::test {

std::filesystem::path source_folder();

}  // namespace fano::test
