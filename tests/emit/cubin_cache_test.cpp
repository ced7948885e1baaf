// The cache of compiled programs: what it finds, what it must not find, and what happens to it from outside.
#include "emit/cubin_cache.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/scratch.hpp"

namespace {

namespace fs = std::filesystem;
using fano::CacheKey;
using fano::CubinCache;
using fano::test::read_file;
using fano::test::TemporaryDirectory;
using fano::test::write_file;

CacheKey const key{"program", "headers", "sm_90", "13.0", "--fmad=false"};
std::string const code{
    "\x7f"
    "ELF machine code\0with\nall bytes\xff",
    33};

// What the cache returns, and whether it had to compile.
struct Answer {
    std::string code;
    bool compiled;
};
Answer ask(CubinCache const& cache, CacheKey const& asked, std::string const& compiled_code = code) {
    bool compiled = false;
    auto const bytes = cache.get(asked, [&] {
        compiled = true;
        return std::vector<char>(compiled_code.begin(), compiled_code.end());
    });
    return {{bytes.begin(), bytes.end()}, compiled};
}

std::vector<fs::path> files_of(fs::path const& folder) {
    return {fs::directory_iterator(folder), fs::directory_iterator()};
}

void expect_miss_then_hit(CubinCache const& cache, CacheKey const& asked, std::string const& what) {
    Answer const first = ask(cache, asked);
    EXPECT_TRUE(first.compiled) << what;
    EXPECT_EQ(first.code, code) << what;
    Answer const second = ask(cache, asked, "something else");
    EXPECT_FALSE(second.compiled) << what;
    EXPECT_EQ(second.code, code) << what;
}

TEST(CubinCache, CompilesAProgramOnce) {
    TemporaryDirectory const folder;
    expect_miss_then_hit(CubinCache(folder.path() / "made" / "when needed"), key, "new folder");
    Answer const later = ask(CubinCache(folder.path() / "made" / "when needed"), key, "something else");
    EXPECT_FALSE(later.compiled);
    EXPECT_EQ(later.code, code);
}

TEST(CubinCache, CompilesAgainWhenAnyPartOfTheKeyChanges) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path());
    ask(cache, key);
    for (auto part : {&CacheKey::program, &CacheKey::headers, &CacheKey::architecture, &CacheKey::compiler,
                      &CacheKey::options}) {
        CacheKey changed = key;
        (changed.*part).back() ^= 1;
        expect_miss_then_hit(cache, changed, changed.*part);
    }
    // The same letters, divided otherwise.
    expect_miss_then_hit(cache, {"programhead", "ers", "sm_90", "13.0", "--fmad=false"}, "divided");
    EXPECT_FALSE(ask(cache, key).compiled);
}

TEST(CubinCache, CompilesAgainWhenTheFileIsCutOff) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path());
    ask(cache, key);
    fs::path const file = files_of(folder.path()).at(0);
    std::string const whole = read_file(file);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write_file(file, whole.substr(0, size));
        expect_miss_then_hit(cache, key, std::to_string(size) + " bytes left");
        ASSERT_EQ(read_file(file), whole);
    }
    write_file(file, whole + "more");
    expect_miss_then_hit(cache, key, "longer");
}

TEST(CubinCache, CompilesAgainWhenOneBitIsWrong) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path());
    ask(cache, key);
    fs::path const file = files_of(folder.path()).at(0);
    std::string const whole = read_file(file);
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string wrong = whole;
        wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << bit % 8));
        write_file(file, wrong);
        ASSERT_TRUE(ask(cache, key).compiled) << "bit " << bit;
    }
}

TEST(CubinCache, CompilesAgainWhenTheFileHoldsAnotherProgram) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path());
    ask(cache, key);
    fs::path const file = files_of(folder.path()).at(0);
    CacheKey other = key;
    other.program = "another program";
    ask(cache, other, "its code");
    for (auto const& entry : files_of(folder.path())) {
        if (entry != file) fs::rename(entry, file);
    }
    expect_miss_then_hit(cache, key, "a file of the right name and the wrong key");
    write_file(file, "a file that is not the cache's");
    expect_miss_then_hit(cache, key, "foreign");
}

TEST(CubinCache, WorksWhereNothingCanBeWritten) {
    TemporaryDirectory const folder;
    write_file(folder / "file", "not a folder");
    CubinCache const cache(folder.path() / "file" / "cache");
    for (int i = 0; i < 2; ++i) {
        Answer const answer = ask(cache, key);
        EXPECT_TRUE(answer.compiled);
        EXPECT_EQ(answer.code, code);
    }
}

TEST(CubinCache, WorksWhereItsFileNameIsAFolder) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path());
    ask(cache, key);
    fs::path const file = files_of(folder.path()).at(0);
    fs::remove(file);
    fs::create_directories(file / "inside");
    EXPECT_EQ(ask(cache, key).code, code);
    EXPECT_EQ(files_of(folder.path()).size(), 1u) << "a temporary file was left behind";
}

TEST(CubinCache, KeepsNothingWithoutAFolder) {
    CubinCache const cache(fs::path{});
    EXPECT_TRUE(ask(cache, key).compiled);
    EXPECT_TRUE(ask(cache, key).compiled);
}

TEST(CubinCache, KeepsNothingOfAFailedCompilation) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path());
    EXPECT_THROW(cache.get(key, []() -> std::vector<char> { throw std::runtime_error("does not compile"); }),
                 std::runtime_error);
    EXPECT_TRUE(files_of(folder.path()).empty());
    expect_miss_then_hit(cache, key, "after a failure");
}

CacheKey numbered(int i) {
    CacheKey result = key;
    result.program = "program " + std::to_string(i);
    return result;
}
std::string code_of(int i) { return std::string(1000, static_cast<char>('a' + i)); }

// A cache with room for few files, used by many at once: every answer must be right all the same.
bool use_busy_cache(fs::path const& folder) {
    CubinCache const cache(folder, 4000);
    for (int i = 0; i < 200; ++i) {
        int const n = i % 7;
        if (ask(cache, numbered(n), code_of(n)).code != code_of(n)) return false;
    }
    return true;
}

TEST(CubinCache, AnswersRightlyToProcessesAtOnce) {
    TemporaryDirectory const folder;
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        pid_t const child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) ::_exit(use_busy_cache(folder.path()) ? 0 : 1);
        children.push_back(child);
    }
    for (pid_t const child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_LE(files_of(folder.path()).size(), 3u);
}

TEST(CubinCache, AnswersRightlyToThreadsAtOnce) {
    TemporaryDirectory const folder;
    std::atomic<int> right{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { right += use_busy_cache(folder.path()) ? 1 : 0; });
    threads.clear();
    EXPECT_EQ(right, 4);
}

TEST(CubinCache, RemovesTheFilesUsedLongestAgo) {
    TemporaryDirectory const folder;
    write_file(folder / "notes.txt",
               std::string(100000, 'x'));  // not the cache's: neither counted nor removed
    CubinCache const roomy(folder.path());
    auto const now = fs::file_time_type::clock::now();
    std::uintmax_t one_file = 0;
    for (int i = 0; i < 3; ++i) {
        auto const before = files_of(folder.path());
        ask(roomy, numbered(i), code_of(i));
        for (auto const& file : files_of(folder.path())) {
            if (std::find(before.begin(), before.end(), file) != before.end()) continue;
            fs::last_write_time(file, now - std::chrono::hours(10 - i));
            one_file = fs::file_size(file);
        }
    }
    CubinCache const narrow(folder.path(), 3 * one_file);
    EXPECT_FALSE(ask(narrow, numbered(0)).compiled);  // now used more recently than 1 and 2
    ask(narrow, numbered(3), code_of(3));             // the fourth
    EXPECT_TRUE(fs::exists(folder / "notes.txt"));
    EXPECT_EQ(files_of(folder.path()).size(), 1u + 3u);
    EXPECT_FALSE(ask(narrow, numbered(0)).compiled);
    EXPECT_FALSE(ask(narrow, numbered(2)).compiled);
    EXPECT_FALSE(ask(narrow, numbered(3)).compiled);
    EXPECT_TRUE(ask(narrow, numbered(1)).compiled);
}

TEST(CubinCache, RemovesWhatACrashLeftBehindWithTheRest) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path(), 2000);
    ask(cache, key);
    fs::path const left = files_of(folder.path()).at(0).string() + ".Ab3dEf";
    write_file(left, std::string(2000, 'x'));
    fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(1));
    ask(cache, numbered(1), "short");
    EXPECT_FALSE(fs::exists(left));
    EXPECT_EQ(files_of(folder.path()).size(), 2u);
}

TEST(CubinCache, DoesNotKeepWhatIsLargerThanAllItMayHold) {
    TemporaryDirectory const folder;
    CubinCache const cache(folder.path(), 2000);
    ask(cache, numbered(0), "short");
    EXPECT_EQ(ask(cache, numbered(1), std::string(3000, 'x')).code, std::string(3000, 'x'));
    EXPECT_FALSE(ask(cache, numbered(0)).compiled);
}

// Sets variables of the environment for one test.
class Environment {
public:
    Environment() {
        for (char const* name : {"FANO_CACHE_DIR", "XDG_CACHE_HOME", "HOME"}) {
            char const* const value = std::getenv(name);
            before_.push_back({name, value == nullptr ? "" : value, value != nullptr});
            ::unsetenv(name);
        }
    }
    ~Environment() {
        for (auto const& [name, value, set] : before_)
            set ? ::setenv(name, value.c_str(), 1) : ::unsetenv(name);
    }
    Environment(Environment const&) = delete;
    Environment& operator=(Environment const&) = delete;

private:
    struct Before {
        char const* name;
        std::string value;
        bool set;
    };
    std::vector<Before> before_;
};

TEST(CubinCache, LiesWhereTheUserWantsIt) {
    Environment const restored;
    EXPECT_EQ(CubinCache::default_folder(), "");
    ::setenv("HOME", "/home/ada", 1);
    EXPECT_EQ(CubinCache::default_folder(), "/home/ada/.cache/fano");
    ::setenv("XDG_CACHE_HOME", "relative", 1);  // which the XDG specification says to ignore
    EXPECT_EQ(CubinCache::default_folder(), "/home/ada/.cache/fano");
    ::setenv("XDG_CACHE_HOME", "/scratch/ada", 1);
    EXPECT_EQ(CubinCache::default_folder(), "/scratch/ada/fano");
    ::setenv("FANO_CACHE_DIR", "here", 1);
    EXPECT_EQ(CubinCache::default_folder(), "here");
}

TEST(DigestOfHeaders, ChangesWithEveryNameAndText) {
    using Headers = std::vector<fano::EmbeddedHeader>;
    auto const digest = [](Headers const& headers) { return fano::digest_of(headers); };
    std::string const base = digest(Headers{{"a.hpp", "one"}, {"b.hpp", "two"}});
    EXPECT_EQ(base.size(), 32u);
    EXPECT_EQ(base, digest(Headers{{"a.hpp", "one"}, {"b.hpp", "two"}}));
    EXPECT_NE(base, digest(Headers{{"a.hpp", "one"}, {"b.hpp", "tvo"}}));
    EXPECT_NE(base, digest(Headers{{"a.hpp", "one"}, {"c.hpp", "two"}}));
    EXPECT_NE(base, digest(Headers{{"a.hpp", "one"}}));
    EXPECT_NE(base, digest(Headers{{"a.hpp", "two"}, {"b.hpp", "one"}}));
}

}  // namespace
