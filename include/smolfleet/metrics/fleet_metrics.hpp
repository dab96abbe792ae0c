// What a run does, as numbers for Prometheus.
#pragma once

#include "smolfleet/results/watcher.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace smolfleet::metrics {

/// What is so at this moment, as the parts of a run know it.
struct Situation {
  std::uint64_t lines_read = 0;  ///< of the feed, without blank ones
  std::size_t jobs = 0;          ///< guests that may be in flight
  std::size_t boot_slots = 0;    ///< guests that may be starting
  std::size_t children = 0;      ///< processes
  std::size_t waiting_for_memory = 0;
  std::size_t waiting_for_create = 0;
  std::size_t waiting_for_start = 0;
};

/// Counts what it is told as a watcher, and looks at the rest when it is asked. Its labels have few
/// values: a phase, a status, a code; never a target or an id. docs/reference.md lists all of it.
class FleetMetrics final : public results::Watcher {
 public:
  using Look = std::function<Situation()>;

  FleetMetrics(std::string_view version, Look look);
  ~FleetMetrics() override;

  /// All of it in Prometheus' text format, in alphabetical order.
  [[nodiscard]] std::string text();

  void admitted(const results::Subject& plan) override;
  void phase_begun(const results::Subject& plan, std::string_view phase) override;
  void phase_ended(const results::Subject& plan, const results::Phase& phase) override;
  void retried(const results::Subject& plan, std::string_view phase,
               std::chrono::duration<double> pause) override;
  void answered(const results::Result& result) override;
  void recalled(results::Status status) override;

 private:
  struct Families;
  Look look_;
  std::unique_ptr<Families> families_;
};

}  // namespace smolfleet::metrics
