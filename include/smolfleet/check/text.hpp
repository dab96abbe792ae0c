// Verdicts for people.
#pragma once

#include "smolfleet/check/verdict.hpp"
#include "smolfleet/core/layout.hpp"
#include "smolfleet/core/recent.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace smolfleet::check {

/// What a report says before its first verdict.
struct Opening {
  std::string feed;                ///< what the feed is called
  std::optional<std::string> run;  ///< the run's id; nothing: `run_name` stands for it
};

/// Writes a report, part by part; each ends with '\n'. Whatever is in a plan, no part has anything
/// in it that a terminal would act on, but for the palette's colours.
class TextReport {
 public:
  /// Brief: only verdicts that are not good or have a warning, and without commands.
  enum class Detail { full, brief };

  TextReport(core::Palette palette, Detail detail);

  [[nodiscard]] std::string opening(const Opening& opening) const;
  /// Empty: it is left out.
  [[nodiscard]] std::string part_of(const Verdict& verdict);
  [[nodiscard]] std::string closing(const Tally& tally) const;

 private:
  [[nodiscard]] std::string heading(const Verdict& verdict) const;
  [[nodiscard]] std::string fault(const Verdict& verdict) const;
  [[nodiscard]] std::string warning(const Warning& warning) const;
  [[nodiscard]] std::string ca(const Verdict& verdict);

  core::Palette palette_;
  Detail detail_;
  bool is_first_ = true;
  /// CAs that were described, by path and fingerprint, and the line that had one.
  core::Recent<std::string, std::uint64_t> described_;
};

}  // namespace smolfleet::check
