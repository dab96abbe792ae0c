// Where log lines go: stderr, whose reader nobody waits for.
#pragma once

#include "smolfleet/core/own_stream.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::cli {

/// Queues what cannot be written at once. On a terminal it keeps a block of lines below the log:
/// taken away before a line is written, and put back behind it.
class PatientSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit PatientSink(core::OwnStream stream);
  PatientSink(const PatientSink&) = delete;
  PatientSink& operator=(const PatientSink&) = delete;
  ~PatientSink() override;

  /// Lines that end with '\n'.
  void print(std::string_view text);

  /// Columns, if stderr is a terminal that can move its cursor.
  [[nodiscard]] std::optional<std::size_t> terminal_width() const;
  /// Lines between '\n', without one at the end; empty: none.
  void show_block(std::string block);

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;

 private:
  void add(std::string_view lines);
  void take_block_away();
  void put_block_back();
  [[nodiscard]] bool write_queued();
  [[nodiscard]] bool wait_for_reader(std::chrono::steady_clock::time_point until);
  [[nodiscard]] int fd() const;

  mutable core::OwnStream stream_;
  std::string queue_;
  std::size_t dropped_ = 0;
  std::string block_;
  std::size_t block_width_ = 0;  ///< of the terminal that it was made for
  bool block_is_shown_ = false;
};

}  // namespace smolfleet::cli
