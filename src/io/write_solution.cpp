// A solution of the master equation by the ending of the file's name, and as CSV.
#include "fano/result.hpp"
#include "io/csv_tables.hpp"
#include "io/solution_parts.hpp"

namespace fano {

namespace {

std::vector<Field> comments(CmeSolution const& solution, Provenance const& provenance) {
    auto fields = provenance_fields(provenance);
    for (auto& field : solution_fields(solution)) fields.push_back(std::move(field));
    for (auto const& note : solution.notes) fields.push_back({"note", note});
    return fields;
}

class SolutionCsv {
public:
    SolutionCsv(std::string const& file, CmeSolution const& solution, Provenance const& provenance)
        : solution_(solution), tables_(file, comments(solution, provenance)) {
        for (auto const& output : solution.outputs) names_.push_back(csv_quoted(output.id));
    }

    void write() {
        write_moments();
        if (!tables_.special()) {
            write_probabilities();
            write_certificates();
            if (names_.size() > 1) write_covariances();
            if (!solution_.joint.empty()) write_joint();
            if (!solution_.targets.empty()) write_arrived();
            if (solution_.stationary && solution_.stationary->currents)
                write_currents(*solution_.stationary->currents);
        }
        tables_.commit();
    }

private:
    void write_moments() {
        auto table = tables_.begin("", "time,species,mean,variance,fano,cv2,skewness,q05,q50,q95");
        for (auto const& at : solution_.at)
            for (std::size_t o = 0; o < names_.size(); ++o)
                csv_row(table, at.time, names_[o], at.mean[o], at.variance[o], at.fano(o), at.cv2(o),
                        at.skewness[o], at.quantile(o, 0.05), at.quantile(o, 0.5), at.quantile(o, 0.95));
        tables_.end(std::move(table));
    }

    void write_probabilities() {
        auto table = tables_.begin("probability", "time,species,low,width,probability");
        for (auto const& at : solution_.at)
            for (std::size_t o = 0; o < names_.size(); ++o) {
                auto const& [low, width, probability] = at.marginals[o];
                for (std::size_t bin = 0; bin < probability.size(); ++bin)
                    if (probability[bin] != 0)
                        csv_row(table, at.time, names_[o], low + static_cast<double>(bin) * width, width,
                                probability[bin]);
            }
        tables_.end(std::move(table));
    }

    void write_certificates() {
        auto table = tables_.begin("certificate", "time,sink,pruned,integration,states");
        for (auto const& at : solution_.at)
            csv_row(table, at.time, at.certificate.sink, at.certificate.pruned, at.certificate.integration,
                    at.states);
        tables_.end(std::move(table));
    }

    void write_covariances() {
        auto table = tables_.begin("covariance", "time,species,other,covariance");
        for (auto const& at : solution_.at)
            for (std::size_t a = 0; a < names_.size(); ++a)
                for (std::size_t b = a + 1; b < names_.size(); ++b)
                    csv_row(table, at.time, names_[a], names_[b], at.covariance[a * names_.size() + b]);
        tables_.end(std::move(table));
    }

    void write_arrived() {
        auto table = tables_.begin("arrived", "time,condition,probability");
        for (auto const& at : solution_.at)
            for (std::size_t k = 0; k < solution_.targets.size(); ++k)
                csv_row(table, at.time, csv_quoted(solution_.targets[k]), at.arrived[k]);
        tables_.end(std::move(table));
    }

    void write_currents(Currents const& currents) {
        auto table = tables_.begin("currents", "kind,name,per_time");
        for (std::size_t r = 0; r < currents.rates.size(); ++r)
            csv_row(table, "reaction", csv_quoted(solution_.reactions[r]), currents.rates[r]);
        for (auto const& cycle : currents.cycles)
            csv_row(table, "cycle", csv_quoted(cycle.reactions), cycle.current);
        tables_.end(std::move(table));
    }

    void write_joint() {
        auto table = tables_.begin(
            "joint", "time,first,second,first_low,first_width,second_low,second_width,probability");
        for (auto const& at : solution_.at)
            for (std::size_t pair = 0; pair < solution_.joint.size(); ++pair) {
                auto const& joint = at.joint[pair];
                auto const [a, b] = solution_.joint[pair];
                for (std::size_t bin = 0; bin < joint.probability.size(); ++bin) {
                    if (joint.probability[bin] == 0) continue;
                    auto const first = static_cast<double>(bin / joint.bins[1]);
                    auto const second = static_cast<double>(bin % joint.bins[1]);
                    csv_row(table, at.time, names_[a], names_[b], joint.low[0] + first * joint.width[0],
                            joint.width[0], joint.low[1] + second * joint.width[1], joint.width[1],
                            joint.probability[bin]);
                }
            }
        tables_.end(std::move(table));
    }

    CmeSolution const& solution_;
    std::vector<std::string> names_;  // quoted
    CsvTables tables_;
};

}  // namespace

std::vector<Field> solution_fields(CmeSolution const& solution) {
    std::vector<Field> fields{{"method", "cme"},
                              {"integrator", solution.method},
                              {"tolerance", solution.tolerance},
                              {"seconds", solution.seconds}};
    // A stationary result has estimates in place of a certificate.
    if (auto const& report = solution.stationary) {
        fields.push_back({"stationary_outflow", report->outflow});
        fields.push_back({"stationary_doubling_difference", report->doubling});
        fields.push_back({"stationary_residual", report->residual});
        if (report->currents) {
            fields.push_back({"imbalance", report->currents->imbalance});
            fields.push_back({"entropy_production", report->currents->entropy_production});
        }
        if (report->quasi) fields.push_back({"escape_rate", report->escape});
    }
    return fields;
}

void write_solution_csv(std::string const& file, CmeSolution const& solution, Provenance const& provenance) {
    SolutionCsv(file, solution, provenance).write();
}

void write_solution(std::string const& file, CmeSolution const& solution, Provenance const& provenance) {
    switch (output_format(file)) {
        case OutputFormat::hdf5:
            return write_solution_hdf5(file, solution, provenance);
        case OutputFormat::csv:
            return write_solution_csv(file, solution, provenance);
        case OutputFormat::json:
            return write_json(file, solution, provenance);
    }
}

}  // namespace fano
