// Reading fields, and the words for what is wrong with them.
#include "plan/fields.hpp"

#include "smolfleet/core/nearest.hpp"
#include "smolfleet/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

namespace smolfleet::plan {

namespace {

constexpr std::size_t longest_quote = 64;
constexpr std::chrono::seconds longest_timeout = std::chrono::weeks(1);

std::string element_of(std::string_view pointer, std::size_t index) {
  return fmt::format("{}/{}", pointer, index);
}

/// The kind of a value, for where it must not be shown.
std::string_view kind_of(const OrderedJson& value) {
  switch (value.type()) {
    case OrderedJson::value_t::object:
      return "an object";
    case OrderedJson::value_t::array:
      return "an array";
    case OrderedJson::value_t::string:
      return "a string";
    case OrderedJson::value_t::boolean:
      return "a boolean";
    case OrderedJson::value_t::null:
      return "null";
    default:
      return "a number";
  }
}

/// The value itself if it is small enough for a message. An object or an array may hold `env`,
/// whose values are never shown.
std::string shown(const OrderedJson& value) {
  if (value.is_structured()) return std::string(kind_of(value));
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  const auto head = core::utf8_head(text, longest_quote);
  const auto quoted = core::printable(OrderedJson(std::string(head)).dump(), std::string::npos);
  return head.size() < text.size() ? quoted + fmt::format("… ({} bytes)", text.size()) : quoted;
}

}  // namespace

void Faults::add(Fault fault) {
  if (!first_) first_ = std::move(fault);
}

Fields::Fields(const OrderedJson& object, std::string pointer, Nulls nulls, Faults& faults)
    : object_(&object), pointer_(std::move(pointer)), nulls_(nulls), faults_(&faults) {}

void Fields::require(std::string_view key) const {
  if (!has(key)) refuse(key, "is required");
}

void Fields::allow_only(std::span<const std::string_view> known) const {
  for (const auto& [key, value] : object_->items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const auto near = core::nearest(key, known);
    auto hint = near ? fmt::format("Did you mean \"{}\"?", *near)
                     : fmt::format("Known keys here: {}.", fmt::join(known, ", "));
    return refuse(key, "is not a known key", std::move(hint));
  }
}

void Fields::note_misspellings(std::span<const std::string_view> known,
                               std::vector<Misspelling>& noted) const {
  // Short ones are close to each other by chance.
  constexpr std::size_t shortest_key = 4;
  constexpr std::size_t short_key = 6;
  std::vector<std::string_view> missing;
  std::ranges::copy_if(known, std::back_inserter(missing),
                       [&](auto key) { return key.size() >= shortest_key && !has(key); });
  for (const auto& [key, value] : object_->items()) {
    if (noted.size() >= most_misspellings) return;
    if (key.size() < shortest_key || std::ranges::find(known, key) != known.end()) continue;
    const auto meant = core::nearest(key, missing, key.size() > short_key ? 2 : 1);
    if (meant)
      noted.push_back({.pointer = pointer_to(pointer_, key), .meant = std::string(*meant)});
  }
}

void Fields::refuse(std::string_view key, std::string text, std::optional<std::string> hint) const {
  faults_->add(
      {.pointer = pointer_to(pointer_, key), .text = std::move(text), .hint = std::move(hint)});
}

void Fields::refuse_object(std::string text) const {
  faults_->add({.pointer = pointer_, .text = std::move(text), .hint = {}});
}

std::string Fields::text(std::string_view key, Rule rule) const {
  const auto* value = find(key);
  if (value == nullptr) return {};
  return checked(*value, rule, pointer_to(pointer_, key)).value_or("");
}

std::vector<std::string> Fields::texts(std::string_view key, Rule rule) const {
  std::vector<std::string> result;
  const auto* values = array(key);
  if (values == nullptr) return result;
  const auto pointer = pointer_to(pointer_, key);
  for (std::size_t i = 0; i < values->size(); ++i) {
    auto text = checked((*values)[i], rule, element_of(pointer, i));
    if (!text) break;
    result.push_back(std::move(*text));
  }
  return result;
}

Pairs Fields::pairs(std::string_view key, Rule name_rule) const {
  Pairs result;
  const auto members = object(key, Nulls::refused);
  if (!members) return result;
  for (const auto& [name, value] : members->object_->items()) {
    auto fault = plain_fault(name);
    if (!fault) fault = name_rule(name);
    if (!fault && !value.is_string())
      fault = fmt::format("must be a string, got {}", kind_of(value));
    if (!fault) fault = plain_fault(value.get_ref<const std::string&>());
    if (fault) {
      // Who writes NAME=value as a name gives away a value that may be a secret.
      members->refuse(std::string_view(name).substr(0, name.find('=')), std::move(*fault));
      break;
    }
    result.emplace_back(name, value.get_ref<const std::string&>());
  }
  return result;
}

std::optional<bool> Fields::flag(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  wrong(pointer_to(pointer_, key), "must be true or false", *value);
  return std::nullopt;
}

std::optional<unsigned> Fields::integer(std::string_view key, unsigned low, unsigned high) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  // The parser makes whole numbers unsigned unless they are negative or beyond 64 bits.
  const auto number = value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
  if (!value->is_number_unsigned() || number < low)
    wrong(pointer_to(pointer_, key), fmt::format("must be an integer of at least {}", low), *value);
  else if (number > high)
    wrong(pointer_to(pointer_, key), fmt::format("must be an integer of at most {}", high), *value);
  else
    return static_cast<unsigned>(number);
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> Fields::seconds(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  const double number = value->is_number() ? value->get<double>() : 0;
  if (number > 0 && number <= static_cast<double>(longest_timeout.count()))
    return std::chrono::milliseconds(std::max(1LL, std::llround(number * 1000)));
  wrong(pointer_to(pointer_, key),
        fmt::format("must be a number of seconds above 0 and at most {}", longest_timeout.count()),
        *value);
  return std::nullopt;
}

bool Fields::has_elements(std::string_view key) const {
  const auto* values = array(key);
  return values != nullptr && !values->empty();
}

std::optional<Fields> Fields::object(std::string_view key, Nulls nulls) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  auto pointer = pointer_to(pointer_, key);
  if (value->is_object()) return Fields(*value, std::move(pointer), nulls, *faults_);
  wrong_kind(std::move(pointer), "must be an object", *value, R"(Write {"key": …}.)");
  return std::nullopt;
}

std::vector<Fields> Fields::objects(std::string_view key) const {
  std::vector<Fields> result;
  const auto* values = array(key);
  if (values == nullptr) return result;
  const auto pointer = pointer_to(pointer_, key);
  for (std::size_t i = 0; i < values->size(); ++i) {
    const auto& value = (*values)[i];
    if (!value.is_object()) {
      wrong_kind(element_of(pointer, i), "must be an object", value, R"(Write {"key": …}.)");
      break;
    }
    result.emplace_back(value, element_of(pointer, i), Nulls::refused, *faults_);
  }
  return result;
}

const OrderedJson* Fields::find(std::string_view key) const {
  const auto member = object_->find(key);
  if (member == object_->end()) return nullptr;
  return member->is_null() && nulls_ == Nulls::absent ? nullptr : &*member;
}

const OrderedJson* Fields::array(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr || value->is_array()) return value;
  wrong_kind(pointer_to(pointer_, key), "must be an array", *value,
             "Write […], also around a single element.");
  return nullptr;
}

std::optional<std::string> Fields::checked(const OrderedJson& value, Rule rule,
                                           const std::string& pointer) const {
  TextFault fault = "must be a string";
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    fault = plain_fault(text);
    if (!fault) fault = rule(text);
    if (!fault) return text;
  }
  wrong(pointer, *fault, value);
  return std::nullopt;
}

/// What stands where an object or an array should be may be a secret of `env` in the wrong form.
void Fields::wrong_kind(std::string pointer, std::string_view expected, const OrderedJson& got,
                        std::string hint) const {
  faults_->add({.pointer = std::move(pointer),
                .text = fmt::format("{}, got {}", expected, kind_of(got)),
                .hint = std::move(hint)});
}

void Fields::wrong(std::string pointer, std::string_view expected, const OrderedJson& got) const {
  faults_->add({.pointer = std::move(pointer),
                .text = fmt::format("{}, got {}", expected, shown(got)),
                .hint = {}});
}

}  // namespace smolfleet::plan
