// The retry rules of spec §6.
#include "smolfleet/bringup/retry.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace smolfleet::bringup {

using driver::Verdict;
using namespace std::chrono_literals;

RetryRule rule_for(Verdict verdict, std::chrono::milliseconds settle) {
  switch (verdict) {
    case Verdict::retry_settle:
      return {.retries = 1, .first = settle, .longest = settle, .jitter = false};
    case Verdict::retry_lock:
      return {.retries = 20, .first = 20ms, .longest = 1s, .jitter = true};
    case Verdict::retry_start:
      return {.retries = 3, .first = 2s, .longest = 30s, .jitter = true};
    case Verdict::retry_harmless:
      return {.retries = 4, .first = 250ms, .longest = 2s, .jitter = true};
    case Verdict::done:
    case Verdict::failed:
    case Verdict::host_unfit:
      return {};
  }
  std::unreachable();
}

std::optional<std::chrono::microseconds> pause_before(const RetryRule& rule, unsigned retry,
                                                      double chance) {
  if (retry >= rule.retries) return std::nullopt;
  if (!rule.jitter) return rule.first;
  const auto bound = std::min(std::chrono::duration<double>(rule.first) * std::exp2(retry),
                              std::chrono::duration<double>(rule.longest));
  return std::chrono::duration_cast<std::chrono::microseconds>(bound * chance);
}

}  // namespace smolfleet::bringup
