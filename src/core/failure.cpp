// The names of the failure codes, and what a child said last.
#include "smolfleet/core/failure.hpp"

#include "smolfleet/core/text.hpp"

#include <cstddef>
#include <utility>

namespace smolfleet::core {

std::string_view to_string(FailureCode code) {
  switch (code) {
    case FailureCode::invalid_plan:
      return "invalid_plan";
    case FailureCode::duplicate_target:
      return "duplicate_target";
    case FailureCode::ca_missing:
      return "ca_missing";
    case FailureCode::ca_invalid:
      return "ca_invalid";
    case FailureCode::ca_contains_private_key:
      return "ca_contains_private_key";
    case FailureCode::smolvm_unsupported:
      return "smolvm_unsupported";
    case FailureCode::spawn_failed:
      return "spawn_failed";
    case FailureCode::create_failed:
      return "create_failed";
    case FailureCode::start_failed:
      return "start_failed";
    case FailureCode::copy_failed:
      return "copy_failed";
    case FailureCode::install_failed:
      return "install_failed";
    case FailureCode::step_failed:
      return "step_failed";
    case FailureCode::timeout:
      return "timeout";
    case FailureCode::cancelled:
      return "cancelled";
    case FailureCode::host_unfit:
      return "host_unfit";
    case FailureCode::removal_failed:
      return "removal_failed";
    case FailureCode::not_ours:
      return "not_ours";
  }
  std::unreachable();
}

std::string last_words(const Failure& failure) {
  constexpr std::size_t longest_quote = 200;
  const bool is_init = failure.phase == "start" && failure.err.contains("init: ");
  if (is_init || failure.phase.starts_with("step[")) return {};
  const auto said = trimmed(failure.err);
  const auto begin = said.rfind('\n');
  auto words =
      printable(begin == std::string_view::npos ? said : said.substr(begin + 1), longest_quote);
  if (failure.message.contains(words)) words.clear();
  return words;
}

}  // namespace smolfleet::core
