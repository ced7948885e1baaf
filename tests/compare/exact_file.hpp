// Files with exact probabilities, laid out as `fano cme` does it.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "io/hdf5_file.hpp"
#include "io/hdf5_parts.hpp"

namespace fano::test {

struct ExactFile {
    std::string species = "mRNA", unit = {}, time_unit = "h", model_hash = "00000000deadbeef";
    std::vector<double> times{10};
    double low = 0, width = 1;
    std::vector<double> probability{0.5, 0.5};  // at all times
    double sink_mass = 0;

    void write(std::string const& name) const {
        Hdf5File file(name);
        file.attributes("/",
                        {{"model_file", "model.toml"}, {"model_hash", model_hash}, {"time_unit", time_unit}});
        file.dimension("time", times);
        file.dimension("species", std::vector<std::string>{species});
        file.dataset("species_unit", {"species"}, std::vector<std::string>{unit});
        double sum = 0, mean = 0;
        std::vector<double> edges;
        for (double const p : probability) {
            edges.push_back(low + static_cast<double>(edges.size()) * width);
            mean += p * edges.back();
            sum += p;
        }
        file.dataset("mean", {"time", "species"}, std::vector<double>(times.size(), mean / sum));
        file.dataset("sink_mass", {"time"}, std::vector<double>(times.size(), sink_mass));
        for (char const* part : {"pruned_mass", "integration_error"})
            file.dataset(part, {"time"}, std::vector<double>(times.size(), 0.0));
        file.dimension(species + "_bin", edges);
        std::vector<double> all;
        for (std::size_t time = 0; time < times.size(); ++time)
            all.insert(all.end(), probability.begin(), probability.end());
        auto const dataset = "probability_" + species;
        file.dataset(dataset, {"time", species + "_bin"}, all);
        file.attribute(dataset, {"bin_width", width});
        file.commit();
    }
};

}  // namespace fano::test
