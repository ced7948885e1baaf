// The callbacks through which HDF5 reaches a file.
#include "io/hdf5_driver.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

namespace fano {

namespace {

// What travels with the access properties.
struct DriverSettings {
    int* error;
};

struct DriverFile {
    H5FD_t base{};  // the library's part, which it finds at the address of the whole
    int descriptor = -1;
    haddr_t allocated = 0;
    haddr_t size = 0;
    int* error = nullptr;

    void failed() {
        if (*error == 0) *error = errno;
    }
};

DriverFile& of(H5FD_t* file) { return *reinterpret_cast<DriverFile*>(file); }
DriverFile const& of(H5FD_t const* file) { return *reinterpret_cast<DriverFile const*>(file); }

H5FD_t* open_file(char const* name, unsigned, hid_t access, haddr_t) {
    auto const* settings = static_cast<DriverSettings const*>(H5Pget_driver_info(access));
    int descriptor = ::open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        *settings->error = errno;
        return nullptr;
    }
    auto* file = new DriverFile;
    file->descriptor = descriptor;
    file->error = settings->error;
    return &file->base;
}

herr_t close_file(H5FD_t* base) {
    auto& file = of(base);
    // Some network file systems report only here that there was no space.
    if (::close(file.descriptor) != 0) file.failed();
    delete &file;
    return 0;
}

herr_t query(H5FD_t const*, unsigned long* features) {
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
                H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

haddr_t allocated(H5FD_t const* file, H5FD_mem_t) { return of(file).allocated; }

herr_t allocate(H5FD_t* file, H5FD_mem_t, haddr_t end) {
    of(file).allocated = end;
    return 0;
}

haddr_t size(H5FD_t const* file, H5FD_mem_t) { return of(file).size; }

// What was never written reads as zeros.
herr_t read(H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, size_t bytes, void* into) {
    auto& file = of(base);
    auto* next = static_cast<char*>(into);
    std::memset(next, 0, bytes);
    while (bytes > 0) {
        auto count = ::pread(file.descriptor, next, bytes, static_cast<off_t>(address));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) file.failed();
        if (count <= 0) break;
        next += count;
        address += static_cast<haddr_t>(count);
        bytes -= static_cast<size_t>(count);
    }
    return 0;
}

herr_t write(H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, size_t bytes, void const* from) {
    auto& file = of(base);
    auto const* next = static_cast<char const*>(from);
    file.size = std::max(file.size, address + bytes);
    while (bytes > 0 && *file.error == 0) {
        auto count = ::pwrite(file.descriptor, next, bytes, static_cast<off_t>(address));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            file.failed();
            break;
        }
        next += count;
        address += static_cast<haddr_t>(count);
        bytes -= static_cast<size_t>(count);
    }
    return 0;
}

// To what is allocated, as the library asks when it closes the file.
herr_t truncate(H5FD_t* base, hid_t, hbool_t) {
    auto& file = of(base);
    if (file.allocated == file.size) return 0;
    if (*file.error == 0 && ::ftruncate(file.descriptor, static_cast<off_t>(file.allocated)) != 0)
        file.failed();
    file.size = file.allocated;
    return 0;
}

H5FD_class_t driver() {
    H5FD_class_t callbacks{};
#if H5_VERSION_GE(1, 13, 0)
    callbacks.version = H5FD_CLASS_VERSION;
    callbacks.value = static_cast<H5FD_class_value_t>(512);  // the first that is not reserved
#endif
    callbacks.name = "failure_keeping";
    callbacks.maxaddr = HADDR_MAX / 2;
    callbacks.fc_degree = H5F_CLOSE_STRONG;
    callbacks.fapl_size = sizeof(DriverSettings);
    callbacks.open = open_file;
    callbacks.close = close_file;
    callbacks.query = query;
    callbacks.get_eoa = allocated;
    callbacks.set_eoa = allocate;
    callbacks.get_eof = size;
    callbacks.read = read;
    callbacks.write = write;
    callbacks.truncate = truncate;
    H5FD_mem_t const free_lists[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
    std::copy_n(free_lists, sizeof free_lists / sizeof *free_lists, callbacks.fl_map);
    return callbacks;
}

}  // namespace

herr_t use_failure_keeping_driver(hid_t access, int* error) {
    auto callbacks = driver();
    hid_t id = H5FDregister(&callbacks);
    if (id < 0) return -1;
    DriverSettings settings{error};
    herr_t status = H5Pset_driver(access, id, &settings);
    H5FDunregister(id);  // `access`, and files opened with it, keep it alive
    return status;
}

}  // namespace fano
