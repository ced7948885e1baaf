// The progress bar and the signal handler.
#include "cli/progress.hpp"

#include <csignal>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace fano::cli {

namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_signal(int signal) {
    if (stop_requested.exchange(true)) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

}  // namespace

void say(std::string const& line) { std::fputs((line + "\n").c_str(), stderr); }

StopOnSignal::StopOnSignal() {
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

StopOnSignal::~StopOnSignal() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

std::atomic<bool> const& StopOnSignal::flag() { return stop_requested; }

Progress::Progress(double all, std::string what, bool quiet)
    : all_(all), what_(std::move(what)), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
    if (shown_ && terminal_) std::fputs("\r\033[K", stderr);
}

void Progress::operator()(double done) {
    auto const now = Clock::now();
    double const elapsed = std::chrono::duration<double>(now - start_).count();
    if (quiet_ || elapsed < 0.5) return;
    double const part = done / all_;
    std::string const left = done > 0 ? fmt::format(", {:.0f} s left", elapsed / part - elapsed) : "";
    if (terminal_) {
        constexpr int width = 40;
        int const full = static_cast<int>(part * width);
        std::fputs(
            fmt::format("\r\033[K[{:#<{}}{:.<{}}] {:3.0f} %{}", "", full, "", width - full, 100 * part, left)
                .c_str(),
            stderr);
        std::fflush(stderr);
        shown_ = true;
    } else if (now - last_line_ > std::chrono::seconds(10)) {
        last_line_ = now;
        say(fmt::format("fano: {:.6g} of {:.6g} {} done after {:.0f} s{}", done, all_, what_, elapsed, left));
    }
}

}  // namespace fano::cli
