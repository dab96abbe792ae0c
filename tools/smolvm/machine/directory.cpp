// The files of a machine's directory.
#include "machine/directory.hpp"

#include "support/hash.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

std::string hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  const auto length = static_cast<std::size_t>(end - digits.data());
  return std::string(digits.size() - length, '0') + std::string(digits.data(), length);
}

/// The overlay's work directories have mode 000: as an ordinary user they can't even be listed.
void open_up(const fs::path& root) {
  std::error_code ignored;
  for (auto at = fs::recursive_directory_iterator(root, ignored); at != fs::end(at);
       at.increment(ignored)) {
    if (at->is_directory(ignored) && !at->is_symlink(ignored)) {
      fs::permissions(at->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
}

}  // namespace

MachineDirectory::MachineDirectory(const Settings& settings, std::string_view name)
    : path_(settings.cache / "vms" / hex(Hash().add(name).value())) {}

Result<void> MachineDirectory::make(const std::string& name) const {
  std::error_code error;
  fs::create_directories(path_, error);
  const auto written = error ? std::unexpected(error.value()) : write_file(*this / "name", name);
  if (written) return {};
  return fail(cat("storage operation failed: ", path_.native(), ": ", os_error(written.error())));
}

Result<void> MachineDirectory::remove() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  std::error_code error;
  do {
    fs::remove_all(path_, error);
    if (error == std::errc::permission_denied) open_up(path_);
    // An orphan may be booting in there, and make directories while they are removed.
  } while ((error == std::errc::permission_denied || error == std::errc::directory_not_empty) &&
           std::chrono::steady_clock::now() < deadline);
  if (!error) return {};
  return fail(
      cat("storage operation failed: remove ", path_.native(), ": ", os_error(error.value())));
}

std::optional<VmProcess> MachineDirectory::vm() const {
  const auto text = read_file(*this / "agent.pid");
  if (!text) return std::nullopt;
  const auto recorded = decode_process(*text);
  if (!recorded) return std::nullopt;
  const auto found = find_process(recorded->pid);
  return found && found->started == recorded->started ? found : std::nullopt;
}

std::optional<VmProcess> MachineDirectory::ready_vm() const {
  return ::access((*this / "agent.ready").c_str(), F_OK) == 0 ? vm() : std::nullopt;
}

Result<void> MachineDirectory::record_vm(const VmProcess& process) const {
  const auto written = write_file(*this / "agent.pid", encode(process));
  if (written) return {};
  return fail(cat("io operation failed: agent.pid: ", os_error(written.error())));
}

void MachineDirectory::forget_vm() const {
  // What is left behind names a process that is gone, and whoever reads it checks that.
  std::error_code ignored;
  fs::remove(*this / "agent.ready", ignored);
  fs::remove(*this / "agent.pid", ignored);
}

Result<std::optional<Fd>> MachineDirectory::lock() const {
  auto file = open_file(*this / "vm.lock", O_RDWR | O_CREAT);
  if (!file) return fail(cat("io operation failed: vm.lock: ", os_error(file.error())));
  if (::flock(file->get(), LOCK_EX | LOCK_NB) == 0) return std::optional(*std::move(file));
  if (errno == EWOULDBLOCK) return std::nullopt;
  return fail(cat("io operation failed: vm.lock: ", os_error(errno)));
}

}  // namespace smolfleet::standin
