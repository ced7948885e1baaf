// The command line: parses, runs one subcommand, turns exceptions into messages and exit codes.
#include <cstdio>
#include <string>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "fano/error.hpp"
#include "fano/result.hpp"

namespace {

std::string joined(int count, char** arguments) {
    std::string line = "fano";
    for (int i = 1; i < count; ++i) {
        std::string word = arguments[i];
        bool const plain = !word.empty() && word.find_first_of(" \t\n'\"$&|;<>()*?\\") == std::string::npos;
        for (std::size_t at = word.find('\''); at != std::string::npos; at = word.find('\'', at + 4))
            word.replace(at, 1, "'\\''");
        line += plain ? " " + word : " '" + word + "'";
    }
    return line;
}

int report(char const* message, fano::ExitCode code) {
    fano::cli::say(std::string("fano: ") + message);
    return static_cast<int>(code);
}

}  // namespace

int main(int argument_count, char** arguments) {
    CLI::App app{"fano simulates noise in populations of cells: exact ensembles of reaction networks.",
                 "fano"};
    app.set_version_flag("--version", fano::version_text());
    app.require_subcommand(1);
    app.set_help_flag("-h,--help", "Print this help");
    try {
        std::string const command_line = joined(argument_count, arguments);
        fano::cli::add_run(app, command_line);
        fano::cli::add_rdme(app, command_line);
        fano::cli::add_ode(app, command_line);
        fano::cli::add_lna(app, command_line);
        fano::cli::add_moments(app, command_line);
        fano::cli::add_cme(app, command_line);
        fano::cli::add_passage(app, command_line);
        fano::cli::add_fit(app, command_line);
        fano::cli::add_compare(app, command_line);
        fano::cli::add_info(app);
        fano::cli::add_devices(app);
        app.parse(argument_count, arguments);
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
            return report("the standard output could not be written", fano::ExitCode::internal);
        return 0;
    } catch (CLI::ParseError const& error) {
        int const code = app.exit(error);
        return code == 0 ? 0 : static_cast<int>(fano::ExitCode::input);
    } catch (fano::Error const& error) {
        return report(error.what(), error.code());
    } catch (std::bad_alloc const&) {
        return report("out of memory; `fano run --dry-run` tells how much a run needs",
                      fano::ExitCode::input);
    } catch (std::exception const& error) {
        return report(error.what(), fano::ExitCode::internal);
    }
}
