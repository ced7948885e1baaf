// Tables for spreadsheets: one long table of moments, and a file of its own beside it for each other kind of
// result. All of them appear together, when the last is complete.
#include "fano/result.hpp"
#include "io/csv_tables.hpp"
#include "io/fields.hpp"

namespace fano {

namespace {

std::vector<Field> comments(Ensemble const& ensemble, Provenance const& provenance) {
    auto fields = provenance_fields(provenance);
    for (auto& field : run_fields(ensemble)) fields.push_back(std::move(field));
    return fields;
}

class CsvWriter {
public:
    CsvWriter(std::string const& file, Ensemble const& ensemble, Provenance const& provenance)
        : ensemble_(ensemble), tables_(file, comments(ensemble, provenance)) {
        for (auto const& output : ensemble.outputs) names_.push_back(csv_quoted(output.id));
    }

    void write() {
        write_moments();
        if (!tables_.special()) write_others();
        tables_.commit();
    }

private:
    void write_others() {
        auto const& layout = ensemble_.tally.layout();
        if (has_tally(ensemble_)) {
            write_histograms();
            if (layout.covariance && names_.size() > 1) write_covariances();
            if (!layout.joint.empty()) write_joint();
        }
        if (!ensemble_.snapshots.empty()) write_snapshots();
        if (!ensemble_.trajectories.empty()) write_trajectories();
        if (!ensemble_.reaction_counts.empty()) write_reactions();
    }

    std::string with_outputs(std::string heading) const {
        for (auto const& name : names_) heading += "," + name;
        return heading;
    }

    void write_moments() {
        std::string heading = "time,species,cells";
        for (auto const& moment : moments) heading += fmt::format(",{0},{0}_error", moment.name);
        for (auto const& extreme : extremes) heading += fmt::format(",{}", extreme.name);
        auto table = tables_.begin("", heading);
        auto const& tally = ensemble_.tally;
        for (std::size_t time = 0; time < times(); ++time)
            for (std::size_t output = 0; output < names_.size(); ++output) {
                table.write(ensemble_.times[time]);
                table.write("," + names_[output] + ",");
                table.write(tally.cells(time));
                for (auto const& moment : moments) {
                    auto estimate = (tally.*moment.of)(time, output);
                    for (double value : {estimate.value, estimate.error}) {
                        table.write(",");
                        table.write(value);
                    }
                }
                for (auto const& extreme : extremes) {
                    table.write(",");
                    table.write((tally.*extreme.of)(time, output));
                }
                table.write("\n");
            }
        tables_.end(std::move(table));
    }

    void write_histograms() {
        auto table = tables_.begin("histogram", "time,species,low,width,cells");
        for (std::size_t time = 0; time < times(); ++time)
            for (std::size_t output = 0; output < names_.size(); ++output) {
                auto histogram = ensemble_.tally.histogram(time, output);
                for (std::size_t bin = 0; bin < histogram.cells.size(); ++bin)
                    if (histogram.cells[bin] > 0)
                        csv_row(table, ensemble_.times[time], names_[output],
                                histogram.low + static_cast<double>(bin) * histogram.width, histogram.width,
                                histogram.cells[bin]);
            }
        tables_.end(std::move(table));
    }

    void write_covariances() {
        auto table = tables_.begin("covariance", "time,species,other,covariance,error");
        for (std::size_t time = 0; time < times(); ++time)
            for (std::size_t a = 0; a < names_.size(); ++a)
                for (std::size_t b = a + 1; b < names_.size(); ++b) {
                    auto estimate = ensemble_.tally.covariance(time, a, b);
                    csv_row(table, ensemble_.times[time], names_[a], names_[b], estimate.value,
                            estimate.error);
                }
        tables_.end(std::move(table));
    }

    void write_joint() {
        auto table =
            tables_.begin("joint", "time,first,second,first_low,first_width,second_low,second_width,cells");
        auto const& pairs = ensemble_.tally.layout().joint;
        for (std::size_t time = 0; time < times(); ++time)
            for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
                auto joint = ensemble_.tally.joint(time, pair);
                for (std::size_t bin = 0; bin < joint.cells.size(); ++bin) {
                    if (joint.cells[bin] == 0) continue;
                    std::size_t const row_of_bin = bin / joint.bins[1], column_of_bin = bin % joint.bins[1];
                    auto first = static_cast<double>(row_of_bin);
                    auto second = static_cast<double>(column_of_bin);
                    csv_row(table, ensemble_.times[time], names_[pairs[pair].first],
                            names_[pairs[pair].second], joint.low[0] + first * joint.width[0], joint.width[0],
                            joint.low[1] + second * joint.width[1], joint.width[1], joint.cells[bin]);
                }
            }
        tables_.end(std::move(table));
    }

    void write_outputs(TextFile& table, double const* values) {
        for (std::size_t output = 0; output < names_.size(); ++output) {
            table.write(",");
            table.write(values[output]);
        }
        table.write("\n");
    }

    void write_snapshots() {
        auto table = tables_.begin("snapshots", with_outputs("time,cell"));
        double const* values = ensemble_.snapshots.data();
        for (double time : ensemble_.times)
            for (std::uint64_t cell = 0; cell < ensemble_.cells; ++cell, values += names_.size()) {
                table.write(time);
                table.write(",");
                table.write(ensemble_.first_cell + cell);
                write_outputs(table, values);
            }
        tables_.end(std::move(table));
    }

    void write_trajectories() {
        auto table = tables_.begin("trajectory", with_outputs("cell,time"));
        for (auto const& trajectory : ensemble_.trajectories)
            for (std::size_t step = 0; step < trajectory.time.size(); ++step) {
                table.write(trajectory.cell);
                table.write(",");
                table.write(trajectory.time[step]);
                write_outputs(table, trajectory.values.data() + step * names_.size());
            }
        tables_.end(std::move(table));
    }

    void write_reactions() {
        auto table = tables_.begin("reactions", "reaction,events");
        for (std::size_t r = 0; r < ensemble_.reactions.size(); ++r)
            csv_row(table, csv_quoted(ensemble_.reactions[r]), ensemble_.reaction_counts[r]);
        tables_.end(std::move(table));
    }

    std::size_t times() const { return has_tally(ensemble_) ? ensemble_.tally.layout().times : 0; }

    Ensemble const& ensemble_;
    std::vector<std::string> names_;  // quoted
    CsvTables tables_;
};

}  // namespace

void write_csv(std::string const& file, Ensemble const& ensemble, Provenance const& provenance) {
    CsvWriter(file, ensemble, provenance).write();
}

}  // namespace fano
