// Counting by appending bytes, logging by appending lines.
#include "scenario/calls.hpp"

#include "support/fd.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace smolfleet::standin {
namespace {

Sys<Fd> open_counter(const std::filesystem::path& directory, const std::string& name) {
  auto file = open_file(directory / name, O_WRONLY | O_CREAT | O_APPEND);
  if (file || file.error() != ENOENT) return file;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return std::unexpected(error.value());
  return open_file(directory / name, O_WRONLY | O_CREAT | O_APPEND);
}

}  // namespace

Result<std::uint64_t> count_call(const Settings& settings, const Call& call) {
  // An append moves this descriptor's offset to the end of its own byte: the kernel hands out the
  // numbers, without a lock and without reading anything back.
  const auto counter = open_counter(settings.cache / "calls", cat(call.verb, ".", call.machine));
  if (counter) {
    const auto written = write_all(counter->get(), ".");
    const auto offset = written ? ::lseek(counter->get(), 0, SEEK_CUR) : -1;
    if (offset > 0) return static_cast<std::uint64_t>(offset);
  }
  return misconfigured(cat("can't count calls in ", (settings.cache / "calls").native(), ": ",
                           os_error(counter ? errno : counter.error())));
}

Result<void> log_call(const Settings& settings, const Call& call, const std::optional<Fault>& fault,
                      std::span<const std::string> words) {
  nlohmann::json line = {
      {"verb", call.verb},
      {"machine", call.machine.empty() ? nlohmann::json(nullptr) : nlohmann::json(call.machine)},
      {"attempt", call.attempt},
      {"argv", std::vector<std::string>(words.begin(), words.end())},
      {"pid", ::getpid()},
      {"fault", nullptr},
  };
  if (fault) {
    line["fault"] = {{"rule", fault->rule},
                     {"latency_ms", fault->latency.count()},
                     {"outcome", outcome_name(fault->action)}};
  }
  const auto text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const auto file = open_file(settings.log, O_WRONLY | O_CREAT | O_APPEND);
  const bool whole =
      file && ::write(file->get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (whole) return {};
  return misconfigured(
      cat("SMOLVM_LOG ", settings.log, ": ", os_error(file ? errno : file.error())));
}

}  // namespace smolfleet::standin
