// spdlog, set up.
#include "smolfleet/cli/log.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>
#include <utility>

namespace smolfleet::cli {
namespace {

constexpr std::size_t queued_lines = 8192;

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
    for (const char c : message.payload)
      append(c, to);
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PlainMessage>();
  }

 private:
  static void append(char c, spdlog::memory_buf_t& to) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) return to.push_back(c);
    fmt::format_to(std::back_inserter(to), "\\x{:02x}", byte);
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

std::shared_ptr<spdlog::logger> open_log(const LogOptions& options) {
  spdlog::init_thread_pool(queued_lines, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto log =
      std::make_shared<spdlog::async_logger>("smolfleet", std::move(sink), spdlog::thread_pool(),
                                             spdlog::async_overflow_policy::overrun_oldest);
  log->set_formatter(formatter_for(options.format));
  log->set_level(options.quiet ? spdlog::level::err : spdlog::level::from_str(options.level));
  spdlog::register_logger(log);
  return log;
}

void close_log() {
  spdlog::shutdown();
}

}  // namespace smolfleet::cli
