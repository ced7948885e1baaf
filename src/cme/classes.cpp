#include "cme/classes.hpp"

#include <algorithm>

namespace fano {

Classes find_classes(Eigen::SparseMatrix<double> const& a, std::vector<std::uint64_t> const& from) {
    using Entry = Eigen::SparseMatrix<double>::InnerIterator;
    auto const n = static_cast<std::size_t>(a.cols());
    constexpr std::uint32_t unseen = Classes::none;
    Classes found;
    found.of.assign(n, Classes::none);
    std::vector<std::uint32_t> order(n, unseen), lowest(n);
    std::vector<std::uint32_t> open;  // states whose class is not known yet
    struct Visit {
        std::uint32_t state;
        Entry next;
    };
    std::vector<Visit> path;
    std::uint32_t count = 0;
    auto const enter = [&](std::uint32_t state) {
        order[state] = lowest[state] = count++;
        open.push_back(state);
        path.push_back({state, Entry(a, static_cast<Eigen::Index>(state))});
    };
    for (auto start : from) {
        if (order[start] != unseen) continue;
        enter(static_cast<std::uint32_t>(start));
        while (!path.empty()) {
            auto& [state, next] = path.back();
            if (next) {
                auto const to = static_cast<std::uint32_t>(next.row());
                bool const leads = to != state && next.value() > 0;
                ++next;
                if (!leads) continue;
                if (order[to] == unseen)
                    enter(to);
                else if (found.of[to] == Classes::none)
                    lowest[state] = std::min(lowest[state], order[to]);
                continue;
            }
            auto const done = state;
            path.pop_back();
            if (!path.empty()) lowest[path.back().state] = std::min(lowest[path.back().state], lowest[done]);
            if (lowest[done] != order[done]) continue;
            auto const number = static_cast<std::uint32_t>(found.closed.size());
            std::size_t const begin =
                static_cast<std::size_t>(std::find(open.rbegin(), open.rend(), done).base() - open.begin()) -
                1;
            bool closed = true;
            for (auto i = begin; i < open.size(); ++i) found.of[open[i]] = number;
            for (auto i = begin; i < open.size(); ++i)
                for (Entry e(a, static_cast<Eigen::Index>(open[i])); e; ++e)
                    closed =
                        closed && (e.value() <= 0 || found.of[static_cast<std::size_t>(e.row())] == number);
            open.resize(begin);
            found.closed.push_back(closed);
        }
    }
    return found;
}

}  // namespace fano
