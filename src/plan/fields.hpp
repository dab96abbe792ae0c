// Typed reading of a JSON object's fields, where a wrong one is remembered with its pointer.
#pragma once

#include "smolfleet/plan/plan.hpp"

#include "plan/json_document.hpp"
#include "plan/rules.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::plan {

/// The first fault of a line; later ones may follow from it and are dropped.
class Faults {
 public:
  void add(Fault fault);
  [[nodiscard]] const std::optional<Fault>& first() const { return first_; }

 private:
  std::optional<Fault> first_;
};

inline constexpr std::size_t most_misspellings = 20;

/// Whether a field that is null counts as absent or as a value of the wrong kind.
enum class Nulls { absent, refused };

/// One object of the line, which must outlive it, as must `faults`. A field that is wrong leaves a
/// fault and reads as if absent: a caller reads everything and looks at the faults once, at the
/// end. Strings with U+0000 are refused everywhere, for each of them ends up in an argv or a path.
class Fields {
 public:
  /// `object` must be one.
  Fields(const OrderedJson& object, std::string pointer, Nulls nulls, Faults& faults);

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  void require(std::string_view key) const;
  /// Refuses every key that is not in `known`.
  void allow_only(std::span<const std::string_view> known) const;
  /// Adds the keys that are not in `known` but close to one that is missing here, up to
  /// `most_misspellings` in all.
  void note_misspellings(std::span<const std::string_view> known,
                         std::vector<Misspelling>& noted) const;
  /// Says what is wrong with the field `key`, or with the object as a whole.
  void refuse(std::string_view key, std::string text, std::optional<std::string> hint = {}) const;
  void refuse_object(std::string text) const;

  // Each of these gives the field if it is there and right, else nothing. An array or a map gives
  // what stands before its first fault.
  [[nodiscard]] std::string text(std::string_view key, Rule rule) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key, Rule rule) const;
  /// Names and values of an object whose values are strings. The values are never quoted: they may
  /// be secrets.
  [[nodiscard]] Pairs pairs(std::string_view key, Rule name_rule) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  [[nodiscard]] std::optional<unsigned> integer(std::string_view key, unsigned low,
                                                unsigned high) const;
  /// Above zero and at most a week; below a millisecond it is one.
  [[nodiscard]] std::optional<std::chrono::milliseconds> seconds(std::string_view key) const;
  /// Whether there is an array with anything in it.
  [[nodiscard]] bool has_elements(std::string_view key) const;
  [[nodiscard]] std::optional<Fields> object(std::string_view key, Nulls nulls) const;
  /// The elements of an array of objects, up to the first that is none.
  [[nodiscard]] std::vector<Fields> objects(std::string_view key) const;

 private:
  [[nodiscard]] const OrderedJson* find(std::string_view key) const;
  [[nodiscard]] const OrderedJson* array(std::string_view key) const;
  [[nodiscard]] std::optional<std::string> checked(const OrderedJson& value, Rule rule,
                                                   const std::string& pointer) const;
  void wrong(std::string pointer, std::string_view expected, const OrderedJson& got) const;
  void wrong_kind(std::string pointer, std::string_view expected, const OrderedJson& got,
                  std::string hint) const;

  const OrderedJson* object_;
  std::string pointer_;
  Nulls nulls_;
  Faults* faults_;
};

}  // namespace smolfleet::plan
