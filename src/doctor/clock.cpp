// adjtimex(2).
#include "smolfleet/doctor/clock.hpp"

#include "smolfleet/core/timestamp.hpp"

#include <fmt/format.h>
#include <sys/timex.h>

namespace smolfleet::doctor {
namespace {

/// This program is not older; and who runs it for so long has other problems.
constexpr auto earliest = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
constexpr auto latest = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

}  // namespace

Clock read_clock() {
  Clock clock{.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
              .is_synchronised = {}};
  timex state{};
  if (::adjtimex(&state) >= 0)
    clock.is_synchronised = (static_cast<unsigned>(state.status) & STA_UNSYNC) == 0;
  return clock;
}

Findings judge(const Clock& clock) {
  const auto now = core::to_iso8601(clock.now);
  if (clock.now < earliest || clock.now > latest)
    return {{.topic = "clock",
             .level = Level::problem,
             .text = fmt::format("it says {}, so no CA would be valid", now),
             .mend = "sudo timedatectl set-ntp true, or set it by hand"}};
  if (clock.is_synchronised == false)
    return {{.topic = "clock",
             .level = Level::warning,
             .text = fmt::format("{}, which no time server has confirmed; the validity of CAs is "
                                 "held against it",
                                 now),
             .mend = "sudo timedatectl set-ntp true; in a container see to the host's clock"}};
  return {{.topic = "clock", .text = now + (clock.is_synchronised ? ", synchronised" : "")}};
}

}  // namespace smolfleet::doctor
