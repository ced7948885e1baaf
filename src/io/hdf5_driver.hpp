// A file driver for HDF5 that keeps the first failure of a system call to itself. The library does not survive
// a failed write: closing the file fails as well, and the program crashes when it ends. So the library is told
// that all went well, and the owner of the file looks at the failure after each call.
#pragma once

#include <hdf5.h>

namespace fano {

// Has files opened with `access` use the driver. It writes the number of the first system error to `*error`,
// which must be 0 and live until the file is closed.
herr_t use_failure_keeping_driver(hid_t access, int* error);

}  // namespace fano
