// The shape of a command line: flags, positional arguments, and what follows `--`.
#pragma once

#include "support/version.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smolfleet::standin {

/// What is wrong with a value, in the words behind "invalid value 'V' for '--flag <F>': "; none: it
/// is fine.
using Complaint = std::optional<std::string>;
using Check = Complaint (*)(std::string_view value);

struct Flag {
  std::string_view name;
  /// 0: no short form.
  char short_name = 0;
  /// The name of its value in the help; empty: a switch.
  std::string_view value = {};
  std::string_view help = {};
  Check check = nullptr;
  bool repeatable = false;
  bool required = false;
  /// The first release that knows it.
  Version since = {};
};

struct Positional {
  std::string_view name;
  bool required = true;
};

enum class VerbId { create, start, stop, remove, status, list, exec, copy, data_dir };

struct Verb {
  VerbId id;
  std::string_view name;
  std::string_view alias = {};
  std::string_view about;
  std::vector<Flag> flags = {};
  std::vector<Positional> positionals = {};
  /// The name of the arguments behind `--`; empty: there are none.
  std::string_view trailing = {};
  bool trailing_required = false;
  /// Pairs of flags that exclude each other.
  std::vector<std::pair<std::string_view, std::string_view>> conflicts = {};
};

/// The verbs of `smolvm machine` as `version` has them.
[[nodiscard]] std::vector<Verb> verbs(const Version& version);

/// What was given. Every value has passed its flag's check.
struct Arguments {
  std::map<std::string_view, std::vector<std::string>> flags;
  std::vector<std::string> positionals;
  std::vector<std::string> trailing;

  [[nodiscard]] bool has(std::string_view flag) const { return flags.contains(flag); }
  [[nodiscard]] std::optional<std::string> value(std::string_view flag) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view flag) const;
};

}  // namespace smolfleet::standin
