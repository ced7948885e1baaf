// Temporary names, renaming, and the early answer to "could this file be written?".
#include "io/output_file.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "fano/error.hpp"
#include "fano/result.hpp"

namespace fano {

namespace fs = std::filesystem;

namespace {

std::atomic<std::atomic<bool> const*> stop_writing{nullptr};

constexpr auto known_endings = ".h5, .hdf5 or .nc (HDF5), .csv, or .json";

bool is_special(fs::path const& path) {
    std::error_code ignored;
    auto status = fs::status(path, ignored);
    return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// The file that a symbolic link means, so that renaming replaces that file and not the link.
fs::path follow_links(fs::path const& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    auto target = fs::weakly_canonical(path, error);
    return error ? path : target;
}

std::string temporary_name(std::string const& target) { return fmt::format("{}.tmp-{}", target, ::getpid()); }

void check_not_directory(std::string const& file) {
    if (file.empty())
        throw InputError("the name of the output file is empty; give one that ends in .h5, .csv or .json");
    std::error_code ignored;
    if (fs::is_directory(file, ignored))
        throw InputError(file, 0,
                         fmt::format("is a directory; give the name of a file in it, such as {}",
                                     (fs::path(file) / "result.h5").string()));
}

void check_directory(std::string const& file, fs::path const& target) {
    auto parent = target.parent_path();
    if (parent.empty()) parent = ".";
    std::error_code ignored;
    if (fs::is_directory(parent, ignored)) return;
    auto nearest = parent;
    while (!fs::exists(nearest, ignored) && nearest.has_relative_path() && !nearest.parent_path().empty())
        nearest = nearest.parent_path();
    if (fs::exists(nearest, ignored) && !fs::is_directory(nearest, ignored))
        throw InputError(file, 0,
                         fmt::format("cannot be written, because {} is a file, not a directory; "
                                     "choose another place",
                                     nearest.string()));
    throw InputError(
        file, 0,
        fmt::format("the directory {0} does not exist; create it first (mkdir -p {0})", parent.string()));
}

void check_permission(std::string const& file, fs::path const& target) {
    std::error_code ignored;
    if (fs::exists(target, ignored) && ::access(target.c_str(), W_OK) != 0)
        throw InputError(file, 0,
                         fmt::format("exists and may not be overwritten ({}); choose another name, or "
                                     "make it writable (chmod u+w)",
                                     std::strerror(errno)));
    if (is_special(target)) return;
    // Only trying tells about read-only file systems, quotas and names that are too long.
    auto trial = temporary_name(target.string());
    int descriptor = ::open(trial.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        int error = errno;
        auto parent = target.has_parent_path() ? target.parent_path() : fs::path(".");
        throw InputError(file, 0,
                         fmt::format("no file can be created in the directory {} ({}); choose another place",
                                     parent.string(), std::strerror(error)));
    }
    ::close(descriptor);
    ::unlink(trial.c_str());
}

}  // namespace

StopWriting::StopWriting(std::atomic<bool> const& stop) { stop_writing = &stop; }
StopWriting::~StopWriting() { stop_writing = nullptr; }

void check_stop_writing() {
    auto const* const stop = stop_writing.load();
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) throw Interrupted();
}

OutputFormat output_format(std::string const& file) {
    auto ending = fs::path(file).extension().string();
    if (ending == ".h5" || ending == ".hdf5" || ending == ".nc") return OutputFormat::hdf5;
    if (ending == ".csv") return OutputFormat::csv;
    if (ending == ".json") return OutputFormat::json;
    if (ending.empty())
        throw InputError(file, 0,
                         fmt::format("the name has no ending that tells the format; use {}", known_endings));
    throw InputError(
        file, 0,
        fmt::format("the ending {} stands for no format that fano writes; use {}", ending, known_endings));
}

void check_writable(std::string const& file) {
    check_not_directory(file);
    output_format(file);
    auto target = follow_links(file);
    check_directory(file, target);
    check_permission(file, target);
}

OutputFile::OutputFile(std::string file) : file_(std::move(file)) {
    check_not_directory(file_);
    auto target = follow_links(file_);
    check_directory(file_, target);
    target_ = target.string();
    // A device or a pipe has no content to replace: it is written as it stands.
    path_ = is_special(target) ? target_ : temporary_name(target_);
    if (!special()) check_permission(file_, target);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : file_(std::move(other.file_)),
      target_(std::move(other.target_)),
      path_(std::move(other.path_)),
      pending_(std::exchange(other.pending_, false)) {}

OutputFile::~OutputFile() {
    if (pending_ && !special()) ::unlink(path_.c_str());
}

void OutputFile::commit() {
    check_stop_writing();
    if (!special() && std::rename(path_.c_str(), target_.c_str()) != 0)
        throw InputError(file_, 0, fmt::format("cannot be written: {}", std::strerror(errno)));
    pending_ = false;
}

TextFile::TextFile(std::string file)
    : output_(std::move(file)), stream_(std::fopen(output_.path().c_str(), "wb")) {
    if (stream_ == nullptr) fail(errno);
}

TextFile::TextFile(TextFile&& other) noexcept
    : output_(std::move(other.output_)),
      stream_(std::exchange(other.stream_, nullptr)),
      buffer_(std::move(other.buffer_)) {}

TextFile::~TextFile() {
    if (stream_ != nullptr) std::fclose(stream_);
}

void TextFile::write(std::string_view text) {
    buffer_.append(text.data(), text.data() + text.size());
    flush_full();
}

void TextFile::write(double value) {
    if (std::isnan(value)) return write("NaN");
    fmt::format_to(std::back_inserter(buffer_), "{}", value);
    flush_full();
}

void TextFile::write(std::uint64_t value) {
    fmt::format_to(std::back_inserter(buffer_), "{}", value);
    flush_full();
}

void TextFile::close() {
    flush();
    if (std::fclose(std::exchange(stream_, nullptr)) != 0) fail(errno);
}

void TextFile::flush_full() {
    constexpr std::size_t full = 1 << 16;
    if (buffer_.size() >= full) flush();
}

void TextFile::flush() {
    check_stop_writing();
    if (std::fwrite(buffer_.data(), 1, buffer_.size(), stream_) != buffer_.size()) fail(errno);
    buffer_.clear();
}

void TextFile::fail(int error) const {
    throw InputError(output_.file(), 0, fmt::format("cannot be written: {}", std::strerror(error)));
}

}  // namespace fano
