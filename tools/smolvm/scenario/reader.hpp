// A JSON object that is read key by key and knows what was never asked for.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::standin {

/// Thrown while a scenario is read; it never leaves `read_scenario`.
struct BadScenario {
  std::string pointer;
  std::string message;
};

/// A place in the document: a value and the JSON pointer that leads to it.
class Place {
 public:
  Place(const nlohmann::json& value, std::string pointer)
      : value_(value), pointer_(std::move(pointer)) {}

  [[nodiscard]] const nlohmann::json& value() const { return value_; }
  [[nodiscard]] Place element(std::size_t index) const;
  [[noreturn]] void refuse(std::string message) const;

  [[nodiscard]] double number(double least) const;
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool boolean() const;
  /// The elements of an array.
  [[nodiscard]] std::vector<Place> elements() const;

 private:
  const nlohmann::json& value_;
  std::string pointer_;

  friend class Object;
};

/// An object's keys. `finish` refuses the ones that nobody took.
class Object {
 public:
  explicit Object(Place place);

  [[nodiscard]] std::optional<Place> take(std::string_view key);
  void finish() const;

 private:
  Place place_;
  std::vector<std::string> taken_;
};

}  // namespace smolfleet::standin
