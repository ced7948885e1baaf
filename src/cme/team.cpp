#include "cme/team.hpp"

#include <algorithm>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace fano {

namespace {

// A while of spinning, then the processor is left to others: they may be what is waited for.
template <class Ready>
void wait(Ready ready) {
    for (int spins = 0; !ready(); ++spins) {
        if (spins < 2000) {
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
        } else {
            std::this_thread::yield();
        }
    }
}

}  // namespace

#if defined(__SSE2__)
FlushToZero::FlushToZero() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }  // results, and operands
FlushToZero::~FlushToZero() { _mm_setcsr(before_); }
#else
FlushToZero::FlushToZero() = default;
FlushToZero::~FlushToZero() = default;
#endif

Team::Team(unsigned threads) : size_(std::max(threads, 1U)) {
    for (unsigned member = 1; member < size_; ++member)
        threads_.emplace_back([this, member] { serve(member); });
}

Team::~Team() {
    end_ = true;
    job_.fetch_add(1);
    job_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void Team::serve(unsigned member) {
    FlushToZero const flush;
    unsigned seen = 0;
    while (true) {
        for (int spins = 0; job_.load() == seen && spins < 2000; ++spins) {
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
        }
        job_.wait(seen);
        ++seen;
        if (end_) return;
        (*work_)(member);
        meet();
    }
}

void Team::run(std::function<void(unsigned)> const& work) {
    if (size_ == 1) return work(0);
    work_ = &work;
    job_.fetch_add(1);
    job_.notify_all();
    work(0);
    meet();
}

void Team::meet() {
    if (size_ == 1) return;
    unsigned const round = round_.load();
    if (arrived_.fetch_add(1) + 1 == size_) {
        arrived_ = 0;
        round_.fetch_add(1);
        return;
    }
    wait([&] { return round_.load() != round; });
}

void Pace::record(double seconds, double work) {
    cost_[together_ ? 1 : 0] = seconds / work;
    bool const tried = cost_[0] > 0 && cost_[1] > 0;
    // Now and then the other way, for one turn: the cores may be free by now, or no longer.
    together_ = !tried || ++turns_ % 64 == 0 ? !together_ : cost_[1] < cost_[0];
}

}  // namespace fano
