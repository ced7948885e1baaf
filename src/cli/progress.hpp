// Progress of long work on stderr, and a clean answer to Ctrl-C.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace fano::cli {

// A line on stderr. One that cannot be written is dropped: the work matters more.
void say(std::string const& line);

// While one lives, SIGINT and SIGTERM set flag() instead of ending the program; a second one ends it.
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(StopOnSignal const&) = delete;
    StopOnSignal& operator=(StopOnSignal const&) = delete;
    static std::atomic<bool> const& flag();
};

// A bar on a terminal, a line every ten seconds elsewhere. Shows nothing for work that ends at once.
class Progress {
public:
    // `what`: of which there are `all`, as in "10 of 20 cells done".
    Progress(double all, std::string what, bool quiet);
    ~Progress();
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;
    void operator()(double done);

private:
    using Clock = std::chrono::steady_clock;
    double all_;
    std::string what_;
    bool quiet_, terminal_, shown_ = false;
    Clock::time_point start_ = Clock::now(), last_line_ = start_;
};

}  // namespace fano::cli
