// A result file that appears under its name only when it is complete: it is written under a temporary name in
// the same directory, and renamed by commit(). Without commit() nothing is left behind.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace fano {

enum class OutputFormat { hdf5, csv, json };

// By the ending of the name. Throws InputError, listing the endings there are.
OutputFormat output_format(std::string const& file);

// Throws Interrupted if a StopWriting asks for it; called now and then while a file is written.
void check_stop_writing();

class OutputFile {
public:
    // Throws InputError if `file` cannot be a result file where it is.
    explicit OutputFile(std::string file);
    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();

    std::string const& file() const { return file_; }
    // Where to write until commit(). The name itself if that is a device or a pipe.
    std::string const& path() const { return path_; }
    bool special() const { return path_ == target_; }
    void commit();

private:
    std::string file_;    // as given
    std::string target_;  // with symbolic links followed
    std::string path_;
    bool pending_ = true;
};

// Text in an OutputFile, through a buffer.
class TextFile {
public:
    explicit TextFile(std::string file);
    TextFile(TextFile&& other) noexcept;
    TextFile& operator=(TextFile&&) = delete;
    ~TextFile();

    bool special() const { return output_.special(); }
    void write(std::string_view text);
    // The shortest text that reads back as the same number; "NaN" for what is undefined.
    void write(double value);
    void write(std::uint64_t value);
    // Puts everything on disk, but not yet under its name.
    void close();
    void commit() { output_.commit(); }

private:
    void flush_full();
    void flush();
    [[noreturn]] void fail(int error) const;

    OutputFile output_;
    std::FILE* stream_;
    fmt::memory_buffer buffer_;
};

}  // namespace fano
