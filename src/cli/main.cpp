// The program `smolfleet`: from the command line to a command and its exit status.
#include "smolfleet/cli/check.hpp"
#include "smolfleet/cli/doctor.hpp"
#include "smolfleet/cli/down.hpp"
#include "smolfleet/cli/options.hpp"
#include "smolfleet/cli/report.hpp"
#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/up.hpp"

#include <cstdio>
#include <exception>
#include <utility>
#include <variant>

int main(int argc, char** argv) {
  using namespace smolfleet;
  cli::end_in_words_when_memory_is_out();
  try {
    auto options = cli::parse_options(argc, argv);
    if (const auto* exit = std::get_if<cli::Exit>(&options)) return exit->status;
    if (auto* down = std::get_if<cli::DownOptions>(&options)) return cli::down(std::move(*down));
    if (auto* check = std::get_if<cli::CheckOptions>(&options))
      return cli::check(std::move(*check));
    if (auto* doctor = std::get_if<cli::DoctorOptions>(&options))
      return cli::doctor(std::move(*doctor));
    if (const auto* report = std::get_if<cli::ReportOptions>(&options)) return cli::report(*report);
    return cli::up(std::get<cli::UpOptions>(std::move(options)));
  } catch (const std::exception& error) {
    const auto what = cli::shortage(error);
    if (what) std::fprintf(stderr, "smolfleet: %s\n", what->c_str());
    if (what) return cli::not_started;
    std::fprintf(
        stderr, "smolfleet: internal error, please report it with the command line (details: %s)\n",
        error.what());
    return cli::not_started;
  }
}
