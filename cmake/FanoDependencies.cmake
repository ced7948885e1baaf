# Libraries that fano links, all from the distribution; scripts/install-deps installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(TBB REQUIRED)
find_package(CLI11 QUIET)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost REQUIRED)
# Not by pkg-config: libsbml.pc also asks for the development files of what libSBML itself links.
find_path(SBML_INCLUDE_DIR sbml/SBMLTypes.h REQUIRED)
find_library(SBML_LIBRARY sbml REQUIRED)
# The serial one: where a build for MPI is there as well, the plain name may mean that.
pkg_search_module(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial hdf5)
find_library(HDF5_HL NAMES hdf5_serial_hl hdf5_hl HINTS ${HDF5_LIBRARY_DIRS} REQUIRED)

# zlib (zlib licence) compresses pictures, as it does in HDF5.
find_package(ZLIB REQUIRED)

# SUNDIALS (BSD-3-Clause) integrates stiff differential equations, Eigen (MPL-2.0) does the linear algebra.
find_package(Eigen3 REQUIRED)
find_path(SUNDIALS_INCLUDE_DIR cvode/cvode.h REQUIRED)
foreach(part IN ITEMS cvode nvecserial sunmatrixdense)
  find_library(SUNDIALS_${part} sundials_${part} REQUIRED)
  list(APPEND SUNDIALS_LIBRARIES ${SUNDIALS_${part}})
endforeach()

if(NOT TARGET CLI11::CLI11)  # Debian 12 ships its headers with a pkg-config file only
  pkg_check_modules(CLI11 REQUIRED IMPORTED_TARGET CLI11)
  add_library(CLI11::CLI11 ALIAS PkgConfig::CLI11)
endif()

set(FANO_LIBRARIES fmt::fmt TBB::tbb tomlplusplus::tomlplusplus nlohmann_json::nlohmann_json Boost::headers
  Eigen3::Eigen ${SUNDIALS_LIBRARIES} ${SBML_LIBRARY} ${HDF5_HL} PkgConfig::HDF5 ZLIB::ZLIB Threads::Threads)
