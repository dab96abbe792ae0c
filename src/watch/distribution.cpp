// Logarithmic buckets, each power of two cut into equal parts.
#include "smolfleet/watch/distribution.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace smolfleet::watch {
namespace {

using results::Millis;
using Micros = std::chrono::duration<double, std::micro>;

/// Parts of a power of two: a bucket is at most 1/64 of its value wide, its middle within 0.8 %.
constexpr unsigned part_bits = 6;
constexpr std::uint64_t parts = std::uint64_t{1} << part_bits;
/// Longer than any deadline; beyond that durations share the last bucket.
constexpr double longest_micros = 1e15;

/// Below 2 * parts each value has a bucket of its own.
std::size_t bucket_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = width > part_bits + 1 ? width - part_bits - 1 : 0;
  return static_cast<std::size_t>(shift * parts + (value >> shift));
}

/// The middle of a bucket.
double value_of(std::size_t bucket) {
  const std::uint64_t row = bucket / parts;
  const std::uint64_t shift = row > 1 ? row - 1 : 0;
  const auto least = static_cast<double>((bucket - shift * parts) << shift);
  const auto width = static_cast<double>(std::uint64_t{1} << shift);
  return least + (width - 1) / 2;
}

}  // namespace

void Distribution::add(Millis duration) {
  const auto micros = std::clamp(Micros(duration).count(), 0.0, longest_micros);
  const auto bucket = bucket_of(static_cast<std::uint64_t>(micros));
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  most_ = std::max(most_, duration);
}

Millis Distribution::quantile(double q) const {
  if (count_ == 0) return {};
  const auto rank = std::max(1.0, std::ceil(q * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (static_cast<double>(seen) < rank) continue;
    return std::min(most_, Millis(Micros(value_of(bucket))));
  }
  return most_;
}

}  // namespace smolfleet::watch
