// Chooses the writer by the ending of the file's name.
#include "fano/result.hpp"
#include "io/output_file.hpp"

namespace fano {

void write_result(std::string const& file, Ensemble const& ensemble, Provenance const& provenance) {
    switch (output_format(file)) {
        case OutputFormat::hdf5:
            return write_hdf5(file, ensemble, provenance);
        case OutputFormat::csv:
            return write_csv(file, ensemble, provenance);
        case OutputFormat::json:
            return write_json(file, ensemble, provenance);
    }
}

}  // namespace fano
