// Reading checked fields.
#include "report/fields.hpp"

#include "smolfleet/core/text.hpp"

namespace smolfleet::report {
namespace {

constexpr double longest_time = 1e12;  // ms, 31 years

}  // namespace

const Fields::Json& Fields::at(const char* key) {
  static const Json nothing;
  const auto found = object_.find(key);
  if (found != object_.end()) return *found;
  fail(key, "is missing");
  return nothing;
}

std::string Fields::text(const char* key, std::size_t limit) {
  const auto& value = at(key);
  if (value.is_string()) {
    const auto& whole = value.get_ref<const std::string&>();
    if (whole.size() <= limit) return whole;
    return fmt::format("{}…", core::utf8_head(whole, limit));
  }
  fail(key, "must be a string");
  return {};
}

std::string Fields::text_or_null(const char* key, std::size_t limit) {
  return at(key).is_null() ? std::string() : text(key, limit);
}

std::chrono::duration<double, std::milli> Fields::time(const char* key) {
  const auto& value = at(key);
  const auto time = value.is_number() ? value.get<double>() : -1;
  if (time >= 0 && time <= longest_time) return std::chrono::duration<double, std::milli>(time);
  fail(key, "must be a number of milliseconds");
  return {};
}

std::optional<int> Fields::exit_code(const char* key) {
  if (at(key).is_null()) return std::nullopt;
  return static_cast<int>(count(key, std::numeric_limits<int>::max()));
}

bool Fields::boolean(const char* key) {
  const auto& value = at(key);
  if (!value.is_boolean()) fail(key, "must be true or false");
  return value.is_boolean() && value.get<bool>();
}

std::uint64_t Fields::count(const char* key, std::uint64_t most) {
  const auto& value = at(key);
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= most;
  if (!fits) fail(key, "must be a whole number");
  return fits ? value.get<std::uint64_t>() : 0;
}

const Fields::Json* Fields::object_or_null(const char* key) {
  const auto& value = at(key);
  if (!value.is_object() && !value.is_null()) fail(key, "must be an object or null");
  return value.is_object() ? &value : nullptr;
}

const Fields::Json& Fields::array(const char* key, std::size_t most) {
  static const Json none = Json::array();
  const auto& value = at(key);
  if (value.is_array() && value.size() <= most) return value;
  fail(key, fmt::format("must be an array of at most {} elements", most));
  return none;
}

}  // namespace smolfleet::report
