// Reading metrics line by line.
#include "prometheus_text.hpp"

#include "program.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>
#include <regex>
#include <stdexcept>

namespace smolfleet::test {
namespace {

[[noreturn]] void refuse(const std::string& why, const std::string& line) {
  throw std::runtime_error(fmt::format("{}: {}", why, line));
}

double number_in(const std::string& text, const std::string& line) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  std::size_t end = 0;
  const auto value = std::stod(text, &end);
  if (end != text.size()) refuse("no number", line);
  return value;
}

class Reader {
 public:
  MetricsText read(const std::string& text) {
    if (!text.ends_with('\n')) throw std::runtime_error("the last line has no end");
    for (const auto& line : lines_of(text)) {
      if (line.starts_with("# HELP ")) {
        begin_family(line);
      } else if (line.starts_with("# TYPE ")) {
        type_family(line);
      } else {
        sample(line);
      }
    }
    end_family();
    return std::move(metrics_);
  }

 private:
  void begin_family(const std::string& line) {
    static const std::regex form("# HELP ([a-z][a-z0-9_]*) (.+[^ ])");
    std::smatch parts;
    if (!std::regex_match(line, parts, form)) refuse("no HELP", line);
    end_family();
    family_ = parts[1];
    if (metrics_.types.contains(family_)) refuse("a family comes twice", line);
  }

  void type_family(const std::string& line) {
    static const std::regex form("# TYPE ([a-z0-9_]+) (counter|gauge|histogram)");
    std::smatch parts;
    const bool good = std::regex_match(line, parts, form) && parts[1] == family_;
    if (!good || !type_.empty()) refuse("no TYPE after its HELP", line);
    type_ = parts[2];
    metrics_.types[family_] = type_;
    const bool total = family_.ends_with("_total");
    if (total != (type_ == "counter")) refuse("counters, and nothing else, end in _total", line);
  }

  void sample(const std::string& line) {
    static const std::regex form(
        R"re(([a-z0-9_]+)(\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})? ([-+.0-9eInf]+))re");
    std::smatch parts;
    if (!std::regex_match(line, parts, form)) refuse("no sample", line);
    if (type_.empty() || !belongs(parts[1])) refuse("not of the family above it", line);
    const auto value = number_in(parts[3], line);
    if (value < 0) refuse("below zero", line);
    if (!metrics_.samples.emplace(parts[1].str() + parts[2].str(), value).second)
      refuse("a series comes twice", line);
    if (parts[1] == family_ + "_bucket") bucket(parts[2], value, line);
    if (parts[1] == family_ + "_count") counts_[parts[2]] = value;
    is_empty_ = false;
  }

  [[nodiscard]] bool belongs(const std::string& name) const {
    if (type_ != "histogram") return name == family_;
    return name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count";
  }

  void bucket(const std::string& labels, double value, const std::string& line) {
    static const std::regex bound(R"re(,?le="([^"]+)")re");
    std::smatch parts;
    if (!std::regex_search(labels, parts, bound)) refuse("a bucket without a bound", line);
    auto rest = std::regex_replace(labels, bound, "");
    if (rest == "{}") rest.clear();
    auto& last = buckets_[rest];
    const auto limit = number_in(parts[1], line);
    if (limit <= last.bound || value < last.count) refuse("buckets do not grow", line);
    last = {limit, value};
  }

  void end_family() {
    if (!family_.empty() && is_empty_) refuse("no sample in the family", family_);
    for (const auto& [labels, last] : buckets_) {
      const bool complete = last.bound == std::numeric_limits<double>::infinity() &&
                            counts_.contains(labels) && counts_[labels] == last.count;
      if (!complete) refuse("the last bucket is not +Inf with the count", family_ + labels);
    }
    buckets_.clear();
    counts_.clear();
    type_.clear();
    is_empty_ = true;
  }

  struct Bucket {
    double bound = -1;
    double count = 0;
  };
  MetricsText metrics_;
  std::string family_;
  std::string type_;
  bool is_empty_ = true;
  std::map<std::string, Bucket> buckets_;  ///< the last one, by the other labels
  std::map<std::string, double> counts_;
};

}  // namespace

double MetricsText::at(const std::string& series) const {
  CAPTURE(series);
  REQUIRE(samples.contains(series));
  return samples.at(series);
}

double MetricsText::sum_of(std::string_view prefix) const {
  double sum = 0;
  for (const auto& [series, value] : samples) {
    if (series.starts_with(prefix)) sum += value;
  }
  return sum;
}

MetricsText parse_metrics(const std::string& text) {
  return Reader().read(text);
}

}  // namespace smolfleet::test
