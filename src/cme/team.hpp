// Threads that take many short steps together: they wait for each other by spinning, which costs a fraction of a
// microsecond where a condition variable costs several.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace fano {

// While one lives, this thread takes numbers below 1e-307 for 0. Far from where probability is, there are many, and
// processors compute with them a hundred times slower.
class FlushToZero {
public:
    FlushToZero();
    ~FlushToZero();
    FlushToZero(FlushToZero const&) = delete;
    FlushToZero& operator=(FlushToZero const&) = delete;

private:
    unsigned before_ = 0;
};

class Team {
public:
    explicit Team(unsigned threads);
    ~Team();
    Team(Team const&) = delete;
    Team& operator=(Team const&) = delete;

    unsigned size() const { return size_; }
    // Runs work(member) in every thread, the caller's included, and returns when all are done. Work must not throw.
    void run(std::function<void(unsigned member)> const& work);
    // Within work: waits until all members are here.
    void meet();

private:
    void serve(unsigned member);

    FlushToZero const flush_;
    unsigned size_;
    std::atomic<unsigned> arrived_{0}, round_{0};
    std::atomic<unsigned> job_{0};  // changes when there is work
    std::atomic<bool> end_{false};
    std::function<void(unsigned)> const* work_ = nullptr;
    std::vector<std::thread> threads_;
};

// Whether to work together or alone, by what has been faster. Where other programs keep cores busy, a team that meets often
// waits a thousand times longer than it works.
class Pace {
public:
    bool together() const { return together_; }
    // What the last turn took, an amount of work.
    void record(double seconds, double work);

private:
    double cost_[2] = {0, 0};  // [s] an amount of work, alone and together; 0: not tried
    unsigned turns_ = 0;
    bool together_ = true;
};

// The part of [0, count) that a member has.
inline std::pair<std::size_t, std::size_t> share_of(std::size_t count, unsigned member, unsigned members) {
    return {count * member / members, count * (member + 1) / members};
}

}  // namespace fano
