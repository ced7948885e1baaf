// A file of the cache is: magic, the whole key, the machine code, a digest of all before it.
#include "emit/cubin_cache.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace fano {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view magic = "fano machine code, format 1\n";
constexpr std::string_view ending = ".cubin";
constexpr std::size_t digest_digits = 32;
constexpr std::size_t unique_letters = 6;  // of a temporary name

// FNV-1a with 128 bits, in hexadecimal.
std::string digest(std::string_view bytes) {
    __extension__ using Hash = unsigned __int128;
    constexpr Hash prime = (Hash{1} << 88) + 0x13b;
    Hash hash = (Hash{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
    for (char const byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * prime;
    return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(hash >> 64),
                       static_cast<std::uint64_t>(hash));
}

// With its length before it, so that no two lists of texts join to the same text.
std::string field(std::string_view text) { return fmt::format("{}:{}\n", text.size(), text); }

// What every file kept under the key opens with.
std::string opening(CacheKey const& key) {
    return std::string(magic) + field(key.program) + field(key.headers) + field(key.architecture) +
           field(key.compiler) + field(key.options);
}

std::optional<std::vector<char>> read(fs::path const& file, std::string const& opening) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();  // stops at errors, where an iterator would throw
    std::string const content = all.str();
    if (content.size() < opening.size() + digest_digits || !content.starts_with(opening)) return {};
    std::size_t const end = content.size() - digest_digits;
    if (digest(std::string_view(content).substr(0, end)) != std::string_view(content).substr(end)) return {};
    return std::vector<char>(content.begin() + static_cast<std::ptrdiff_t>(opening.size()),
                             content.begin() + static_cast<std::ptrdiff_t>(end));
}

// Whether a file of this name is one of the cache's, finished or temporary; others are left alone.
bool is_ours(std::string const& name) {
    constexpr std::size_t finished = digest_digits + ending.size();
    return name.find_first_not_of("0123456789abcdef") == digest_digits &&
           name.compare(digest_digits, ending.size(), ending) == 0 &&
           (name.size() == finished ||
            (name.size() == finished + 1 + unique_letters && name[finished] == '.'));
}

std::string environment(char const* name) {
    char const* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace

std::string digest_of(std::span<EmbeddedHeader const> headers) {
    std::string all;
    for (auto const& header : headers) all += field(header.name) + field(header.text);
    return digest(all);
}

CubinCache::CubinCache(fs::path folder, std::uintmax_t most_bytes)
    : folder_(std::move(folder)), most_bytes_(most_bytes) {}

fs::path CubinCache::default_folder() {
    if (auto const chosen = environment("FANO_CACHE_DIR"); !chosen.empty()) return chosen;
    if (fs::path const caches = environment("XDG_CACHE_HOME"); caches.is_absolute()) return caches / "fano";
    if (fs::path const home = environment("HOME"); home.is_absolute()) return home / ".cache" / "fano";
    return {};
}

std::vector<char> CubinCache::get(CacheKey const& key,
                                  std::function<std::vector<char>()> const& compile) const {
    if (folder_.empty()) return compile();
    std::string const start = opening(key);
    fs::path const file = folder_ / (digest(start) + std::string(ending));
    if (auto code = read(file, start)) {
        std::error_code ignored;
        fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
        return *std::move(code);
    }
    std::vector<char> code = compile();
    std::string content = start + std::string(code.begin(), code.end());
    content += digest(content);
    keep(file, content);
    return code;
}

void CubinCache::keep(fs::path const& file, std::string const& content) const {
    if (content.size() > most_bytes_) return;
    std::error_code error;
    fs::create_directories(folder_, error);
    std::string temporary = file.string() + "." + std::string(unique_letters, 'X');
    int const descriptor = ::mkstemp(temporary.data());
    if (descriptor < 0) return;
    ::close(descriptor);
    std::ofstream out(temporary, std::ios::binary);
    out << content;
    out.close();
    if (out) fs::rename(temporary, file, error);
    if (!out || error) fs::remove(temporary, error);
    remove_oldest();
}

void CubinCache::remove_oldest() const {
    struct Kept {
        fs::file_time_type used;
        std::uintmax_t bytes;
        fs::path file;
    };
    std::vector<Kept> files;
    std::uintmax_t total = 0;
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        if (!is_ours(entry->path().filename().string())) continue;
        std::error_code gone;  // another process may be removing files as well
        auto const used = entry->last_write_time(gone);
        if (gone) continue;
        auto const bytes = entry->file_size(gone);
        if (gone) continue;
        files.push_back({used, bytes, entry->path()});
        total += bytes;
    }
    std::sort(files.begin(), files.end(), [](Kept const& a, Kept const& b) { return a.used < b.used; });
    for (auto const& kept : files) {
        if (total <= most_bytes_) return;
        fs::remove(kept.file, error);
        total -= kept.bytes;
    }
}

}  // namespace fano
