// `cp`: one regular file, up or down (contract §2).
#include "cli/values.hpp"
#include "sandbox/transfer.hpp"
#include "store/store.hpp"
#include "support/console.hpp"
#include "support/text.hpp"
#include "verbs/verbs.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstdio>

namespace smolfleet::standin {
namespace {

std::string human(std::uint64_t bytes) {
  constexpr double step = 1024;
  if (bytes < 1024) return cat(bytes, " B");
  double value = static_cast<double>(bytes);
  const char* unit = "B";
  for (const auto* larger : {"KiB", "MiB", "GiB"}) {
    if (value < step) break;
    value /= step;
    unit = larger;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", value, unit);
  return text;
}

void show_progress(std::string_view doing, const std::string& from, const std::string& to,
                   std::uint64_t bytes) {
  complain(cat(doing, " ", from, " -> ", to, ": ", human(bytes), " / ", human(bytes), " (100.0%, ",
               human(bytes), "/s)\n"));
}

std::string path_part(const std::string& remote) {
  return remote.substr(remote.find(':') + 1);
}

Result<Fd> open_source(const std::string& path) {
  auto file = open_file(path, O_RDONLY);
  if (!file) {
    return fail(
        cat("agent operation failed: read local file: ", path, ": ", os_error(file.error())));
  }
  struct stat info{};
  if (::fstat(file->get(), &info) != 0) {
    return fail(cat("agent operation failed: read local file: ", path, ": ", os_error(errno)));
  }
  if (S_ISDIR(info.st_mode)) {
    return fail(cat("agent operation failed: read source file: ", os_error(EISDIR)));
  }
  return *std::move(file);
}

std::optional<std::uint32_t> number(const Arguments& arguments, std::string_view flag) {
  const auto text = arguments.value(flag);
  if (!text) return std::nullopt;
  std::uint32_t value = 0;
  std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

/// The VM that must be running; the same errors as exec.
Result<VmProcess> find_vm(const Context& context) {
  const auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  const auto record = store->get(context.machine());
  if (!record) return std::unexpected(record.error());
  const auto vm = MachineDirectory(context.settings, context.machine()).ready_vm();
  if (!vm || record->state == State::unreachable) return std::unexpected(not_running(record->name));
  return *vm;
}

Result<int> send_up(const Context& context, const std::string& from, const std::string& to) {
  const auto source = open_source(from);
  if (!source) return std::unexpected(source.error());
  struct stat info{};
  if (::fstat(source->get(), &info) != 0) return fail(os_error(errno));
  auto bytes = Result<std::uint64_t>(static_cast<std::uint64_t>(info.st_size));
  if (context.has_guests()) {
    const auto vm = find_vm(context);
    if (!vm) return std::unexpected(vm.error());
    constexpr unsigned default_mode = 0644;
    const auto mode = parse_mode(context.arguments.value("mode").value_or(""));
    bytes = upload(*vm, *source,
                   {.target = path_part(to),
                    .mode = mode.value_or(default_mode),
                    .uid = number(context.arguments, "uid"),
                    .gid = number(context.arguments, "gid")});
    if (!bytes) return std::unexpected(bytes.error());
  }
  show_progress("Uploading", from, to, *bytes);
  return 0;
}

Result<int> bring_down(const Context& context, const std::string& from, const std::string& to) {
  auto bytes = Result<std::uint64_t>(0);
  if (context.has_guests()) {
    const auto vm = find_vm(context);
    if (!vm) return std::unexpected(vm.error());
    bytes = download(*vm, path_part(from), to);
  } else if (const auto written = write_file(to, ""); !written) {
    bytes = fail(
        cat("agent operation failed: write local file: ", to, ": ", os_error(written.error())));
  }
  if (!bytes) return std::unexpected(bytes.error());
  show_progress("Downloading", from, to, *bytes);
  return 0;
}

}  // namespace

Result<int> copy(const Context& context) {
  if (context.action.error == NamedError::unreachable) {
    return std::unexpected(mark_unreachable(context));
  }
  const auto& from = context.arguments.positionals[0];
  const auto& to = context.arguments.positionals[1];
  // Any colon in the source makes it a download, as in smolvm, also one in a local file's name.
  if (from.contains(':')) return bring_down(context, from, to);
  if (to.contains(':')) return send_up(context, from, to);
  return fail(
      "config operation failed: cp: one of SRC or DST must use machine:path syntax "
      "(e.g., myvm:/workspace/file)");
}

}  // namespace smolfleet::standin
