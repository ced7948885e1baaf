// The errors that fano throws. Each says in a whole sentence what is wrong and what to do about it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace fano {

// What a program should exit with.
enum class ExitCode { success = 0, internal = 1, input = 2, backend = 3, interrupted = 130 };

class Error : public std::runtime_error {
public:
    Error(ExitCode code, std::string const& message) : std::runtime_error(message), code_(code) {}
    ExitCode code() const noexcept { return code_; }

private:
    ExitCode code_;
};

// Something is wrong with what the user gave. Reads "file:line: message"; line 0 means "no particular line".
class InputError : public Error {
public:
    explicit InputError(std::string const& message) : Error(ExitCode::input, message) {}
    InputError(std::string file, int line, std::string const& message)
        : Error(ExitCode::input, place(file, line) + message), file_(std::move(file)), line_(line) {}
    std::string const& file() const noexcept { return file_; }
    int line() const noexcept { return line_; }

private:
    static std::string place(std::string const& file, int line) {
        if (file.empty()) return {};
        return line > 0 ? file + ":" + std::to_string(line) + ": " : file + ": ";
    }
    std::string file_;
    int line_ = 0;
};

// A cell could not go on: a count turned negative, a propensity is not a number, too many events.
class SimulationError : public Error {
public:
    SimulationError(std::uint64_t cell, double time, std::string const& message)
        : Error(ExitCode::input, message), cell_(cell), time_(time) {}
    std::uint64_t cell() const noexcept { return cell_; }
    double time() const noexcept { return time_; }

private:
    std::uint64_t cell_;
    double time_;
};

// A numerical method could not give an answer as exact as asked for: no convergence, no steady state.
class SolverError : public Error {
public:
    explicit SolverError(std::string const& message) : Error(ExitCode::input, message) {}
    // `file`: the model's; may be empty.
    SolverError(std::string const& file, std::string const& message)
        : SolverError(file.empty() ? message : file + ": " + message) {}
};

// The machine lacks what was asked for: an instruction set, a GPU.
class BackendError : public Error {
public:
    explicit BackendError(std::string const& message) : Error(ExitCode::backend, message) {}
};

// The work was stopped from outside (Ctrl-C). Nothing was written.
class Interrupted : public Error {
public:
    Interrupted() : Error(ExitCode::interrupted, "stopped; nothing was written") {}
};

}  // namespace fano
