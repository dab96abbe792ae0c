// spdlog, set up.
#include "smolfleet/cli/log.hpp"

#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/core/text.hpp"

#include "cli/patient_sink.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace smolfleet::cli {
namespace {

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

Log::Log(const core::Executor& executor, const LogOptions& options)
    : lines_(std::make_unique<spdlog::logger>("smolfleet")) {
  auto stream =
      core::OwnStream::of_inherited(executor, STDERR_FILENO, core::OwnStream::Direction::write);
  // Who closed stderr wants no log. Who has no descriptor left for it gets words from main().
  if (!stream && stream.error() == std::errc::too_many_files_open)
    throw std::system_error(stream.error(), "stderr");
  if (stream) sink_ = std::make_shared<PatientSink>(std::move(*stream));
  if (sink_) lines_->sinks().push_back(sink_);
  lines_->set_formatter(formatter_for(options.format));
  lines_->set_level(options.quiet ? spdlog::level::err : spdlog::level::from_str(options.level));
  is_for_people_ = sink_ && options.format == LogFormat::text && !options.quiet;
}

Log::~Log() = default;

void Log::print(std::string_view text) {
  if (is_for_people_ && !text.empty() && lines_->should_log(spdlog::level::info))
    sink_->print(text);
}

std::optional<std::size_t> Log::block_width() const {
  return is_for_people_ ? sink_->terminal_width() : std::nullopt;
}

void Log::show_block(const std::vector<std::string>& lines) {
  if (is_for_people_) sink_->show_block(fmt::format("{}", fmt::join(lines, "\n")));
}

}  // namespace smolfleet::cli
