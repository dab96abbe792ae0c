// The command line's grammar, walked word by word.
#include "cli/parse.hpp"

#include "cli/usage.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <iterator>

namespace smolfleet::standin {
namespace {

/// Walks the words of one verb. Each step either takes words or leaves an error in `error_`.
class Walk {
 public:
  Walk(const Verb& verb, std::span<const std::string> words) : verb_(verb), words_(words) {}

  std::expected<Arguments, Text> run() {
    while (!words_.empty() && !error_)
      step(take());
    if (!error_) check_required();
    if (!error_) check_conflicts();
    if (error_) return std::unexpected(*error_);
    return std::move(arguments_);
  }

 private:
  const std::string& take() {
    const auto& word = words_.front();
    words_ = words_.subspan(1);
    return word;
  }

  void wrong(const std::string& message) { error_ = usage_error(message, usage_line(verb_)); }

  void step(const std::string& word) {
    if (word == "--") return take_trailing();
    if (word == "--help" || word == "-h") {
      error_ = help_of(verb_);
      return;
    }
    if (word.starts_with("--")) return long_flag(word);
    if (word.size() > 1 && word.starts_with('-')) return short_flag(word);
    if (arguments_.positionals.size() == verb_.positionals.size()) {
      return wrong(cat("unexpected argument '", word, "' found"));
    }
    arguments_.positionals.push_back(word);
  }

  void take_trailing() {
    if (verb_.trailing.empty() && !words_.empty()) {
      return wrong(cat("unexpected argument '", words_.front(), "' found"));
    }
    arguments_.trailing.assign(words_.begin(), words_.end());
    words_ = {};
  }

  void long_flag(const std::string& word) {
    const auto equals = word.find('=');
    const auto name = std::string_view(word).substr(2, equals == word.npos ? equals : equals - 2);
    const auto flag = std::ranges::find(verb_.flags, name, &Flag::name);
    if (flag == verb_.flags.end()) return wrong(cat("unexpected argument '--", name, "' found"));
    if (equals == word.npos) return take_value(*flag, std::nullopt);
    take_value(*flag, word.substr(equals + 1));
  }

  /// `-n NAME`, `-nNAME`, `-n=NAME`, and switches in a row as in `-it`.
  void short_flag(const std::string& word) {
    for (std::size_t at = 1; at < word.size() && !error_; ++at) {
      const auto flag = std::ranges::find(verb_.flags, word[at], &Flag::short_name);
      if (flag == verb_.flags.end()) {
        return wrong(cat("unexpected argument '-", word.substr(at, 1), "' found"));
      }
      if (flag->value.empty()) {
        take_value(*flag, std::nullopt);
        continue;
      }
      auto rest = word.substr(at + 1);
      if (rest.starts_with('=')) rest.erase(0, 1);
      return take_value(*flag, rest.empty() ? std::nullopt : std::optional(rest));
    }
  }

  void take_value(const Flag& flag, std::optional<std::string> attached) {
    if (flag.value.empty() && attached) {
      return wrong(cat("unexpected value '", *attached, "' for '", spelled(flag),
                       "' found; no more were accepted"));
    }
    if (arguments_.has(flag.name) && !flag.repeatable) {
      return wrong(cat("the argument '", spelled(flag), "' cannot be used multiple times"));
    }
    auto& values = arguments_.flags[flag.name];
    if (flag.value.empty()) return;
    if (!attached && (words_.empty() || (words_.front().size() > 1 && words_.front()[0] == '-'))) {
      return wrong(cat("a value is required for '", spelled(flag), "' but none was supplied"));
    }
    auto value = attached ? *std::move(attached) : take();
    if (const auto complaint = flag.check == nullptr ? Complaint() : flag.check(value)) {
      return wrong(cat("invalid value '", value, "' for '", spelled(flag), "': ", *complaint));
    }
    values.push_back(std::move(value));
  }

  void check_required() {
    std::string missing;
    for (const auto& flag : verb_.flags) {
      if (flag.required && !arguments_.has(flag.name)) missing += cat("\n  ", spelled(flag));
    }
    for (std::size_t i = arguments_.positionals.size(); i < verb_.positionals.size(); ++i) {
      if (verb_.positionals[i].required) missing += cat("\n  <", verb_.positionals[i].name, ">");
    }
    if (verb_.trailing_required && arguments_.trailing.empty()) {
      missing += cat("\n  <", verb_.trailing, ">...");
    }
    if (!missing.empty())
      wrong(cat("the following required arguments were not provided:", missing));
  }

  void check_conflicts() {
    for (const auto& [one, other] : verb_.conflicts) {
      if (!arguments_.has(one) || !arguments_.has(other)) continue;
      return wrong(cat("the argument '", spelled(*std::ranges::find(verb_.flags, one, &Flag::name)),
                       "' cannot be used with '",
                       spelled(*std::ranges::find(verb_.flags, other, &Flag::name)), "'"));
    }
  }

  const Verb& verb_;
  std::span<const std::string> words_;
  Arguments arguments_;
  std::optional<Text> error_;
};

Text unrecognized(const std::string& word, std::string_view usage) {
  if (word.starts_with('-'))
    return usage_error(cat("unexpected argument '", word, "' found"), usage);
  return usage_error(cat("unrecognized subcommand '", word, "'"), usage);
}

/// A group that was given no subcommand shows its help, as an error.
Text without_subcommand(Text help) {
  return {.exit_code = 2, .err = std::move(help.out)};
}

}  // namespace

std::optional<std::string> Arguments::value(std::string_view flag) const {
  const auto at = flags.find(flag);
  return at == flags.end() || at->second.empty() ? std::nullopt : std::optional(at->second.back());
}

std::vector<std::string> Arguments::values(std::string_view flag) const {
  const auto at = flags.find(flag);
  return at == flags.end() ? std::vector<std::string>() : at->second;
}

std::expected<Arguments, Text> parse_arguments(const Verb& verb,
                                               std::span<const std::string> words) {
  return Walk(verb, words).run();
}

std::expected<Invocation, Text> parse_command_line(std::span<const std::string> words,
                                                   const Version& version) {
  if (words.empty()) return std::unexpected(without_subcommand(help_of_program()));
  const auto& group = words[0];
  if (group == "--version" || group == "-V") {
    return std::unexpected(Text{.out = cat("smolvm ", to_string(version), "\n")});
  }
  if (group == "--help" || group == "-h") return std::unexpected(help_of_program());
  if (group != "machine" && group != "vm") {
    return std::unexpected(unrecognized(group, "smolvm <COMMAND>"));
  }

  const auto known = verbs(version);
  if (words.size() == 1) return std::unexpected(without_subcommand(help_of(known)));
  const auto& name = words[1];
  if (name == "--help" || name == "-h") return std::unexpected(help_of(known));
  const auto verb = std::ranges::find_if(
      known, [&](const Verb& each) { return each.name == name || each.alias == name; });
  if (verb == known.end()) {
    return std::unexpected(unrecognized(name, "smolvm machine <COMMAND>"));
  }

  auto arguments = parse_arguments(*verb, words.subspan(2));
  if (!arguments) return std::unexpected(std::move(arguments.error()));
  return Invocation{
      .id = verb->id, .verb = std::string(verb->name), .arguments = *std::move(arguments)};
}

}  // namespace smolfleet::standin
