// Metrics as a page over HTTP, for a Prometheus or an agent on this host.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/metrics/target.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <string>

namespace smolfleet::metrics {

/// A socket that listens on a loopback address.
struct Listener {
  core::UniqueFd fd;
  std::string url;  ///< of the page, with the port that it got
};

/// Children do not inherit the socket. Failure: a sentence that says what to do.
[[nodiscard]] std::expected<Listener, std::string> listen_on(const Loopback& address);

/// How many are served at a time, and how long one may take. Whoever is on this host can connect;
/// one that stalls holds up the others' scrapes at most.
inline constexpr std::size_t most_visitors = 8;
inline constexpr std::chrono::seconds visit_limit(5);

/// Serves it on the loop: a scrape takes less than a millisecond, and nothing has to be shared with
/// another thread. One request a connection.
class Page {
 public:
  /// The clock outlives the page. `text` gives the metrics; a visit takes at most `limit`.
  Page(const core::Executor& executor, core::Clock& clock, core::UniqueFd listener,
       std::function<std::string()> text, std::chrono::milliseconds limit = visit_limit);
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  /// *Completes on cancellation*, when nobody is served any more. Call it once.
  [[nodiscard]] core::Awaitable<void> serve();

 private:
  using Socket = asio::posix::stream_descriptor;
  [[nodiscard]] core::Awaitable<void> take_visitors();
  [[nodiscard]] core::Awaitable<core::UniqueFd> next_visitor();
  [[nodiscard]] core::Awaitable<void> serve(core::UniqueFd visitor, core::Gate::Place place);
  [[nodiscard]] static core::Awaitable<std::string> read_head(Socket& socket);

  core::Executor executor_;
  core::Clock& clock_;
  Socket listener_;
  std::function<std::string()> text_;
  std::chrono::milliseconds limit_;
  core::Gate places_;
  core::Scope scope_;  ///< last: its tasks use all the others
};

}  // namespace smolfleet::metrics
