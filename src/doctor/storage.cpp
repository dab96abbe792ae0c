// statvfs(3), access(2), and the paths of smolvm.
#include "smolfleet/doctor/storage.hpp"

#include "smolfleet/core/shell.hpp"
#include "smolfleet/core/text.hpp"

#include "doctor/units.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

namespace smolfleet::doctor {

namespace fs = std::filesystem;

namespace {

/// How much room is too little to go on, and how much is little.
struct Need {
  std::uint64_t least_mib = 0;
  std::uint64_t good_mib = 0;
};

constexpr std::uint64_t least_inodes = 1000;

/// The path of a guest's socket: contract §4.7. With the zero behind it, it must fit into an
/// address.
constexpr std::string_view socket_in_machines = "/0123456789abcdef/agent.sock";
constexpr std::size_t longest_socket = sizeof(sockaddr_un::sun_path) - 1;

std::string shown(const fs::path& path) {
  return core::printable(path.native(), std::string::npos);
}

Finding finding(std::string topic, Level level, std::string text, std::string mend) {
  return {
      .topic = std::move(topic), .level = level, .text = std::move(text), .mend = std::move(mend)};
}

/// Whether it can be written to at all, and has room.
Finding judge_room(const std::string& topic, const Room& room, Need need,
                   const std::string& elsewhere) {
  const auto where = shown(room.wanted);
  if (!room.is_directory)
    return finding(topic, Level::problem,
                   fmt::format("{}: {} is no directory", where, shown(room.found)), elsewhere);
  if (!room.is_writable)
    return finding(topic, Level::problem,
                   fmt::format("{}: this user may not write to {}", where, shown(room.found)),
                   elsewhere);
  if (!room.free_mib)
    return {.topic = topic,
            .level = Level::info,
            .text = fmt::format("{}: its file system does not say how much is free", where)};
  auto text = fmt::format("{}: {} MiB free", where, *room.free_mib);
  if (room.free_inodes) text += fmt::format(", {} inodes", *room.free_inodes);
  if (*room.free_mib < need.least_mib || room.free_inodes == 0)
    return finding(topic, Level::problem, text, "free some space, or " + elsewhere);
  if (*room.free_mib < need.good_mib || room.free_inodes.value_or(least_inodes) < least_inodes)
    return finding(topic, Level::warning, text, "free some space, or " + elsewhere);
  return {.topic = topic, .text = std::move(text)};
}

constexpr auto other_state = "set SMOLVM_DATA_DIR to another directory";
constexpr auto other_temporary = "set TMPDIR to another directory";

}  // namespace

Variable own_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr || *value == 0) return std::nullopt;
    return value;
  };
}

Directories directories(const Variable& variable) {
  const auto own_root = variable("SMOLVM_DATA_DIR");
  const fs::path home = own_root.value_or(variable("HOME").value_or("/root"));
  const auto below_home = [&](const char* name, const char* instead) {
    const auto given = own_root ? std::nullopt : variable(name);
    return given ? fs::path(*given) : home / instead;
  };
  return {.database = below_home("XDG_DATA_HOME", ".local/share") / "smolvm/server",
          .machines = below_home("XDG_CACHE_HOME", ".cache") / "smolvm/vms",
          .temporary = variable("TMPDIR").value_or("/tmp")};
}

Room look_at(const fs::path& directory) {
  std::error_code error;
  Room room{
      .wanted = fs::absolute(directory, error), .found = {}, .free_mib = {}, .free_inodes = {}};
  room.found = room.wanted;
  while (!fs::exists(room.found, error) && room.found.has_relative_path())
    room.found = room.found.parent_path();
  room.is_directory = fs::is_directory(room.found, error);
  room.is_writable = ::access(room.found.c_str(), W_OK | X_OK) == 0;
  struct statvfs system{};
  if (::statvfs(room.found.c_str(), &system) != 0) return room;
  room.free_mib = system.f_bavail * system.f_frsize / bytes_per_mib;
  if (system.f_files > 0) room.free_inodes = system.f_favail;
  return room;
}

Findings judge_database(const Room& room) {
  return {judge_room("database", room, {.least_mib = 16, .good_mib = 256}, other_state)};
}

Findings judge_machines(const Room& room) {
  // The disks are sparse: up to 30 GiB a guest (contract §1.2), of which most stay empty.
  Findings findings = {
      judge_room("machines", room, {.least_mib = 1024, .good_mib = 10 * 1024}, other_state)};
  const auto socket = room.wanted.native().size() + socket_in_machines.size();
  if (socket > longest_socket)
    findings.push_back(
        finding("machines", Level::problem,
                fmt::format("the path of a guest's socket in {} has {} bytes, and {} are the most",
                            shown(room.wanted), socket, longest_socket),
                "set SMOLVM_DATA_DIR to a shorter path"));
  return findings;
}

Findings judge_temporary(const Room& room) {
  if (room.wanted.native().contains(':'))
    return {finding("temporary", Level::problem,
                    fmt::format("{} has ':' in its path, and smolvm would take what stands before "
                                "it for a machine's name",
                                shown(room.wanted)),
                    other_temporary)};
  // `up` makes a directory in it, and none above.
  if (room.is_directory && room.found != room.wanted)
    return {finding("temporary", Level::problem,
                    fmt::format("{}: there is no such directory that this user can see, and up "
                                "does not make it",
                                shown(room.wanted)),
                    fmt::format("mkdir -p {}, or {}", core::shell_word(room.wanted.native()),
                                other_temporary))};
  return {judge_room("temporary", room, {.least_mib = 4, .good_mib = 64}, other_temporary)};
}

}  // namespace smolfleet::doctor
