// Typed access to JSON with pointers in its complaints.
#include "scenario/reader.hpp"

#include "support/ranges.hpp"
#include "support/text.hpp"

#include <algorithm>

namespace smolfleet::standin {
namespace {

/// A key as a JSON pointer spells it (RFC 6901).
std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Place Place::element(std::size_t index) const {
  return {value_[index], cat(pointer_, "/", index)};
}

void Place::refuse(std::string message) const {
  throw BadScenario{.pointer = pointer_.empty() ? "/" : pointer_, .message = std::move(message)};
}

double Place::number(double least) const {
  if (!value_.is_number() || value_.get<double>() < least) {
    refuse(cat("expected a number, at least ", static_cast<int>(least)));
  }
  return value_.get<double>();
}

std::uint64_t Place::count() const {
  if (!value_.is_number_unsigned()) refuse("expected a whole number, at least 0");
  return value_.get<std::uint64_t>();
}

std::string Place::text() const {
  if (!value_.is_string()) refuse("expected a string");
  return value_.get<std::string>();
}

bool Place::boolean() const {
  if (!value_.is_boolean()) refuse("expected true or false");
  return value_.get<bool>();
}

std::vector<Place> Place::elements() const {
  if (!value_.is_array()) refuse("expected an array");
  std::vector<Place> all;
  all.reserve(value_.size());
  for (std::size_t i = 0; i < value_.size(); ++i)
    all.push_back(element(i));
  return all;
}

Object::Object(Place place) : place_(std::move(place)) {
  if (!place_.value().is_object()) place_.refuse("expected an object");
}

std::optional<Place> Object::take(std::string_view key) {
  taken_.emplace_back(key);
  const auto at = place_.value().find(key);
  if (at == place_.value().end()) return std::nullopt;
  return Place(*at, cat(place_.pointer_, "/", escaped(key)));
}

void Object::finish() const {
  for (const auto& [key, value] : place_.value().items()) {
    if (contains(taken_, key)) continue;
    Place(value, cat(place_.pointer_, "/", escaped(key))).refuse("unknown key");
  }
}

}  // namespace smolfleet::standin
