// stat(2), access(2).
#include "check/host_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace smolfleet::check {
namespace {

enum class Kind { file, directory, any };

/// What is wrong with a path, to follow its name; nothing: smolvm can take it.
std::optional<std::string> fault_of(const std::string& path, Kind kind) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return "does not exist";
    return fmt::format("cannot be looked at: {}", std::generic_category().message(errno));
  }
  if (kind == Kind::file && S_ISDIR(status.st_mode)) return "is a directory, not a file";
  if (kind == Kind::file && !S_ISREG(status.st_mode)) return "is no regular file";
  if (kind == Kind::directory && !S_ISDIR(status.st_mode)) return "is no directory";
  if (::access(path.c_str(), R_OK) != 0) return "cannot be read by this user";
  return std::nullopt;
}

class Looks {
 public:
  void at(std::string pointer, const std::string& path, Kind kind, std::string_view when) {
    if (warnings_.size() == most_warnings) return;
    const auto fault = fault_of(path, kind);
    if (!fault) return;
    warnings_.push_back({.doubt = Doubt::not_on_host,
                         .pointer = std::move(pointer),
                         .message = fmt::format("{} {}", path, *fault),
                         .hint = fmt::format("It must be there, and readable, when {}.", when)});
  }
  [[nodiscard]] std::vector<Warning> take() && { return std::move(warnings_); }

 private:
  std::vector<Warning> warnings_;
};

void look_at_machine(const plan::Machine& machine, Looks& looks) {
  constexpr auto when = "the guest is created";
  if (!machine.from.empty()) looks.at("/machine/from", machine.from, Kind::file, when);
  if (plan::lies_on_host(machine.image)) looks.at("/machine/image", machine.image, Kind::any, when);
  for (std::size_t i = 0; i < machine.volumes.size(); ++i) {
    const auto directory = plan::host_directory(machine.volumes[i]);
    if (directory)
      looks.at(fmt::format("/machine/volumes/{}", i), std::string(*directory), Kind::directory,
               when);
  }
}

}  // namespace

std::vector<Warning> missing_on_host(const plan::Plan& plan) {
  Looks looks;
  if (plan.machine) look_at_machine(*plan.machine, looks);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto* copy = std::get_if<plan::CopyStep>(&plan.steps[i].action);
    if (copy != nullptr)
      looks.at(fmt::format("/steps/{}/copy/from", i), copy->from, Kind::file, "the step runs");
  }
  return std::move(looks).take();
}

}  // namespace smolfleet::check
