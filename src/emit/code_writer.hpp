// Collects lines of C++ text, indented by the braces that are open.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace fano {

class CodeWriter {
public:
    template <class... Arguments>
    void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        put(fmt::format(format, std::forward<Arguments>(arguments)...));
    }
    void blank() { text_ += '\n'; }

    // Opens a block, to be closed by close().
    template <class... Arguments>
    void open(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        put(fmt::format(format, std::forward<Arguments>(arguments)...) + " {");
        ++depth_;
    }
    void close(std::string_view after = "") {
        --depth_;
        put("}" + std::string(after));
    }

    std::string const& text() const { return text_; }

private:
    void put(std::string const& line) { text_ += std::string(4 * depth_, ' ') + line + '\n'; }

    std::string text_;
    std::size_t depth_ = 0;
};

}  // namespace fano
