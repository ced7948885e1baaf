// A heap of times, the earliest on top, in which every entry can be found and changed. Four children a node: half the
// levels of a binary heap, and the children lie side by side.
#pragma once

#include <cstdint>
#include <vector>

namespace fano {

class IndexedHeap {
public:
    explicit IndexedHeap(std::vector<double> const& times);

    std::uint32_t earliest() const { return nodes_[0].entry; }
    double time() const { return nodes_[0].time; }
    double time_of(std::uint32_t entry) const { return nodes_[place_[entry]].time; }
    void change(std::uint32_t entry, double time);

private:
    struct Node {
        double time;
        std::uint32_t entry;
    };

    void put(std::size_t place, Node const& node) {
        nodes_[place] = node;
        place_[node.entry] = static_cast<std::uint32_t>(place);
    }
    std::size_t up(std::size_t place, Node node);
    void down(std::size_t place, Node node);

    std::vector<Node> nodes_;
    std::vector<std::uint32_t> place_;  //!< [entry]
};

inline IndexedHeap::IndexedHeap(std::vector<double> const& times)
    : nodes_(times.size()), place_(times.size()) {
    for (std::size_t i = 0; i < times.size(); ++i) put(i, {times[i], static_cast<std::uint32_t>(i)});
    for (std::size_t i = times.size(); i-- > 0;) down(i, nodes_[i]);
}

inline std::size_t IndexedHeap::up(std::size_t place, Node node) {
    while (place > 0) {
        std::size_t const parent = (place - 1) / 4;
        if (!(node.time < nodes_[parent].time)) break;
        put(place, nodes_[parent]);
        place = parent;
    }
    return place;
}

inline void IndexedHeap::down(std::size_t place, Node node) {
    std::size_t const size = nodes_.size();
    for (;;) {
        std::size_t const first = 4 * place + 1;
        if (first >= size) break;
        std::size_t least = first, end = first + 4 < size ? first + 4 : size;
        for (std::size_t child = first + 1; child < end; ++child)
            if (nodes_[child].time < nodes_[least].time) least = child;
        if (!(nodes_[least].time < node.time)) break;
        put(place, nodes_[least]);
        place = least;
    }
    put(place, node);
}

inline void IndexedHeap::change(std::uint32_t entry, double time) {
    Node const node{time, entry};
    std::size_t const place = up(place_[entry], node);
    down(place, node);
}

}  // namespace fano
