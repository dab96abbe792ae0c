// Claims about text that leaves smolfleet.
#include "target.hpp"

#include "smolfleet/core/text.hpp"
#include "smolfleet/results/result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace smolfleet::fuzz {

void claim(bool holds, std::string_view what) {
  if (holds) return;
  fmt::print(stderr, "does not hold: {}\n", what);
  std::abort();
}

std::string_view take_line(std::string_view& input) {
  const auto end = std::min(input.find('\n'), input.size());
  const auto line = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

void claim_readable(std::string_view text) {
  claim(!text.empty(), "a text says something");
  claim(core::find_invalid_utf8(text) == std::string_view::npos, "a text is valid UTF-8");
  claim(core::printable(text, text.size()) == text, "a text does nothing to a terminal");
}

void claim_told(const core::Failure& failure) {
  claim_readable(failure.message);
  if (failure.hint) claim_readable(*failure.hint);
}

void claim_one_line(const core::Failure& failure, const std::optional<std::string>& id) {
  results::Result result;
  result.id = result.target = id;
  result.failure = failure;
  result.status = results::status_of(result.failure);
  claim(result.status != results::Status::ok, "a failure is not ok");
  const auto line = results::to_line(result);
  claim(line.find('\n') == line.size() - 1, "a result is one line");
  claim(nlohmann::json::accept(line), "a result is valid JSON");
}

}  // namespace smolfleet::fuzz
