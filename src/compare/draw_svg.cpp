// Small multiples as SVG: a panel an output, both distributions as steps.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "compare/overlay.hpp"
#include "io/output_file.hpp"

namespace fano {

namespace {

// Told apart by people who do not see all colours, and on paper by the filling.
constexpr char const* colours[2] = {"#2b6cb0", "#d9480f"};
constexpr double panel_width = 420, panel_height = 300, header = 74;
constexpr std::size_t most_bins = 100;

struct Box {
    double left, top, right, bottom;
};

// Safe inside XML.
std::string escaped(std::string const& text) {
    std::string result;
    for (char const c : text) {
        if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '&')
            result += "&amp;";
        else
            result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return result;
}

// The end of a long name says more than its beginning.
std::string shortened(std::string const& name) {
    constexpr std::size_t most = 44;
    if (name.size() <= most) return name;
    auto start = name.size() - most;
    while (start < name.size() && (static_cast<unsigned char>(name[start]) & 0xC0) == 0x80) ++start;
    return "…" + name.substr(start);
}

// 1, 2 or 5 times a power of ten, so that there are about `count` ticks.
double tick_step(double range, double count, double least) {
    double const raw = range / count, power = std::pow(10, std::floor(std::log10(raw)));
    for (double const factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw * 0.999) return std::max(factor * power, least);
    return std::max(10 * power, least);
}

class Panel {
public:
    Panel(TextFile& out, Overlay const& shown, bool counts, Box const& box)
        : out_(out), shown_(shown), counts_(counts), box_(box) {
        auto const& axis = shown.axis;
        // A bin of counts is drawn around its count; a few bins are given room at both sides.
        low_ = axis.low - (counts ? 0.5 : 0);
        double const room = axis.bins < 10 ? axis.width / 2 : 0;
        from_ = low_ - room;
        to_ = low_ + static_cast<double>(axis.bins) * axis.width + room;
        double const highest = std::max(*std::max_element(shown.p.begin(), shown.p.end()),
                                        *std::max_element(shown.q.begin(), shown.q.end()));
        y_step_ = tick_step(highest, 5, 0);
        top_ = std::ceil(highest / y_step_ * 1.0001) * y_step_;
    }

    void draw(std::string const& title, std::string const& subtitle, std::string const& unit) {
        label(box_.left, box_.top - 28, "start", "class=\"name\"", title);
        label(box_.left, box_.top - 12, "start", "class=\"small\"", subtitle);
        draw_grid();
        steps(shown_.p, 0, 0.22);
        steps(shown_.q, 1, 0);
        line(box_.left, box_.bottom, box_.right, box_.bottom, "axis");
        double const middle = (box_.left + box_.right) / 2;
        label(middle, box_.bottom + 36, "middle", "",
              unit.empty() || unit == "1" ? title : fmt::format("{} [{}]", title, unit));
        double const y = (box_.top + box_.bottom) / 2, x = box_.left - 46;
        bool const single = counts_ && shown_.axis.width == 1;
        label(x, y, "middle", fmt::format("transform=\"rotate(-90 {:.1f} {:.1f})\"", x, y),
              single ? "probability" : fmt::format("probability of a bin of {:.4g}", shown_.axis.width));
    }

private:
    double x(double value) const {
        return box_.left + (value - from_) / (to_ - from_) * (box_.right - box_.left);
    }
    double y(double part) const { return box_.bottom - part / top_ * (box_.bottom - box_.top); }

    void line(double x1, double y1, double x2, double y2, char const* style) {
        out_.write(
            fmt::format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" class=\"{}\"/>\n", x1,
                        y1, x2, y2, style));
    }

    void label(double at, double down, char const* anchor, std::string const& more, std::string const& text) {
        out_.write(fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", at, down,
                               anchor, more, escaped(text)));
    }

    void draw_grid() {
        for (int i = 0; i * y_step_ <= top_ * 1.001; ++i) {
            double const value = i * y_step_;
            if (i > 0) line(box_.left, y(value), box_.right, y(value), "grid");
            label(box_.left - 6, y(value) + 4, "end", "", fmt::format("{:.4g}", value));
        }
        double const step = tick_step(to_ - from_, 6, counts_ ? 1 : 0);
        double const end = low_ + static_cast<double>(shown_.axis.bins) * shown_.axis.width;
        for (double i = std::ceil(low_ / step); i * step <= end; ++i) {
            line(x(i * step), box_.bottom, x(i * step), box_.bottom + 4, "axis");
            label(x(i * step), box_.bottom + 18, "middle", "", fmt::format("{:.6g}", i * step + 0.0));
        }
    }

    void steps(std::vector<double> const& parts, int which, double filling) {
        std::string path = fmt::format("M{:.2f} {:.2f}", x(low_), y(0));
        for (std::size_t i = 0; i < parts.size(); ++i)
            path += fmt::format("V{:.2f}H{:.2f}", y(parts[i]),
                                x(low_ + static_cast<double>(i + 1) * shown_.axis.width));
        path += fmt::format("V{:.2f}", y(0));
        out_.write(
            fmt::format("<path d=\"{}\" fill=\"{}\" fill-opacity=\"{}\" stroke=\"{}\" class=\"steps\"/>\n",
                        path, colours[which], filling, colours[which]));
    }

    TextFile& out_;
    Overlay const& shown_;
    bool counts_;
    Box box_;
    double low_, from_, to_, top_, y_step_;
};

std::string subtitle_of(Comparison const& one) {
    auto text = fmt::format("total variation {:.3g}", one.total_variation);
    if (one.expected_total_variation > 0)
        text += fmt::format(" (noise alone {:.2g})", one.expected_total_variation);
    if (!std::isnan(one.p_value))
        text += one.p_value < 1e-300 ? ", p < 1e-300" : fmt::format(", p = {:.2g}", one.p_value);
    return text;
}

void draw_header(TextFile& out, std::array<ResultFile const*, 2> const& files, std::string const& time) {
    for (std::size_t i = 0; i < 2; ++i) {
        double const y = 24 + 20 * static_cast<double>(i);
        out.write(
            fmt::format("<rect x=\"16\" y=\"{0}\" width=\"22\" height=\"11\" fill=\"{1}\" "
                        "fill-opacity=\"{2}\" stroke=\"{1}\" "
                        "class=\"steps\"/>\n<text x=\"46\" y=\"{3}\">{4} ({5})</text>\n",
                        y - 10, colours[i], i == 0 ? 0.22 : 0.0, y, escaped(shortened(files[i]->file)),
                        files[i]->size_text()));
    }
    out.write(fmt::format("<text x=\"16\" y=\"64\" class=\"small\">{}</text>\n", escaped(time)));
}

}  // namespace

void draw_comparison(std::string const& file, ResultFile const& a, ResultFile const& b,
                     FileComparison const& found) {
    std::size_t const panels = found.outputs.size();
    std::size_t const across = panels == 1 ? 1 : panels <= 4 ? 2 : 3, down = (panels + across - 1) / across;
    double const width = panel_width * static_cast<double>(across);
    double const height = header + panel_height * static_cast<double>(down);
    TextFile out(file);
    out.write(fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"12\" fill=\"#333\">\n"
        "<style>.name{{font-size:15px;font-weight:bold;fill:#111}}.small{{font-size:11px;fill:#666}}"
        ".axis{{stroke:#555;stroke-width:1}}.grid{{stroke:#e5e5e5;stroke-width:1}}"
        ".steps{{stroke-width:1.5;stroke-linejoin:round}}</style>\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
        width, height));
    draw_header(out, {&a, &b}, "At time " + time_text(found.time(found.times.size() - 1), found.time_unit));
    auto const [time_a, time_b] = found.times.back();
    for (std::size_t i = 0; i < panels; ++i) {
        auto const p = a.distribution(time_a, found.places[i].first),
                   q = b.distribution(time_b, found.places[i].second);
        auto const shown = for_picture(overlay(p, q), most_bins);
        double const left = panel_width * static_cast<double>(i % across);
        double const top = header + panel_height * static_cast<double>(i / across);
        Box const box{left + 68, top + 48, left + panel_width - 18, top + panel_height - 50};
        Panel(out, shown, p.width == 1 && q.width == 1, box)
            .draw(p.output, subtitle_of(found.last(i)), p.unit);
    }
    out.write("</svg>\n");
    out.close();
    out.commit();
}

}  // namespace fano
