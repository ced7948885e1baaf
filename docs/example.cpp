// The example of docs/library.md: an ensemble in ten lines.
#include <fano/fano.hpp>
#include <iostream>

int main(int, char** arguments) {
    fano::Model model = fano::read_model(arguments[1]);
    model.set("k_tx", 30);
    fano::Network const network = fano::compile(model);
    fano::EnsembleOptions options;
    options.cells = 20'000;
    options.times = fano::parse_times("0:100:11");
    fano::Ensemble const ensemble = fano::run_ensemble(network, options);
    auto const mrna = network.output("mRNA");
    fano::Estimate const noise = ensemble.tally.fano(10, mrna);
    std::cout << "Fano factor of mRNA: " << noise.value << " ± " << noise.error << '\n';
    fano::write_json(std::cout, ensemble, fano::describe(network, ensemble, "docs/example"));
}
