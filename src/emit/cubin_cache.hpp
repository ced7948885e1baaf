// Keeps compiled programs in a folder, so that a network is compiled once and not at every run.
//
// Nothing about the folder is an error: what cannot be read is compiled again, what cannot be written is not kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "emit/kernel_headers.hpp"

namespace fano {

// All that the machine code of a program depends on.
struct CacheKey {
    std::string program;       // its whole text
    std::string headers;       // digest of the headers that it may include
    std::string architecture;  // "sm_90"
    std::string compiler;      // its version
    std::string options;
};

// 32 hexadecimal digits that change with any name or text.
std::string digest_of(std::span<EmbeddedHeader const> headers);

// Safe to share between threads and processes: a file appears complete or not at all.
class CubinCache {
public:
    static constexpr std::uintmax_t default_limit = std::uintmax_t{256} << 20;

    // Holds `most_bytes` of files at most, those used last. An empty folder name keeps nothing.
    explicit CubinCache(std::filesystem::path folder = default_folder(),
                        std::uintmax_t most_bytes = default_limit);
    // $FANO_CACHE_DIR, else $XDG_CACHE_HOME/fano, else $HOME/.cache/fano; empty where none of them is set.
    static std::filesystem::path default_folder();

    // The code kept under the key, else what `compile` returns, which is kept.
    std::vector<char> get(CacheKey const& key, std::function<std::vector<char>()> const& compile) const;

private:
    void keep(std::filesystem::path const& file, std::string const& content) const;
    void remove_oldest() const;

    std::filesystem::path folder_;
    std::uintmax_t most_bytes_;
};

}  // namespace fano
