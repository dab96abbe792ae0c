// Prometheus' text format 0.0.4, read strictly: what a scraper might let pass fails the test.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace smolfleet::test {

/// Metrics that were read.
struct MetricsText {
  std::map<std::string, std::string> types;  ///< by family
  std::map<std::string, double> samples;     ///< by name with labels, as they are written

  /// Fails the test if there is none.
  [[nodiscard]] double at(const std::string& series) const;
  /// Of all series that begin so.
  [[nodiscard]] double sum_of(std::string_view prefix) const;
};

/// Throws std::runtime_error with the line that breaks a rule: of the format, of what Prometheus
/// recommends for names, or of histograms (buckets grow up to +Inf, which is the count).
[[nodiscard]] MetricsText parse_metrics(const std::string& text);

}  // namespace smolfleet::test
