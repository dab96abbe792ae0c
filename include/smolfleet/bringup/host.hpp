// What all guests of a run share on their host: what smolvm can do, and whose turn it is to create
// and to start.
#pragma once

#include "smolfleet/admission/boot_turns.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/process/runner.hpp"

#include <cstddef>
#include <expected>
#include <optional>

namespace smolfleet::bringup {

/// How many guests may be in a phase at a time.
struct Widths {
  std::size_t create = 1;  ///< and delete: smolvm's database refuses concurrent ones (§5.2)
  admission::BootRules boot = {};
};

/// Owned by the run and outlives its guests. All waits for a turn end at `until` or on
/// cancellation, with the reason.
class Host {
 public:
  using Turn = std::expected<core::Gate::Place, core::Interruption>;

  Host(const core::Executor& executor, const driver::Smolvm& smolvm, process::Runner& runner,
       core::Clock& clock, const Widths& widths, admission::BootTurns::OnWidth on_boot_width = {});

  /// Asked of smolvm at the first call, remembered from then on; who comes meanwhile waits until
  /// `until`. That it is another program is remembered too; that it did not work or did not answer
  /// is so for five seconds, and then the next one asks again. Who asks may be held by up to the
  /// ten seconds that smolvm has to answer.
  [[nodiscard]] core::Awaitable<std::expected<driver::Capabilities, core::Failure>> capabilities(
      core::TimePoint until);

  /// A turn to `create` or to `delete`: smolvm's database refuses both while one is under way.
  [[nodiscard]] core::Awaitable<Turn> enter_create(core::TimePoint until);

  /// A turn to `start`.
  [[nodiscard]] core::Awaitable<admission::BootTurns::Entered> enter_boot(core::TimePoint until);

  /// How many guests wait for these turns, and how many may start at a time.
  [[nodiscard]] std::size_t waiting_to_create() const { return create_.waiting(); }
  [[nodiscard]] std::size_t waiting_to_boot() const { return boot_.waiting(); }
  [[nodiscard]] std::size_t boot_width() const { return boot_.width(); }

  /// To be told after each start that was not cancelled, before its turn is given back.
  /// `failure`: why it failed. A host_unfit before any start has succeeded makes the host unfit for
  /// the run.
  void start_ended(const std::optional<core::Failure>& failure);

  /// Why no guest can start here; nothing as far as is known.
  [[nodiscard]] const std::optional<core::Failure>& unfit() const { return unfit_; }

 private:
  [[nodiscard]] core::Awaitable<bool> has_started_machines(core::TimePoint until) const;

  const driver::Smolvm& smolvm_;
  process::Runner& runner_;
  core::Clock& clock_;
  core::Gate asking_;
  core::Gate create_;
  admission::BootTurns boot_;
  std::optional<std::expected<driver::Capabilities, core::Failure>> answer_;
  core::TimePoint ask_again_ = core::never;
  bool started_ = false;  ///< a start of this run has succeeded
  std::optional<core::Failure> unfit_;
};

}  // namespace smolfleet::bringup
