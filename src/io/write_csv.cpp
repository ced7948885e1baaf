// Tables for spreadsheets: one long table of moments, and a file of its own beside it for each other kind of
// result. All of them appear together, when the last is complete.
#include <algorithm>
#include <filesystem>

#include "fano/result.hpp"
#include "io/fields.hpp"
#include "io/output_file.hpp"

namespace fano {

namespace {

// As RFC 4180 has it.
std::string quoted(std::string const& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

class CsvWriter {
public:
    CsvWriter(std::string const& file, Ensemble const& ensemble, Provenance const& provenance)
        : file_(file), ensemble_(ensemble), provenance_(provenance) {
        for (auto const& output : ensemble.outputs) names_.push_back(quoted(output.id));
    }

    void write() {
        bool special = write_moments();
        // A device or a pipe has no place beside it.
        if (!special) write_others();
        for (auto& table : tables_) table.commit();
        if (!special) remove_stale();
    }

private:
    // Tables of an earlier run under the same name would be taken for this one's.
    void remove_stale() const {
        for (char const* kind :
             {"histogram", "covariance", "joint", "snapshots", "trajectory", "reactions"}) {
            std::error_code ignored;
            if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end())
                std::filesystem::remove(place(kind), ignored);
        }
    }

    std::filesystem::path place(std::string const& kind) const {
        std::filesystem::path path(file_);
        if (!kind.empty())
            path.replace_filename(path.stem().string() + "." + kind + path.extension().string());
        return path;
    }

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

    // The provenance and the heading of a table; `kind` goes before the ending of its name.
    TextFile begin(std::string const& kind, std::string const& heading) {
        kinds_.push_back(kind);
        TextFile table(place(kind).string());
        for (auto const& fields : {provenance_fields(provenance_), run_fields(ensemble_)})
            for (auto const& [name, value] : fields) {
                table.write("# " + name + ": ");
                std::visit([&](auto content) { write_comment(table, content); }, value);
                table.write("\n");
            }
        table.write(heading);
        table.write("\n");
        return table;
    }

    void write_comment(TextFile& table, std::string text) {
        std::replace_if(
            text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
        table.write(text);
    }
    template <class Number>
    void write_comment(TextFile& table, Number number) {
        table.write(number);
    }

    void end(TextFile&& table) {
        table.close();
        tables_.push_back(std::move(table));
    }

    template <class... Cells>
    void row(TextFile& table, Cells const&... cells) {
        char const* separator = "";
        ((table.write(separator), table.write(cells), separator = ","), ...);
        table.write("\n");
    }

    std::string with_outputs(std::string heading) const {
        for (auto const& name : names_) heading += "," + name;
        return heading;
    }

    bool write_moments() {
        std::string heading = "time,species,cells";
        for (auto const& moment : moments) heading += fmt::format(",{0},{0}_error", moment.name);
        for (auto const& extreme : extremes) heading += fmt::format(",{}", extreme.name);
        auto table = begin("", heading);
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
        bool special = table.special();
        end(std::move(table));
        return special;
    }

    void write_histograms() {
        auto table = begin("histogram", "time,species,low,width,cells");
        for (std::size_t time = 0; time < times(); ++time)
            for (std::size_t output = 0; output < names_.size(); ++output) {
                auto histogram = ensemble_.tally.histogram(time, output);
                for (std::size_t bin = 0; bin < histogram.cells.size(); ++bin)
                    if (histogram.cells[bin] > 0)
                        row(table, ensemble_.times[time], names_[output],
                            histogram.low + static_cast<double>(bin) * histogram.width, histogram.width,
                            histogram.cells[bin]);
            }
        end(std::move(table));
    }

    void write_covariances() {
        auto table = begin("covariance", "time,species,other,covariance,error");
        for (std::size_t time = 0; time < times(); ++time)
            for (std::size_t a = 0; a < names_.size(); ++a)
                for (std::size_t b = a + 1; b < names_.size(); ++b) {
                    auto estimate = ensemble_.tally.covariance(time, a, b);
                    row(table, ensemble_.times[time], names_[a], names_[b], estimate.value, estimate.error);
                }
        end(std::move(table));
    }

    void write_joint() {
        auto table = begin("joint", "time,first,second,first_low,first_width,second_low,second_width,cells");
        auto const& pairs = ensemble_.tally.layout().joint;
        for (std::size_t time = 0; time < times(); ++time)
            for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
                auto joint = ensemble_.tally.joint(time, pair);
                for (std::size_t bin = 0; bin < joint.cells.size(); ++bin) {
                    if (joint.cells[bin] == 0) continue;
                    std::size_t const row_of_bin = bin / joint.bins[1], column_of_bin = bin % joint.bins[1];
                    auto first = static_cast<double>(row_of_bin);
                    auto second = static_cast<double>(column_of_bin);
                    row(table, ensemble_.times[time], names_[pairs[pair].first], names_[pairs[pair].second],
                        joint.low[0] + first * joint.width[0], joint.width[0],
                        joint.low[1] + second * joint.width[1], joint.width[1], joint.cells[bin]);
                }
            }
        end(std::move(table));
    }

    void write_outputs(TextFile& table, double const* values) {
        for (std::size_t output = 0; output < names_.size(); ++output) {
            table.write(",");
            table.write(values[output]);
        }
        table.write("\n");
    }

    void write_snapshots() {
        auto table = begin("snapshots", with_outputs("time,cell"));
        double const* values = ensemble_.snapshots.data();
        for (double time : ensemble_.times)
            for (std::uint64_t cell = 0; cell < ensemble_.cells; ++cell, values += names_.size()) {
                table.write(time);
                table.write(",");
                table.write(ensemble_.first_cell + cell);
                write_outputs(table, values);
            }
        end(std::move(table));
    }

    void write_trajectories() {
        auto table = begin("trajectory", with_outputs("cell,time"));
        for (auto const& trajectory : ensemble_.trajectories)
            for (std::size_t step = 0; step < trajectory.time.size(); ++step) {
                table.write(trajectory.cell);
                table.write(",");
                table.write(trajectory.time[step]);
                write_outputs(table, trajectory.values.data() + step * names_.size());
            }
        end(std::move(table));
    }

    void write_reactions() {
        auto table = begin("reactions", "reaction,events");
        for (std::size_t r = 0; r < ensemble_.reactions.size(); ++r)
            row(table, quoted(ensemble_.reactions[r]), ensemble_.reaction_counts[r]);
        end(std::move(table));
    }

    std::size_t times() const { return has_tally(ensemble_) ? ensemble_.tally.layout().times : 0; }

    std::string const& file_;
    Ensemble const& ensemble_;
    Provenance const& provenance_;
    std::vector<std::string> names_;  // quoted
    std::vector<std::string> kinds_;  // of the tables begun
    std::vector<TextFile> tables_;    // complete, waiting for the others
};

}  // namespace

void write_csv(std::string const& file, Ensemble const& ensemble, Provenance const& provenance) {
    CsvWriter(file, ensemble, provenance).write();
}

}  // namespace fano
