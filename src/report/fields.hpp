// The fields of a JSON object that somebody else wrote, one by one, each checked.
#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::report {

/// Reads fields and remembers the first thing that was wrong, as a sentence that begins with the
/// field's JSON pointer. What is wrong reads as empty or zero, so a caller reads everything and
/// looks once.
class Fields {
 public:
  using Json = nlohmann::json;

  /// `where` is the pointer to the object; all of them outlive this.
  Fields(const Json& object, std::string_view where, std::string& fault)
      : object_(object), where_(where), fault_(fault) {}

  /// At most `limit` bytes of it.
  [[nodiscard]] std::string text(const char* key, std::size_t limit);
  /// The same; empty for null.
  [[nodiscard]] std::string text_or_null(const char* key, std::size_t limit);
  [[nodiscard]] std::chrono::duration<double, std::milli> time(const char* key);
  [[nodiscard]] std::optional<int> exit_code(const char* key);
  [[nodiscard]] bool boolean(const char* key);
  [[nodiscard]] std::uint64_t count(const char* key, std::uint64_t most);
  /// An object, or nothing for null.
  [[nodiscard]] const Json* object_or_null(const char* key);
  /// At most `most` elements.
  [[nodiscard]] const Json& array(const char* key, std::size_t most);

  void fail(std::string_view key, std::string_view what) {
    if (fault_.empty()) fault_ = fmt::format("{}/{}: {}", where_, key, what);
  }

 private:
  /// Null if it is missing.
  [[nodiscard]] const Json& at(const char* key);

  const Json& object_;
  std::string_view where_;
  std::string& fault_;
};

}  // namespace smolfleet::report
