// spdlog, set up.
#include "smolfleet/cli/log.hpp"

#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace smolfleet::cli {
namespace {

/// Lines that may wait for a reader of stderr that stands still; what comes beyond is counted.
constexpr std::size_t queued_bytes = 1024 * std::size_t{1024};
/// How long the end of the run waits for such a reader.
constexpr std::chrono::milliseconds last_wait(2000);

/// Writes to stderr without ever waiting for its reader.
class PatientSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit PatientSink(core::OwnStream stream) : stream_(std::move(stream)) {}
  PatientSink(const PatientSink&) = delete;
  PatientSink& operator=(const PatientSink&) = delete;
  ~PatientSink() override {
    const auto until = std::chrono::steady_clock::now() + last_wait;
    while (!write_queued() && wait_for_reader(until)) {
    }
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::ignore = write_queued();
    if (queue_.size() >= queued_bytes) {
      ++dropped_;
      return;
    }
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    queue_.append(line.data(), line.size());
    std::ignore = write_queued();
  }
  void flush_() override { std::ignore = write_queued(); }

 private:
  /// Whether nothing is left to write, or nobody to write to.
  [[nodiscard]] bool write_queued() {
    while (!queue_.empty()) {
      const auto count = ::write(fd(), queue_.data(), queue_.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return false;
      queue_.erase(0, count < 0 ? std::string::npos : static_cast<std::size_t>(count));
    }
    if (dropped_ == 0) return true;
    queue_ = fmt::format("({} log lines were dropped: nobody read stderr)\n",
                         std::exchange(dropped_, 0));
    return write_queued();
  }

  [[nodiscard]] bool wait_for_reader(std::chrono::steady_clock::time_point until) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd ready{.fd = fd(), .events = POLLOUT, .revents = 0};
    return left.count() > 0 && ::poll(&ready, 1, static_cast<int>(left.count())) > 0;
  }

  [[nodiscard]] int fd() { return stream_.descriptor().native_handle(); }

  core::OwnStream stream_;
  std::string queue_;
  std::size_t dropped_ = 0;
};

/// The message as a JSON string with its quotes, whatever bytes are in it.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const nlohmann::json text(std::string(message.payload.data(), message.payload.size()));
    const auto quoted = text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    to.append(quoted.data(), quoted.data() + quoted.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

/// The message as one line of text: what a child printed must not look like a line of ours, nor
/// steer a terminal.
class PlainMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const std::string_view payload(message.payload.data(), message.payload.size());
    const auto text = core::printable(payload, std::string::npos);
    to.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PlainMessage>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (format == LogFormat::json) {
    formatter->add_flag<JsonMessage>('*').set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  } else {
    formatter->add_flag<PlainMessage>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-5l %*");
  }
  return formatter;
}

}  // namespace

std::unique_ptr<spdlog::logger> open_log(const core::Executor& executor,
                                         const LogOptions& options) {
  auto log = std::make_unique<spdlog::logger>("smolfleet");
  auto stream =
      core::OwnStream::of_inherited(executor, STDERR_FILENO, core::OwnStream::Direction::write);
  if (stream) log->sinks().push_back(std::make_shared<PatientSink>(std::move(*stream)));
  log->set_formatter(formatter_for(options.format));
  log->set_level(options.quiet ? spdlog::level::err : spdlog::level::from_str(options.level));
  return log;
}

}  // namespace smolfleet::cli
