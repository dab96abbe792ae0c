// The way of the metrics out of the process: into a file or onto a page.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/metrics/target.hpp"

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace smolfleet::metrics {

/// How often a file is replaced.
inline constexpr std::chrono::seconds between_writes(5);

/// What an exporter works with; the clock outlives it.
struct ExportTools {
  core::Clock& clock;
  std::function<std::string()> text;                 ///< the metrics of this moment
  std::function<void(const std::string&)> on_fault;  ///< told once, of the first one
};

class Exporter {
 public:
  Exporter() = default;
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;
  virtual ~Exporter() = default;

  /// Gives the metrics out until it is cancelled, a file's last ones then. *Completes on
  /// cancellation.* To be called once, in a task of a Scope.
  [[nodiscard]] virtual core::Awaitable<void> run(ExportTools tools) = 0;

  /// Where they are: a path or a URL.
  [[nodiscard]] virtual std::string place() const = 0;
};

/// Makes sure that the file can be written, or listens on the address; nothing is given out yet.
/// Failure: a sentence that says what to do.
[[nodiscard]] std::expected<std::unique_ptr<Exporter>, std::string> open_exporter(
    const Target& target);

}  // namespace smolfleet::metrics
