// A journal as a crash, a full disk or an editor may have left it. It comes in pieces whose size
// the input's first byte says; what is read of it must not depend on them.
#include "smolfleet/core/digest.hpp"
#include "smolfleet/journal/file.hpp"
#include "smolfleet/journal/history.hpp"
#include "smolfleet/journal/record.hpp"

#include "target.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace smolfleet::fuzz {
namespace {

/// Gives at most `piece` bytes at a time.
journal::Source source_of(std::string_view& bytes, std::size_t piece) {
  return [&bytes, piece](std::span<char> buffer) -> std::expected<std::size_t, std::error_code> {
    const auto count = std::min({piece, buffer.size(), bytes.size()});
    std::ranges::copy(bytes.substr(0, count), buffer.begin());
    bytes.remove_prefix(count);
    return count;
  };
}

struct Reading {
  std::expected<std::uint64_t, std::string> good;
  journal::History history{false};
};

Reading read(std::string_view bytes, std::size_t piece) {
  Reading reading;
  reading.good = journal::read_journal(source_of(bytes, piece), reading.history);
  return reading;
}

void claim_same(const Reading& one, const Reading& other) {
  claim(one.good == other.good, "the pieces do not matter");
  claim(one.history.run() == other.history.run(), "nor for the run");
  claim(one.history.answered() == other.history.answered(), "nor for the answers");
  claim(one.history.leftovers().size() == other.history.leftovers().size(), "nor for the guests");
}

/// What is good can be read again, and is all there is.
void claim_good(std::string_view bytes, const Reading& reading) {
  const auto good = *reading.good;
  claim(good <= bytes.size(), "no more is good than there is");
  claim(good == 0 || bytes[good - 1] == '\n', "good are whole lines");
  claim(bytes.size() - good == 0 || bytes.substr(good).find('\n') == std::string_view::npos ||
            bytes.substr(good).find('\n') == bytes.size() - good - 1,
        "at most one line is torn");
  claim_same(reading, read(bytes.substr(0, good), bytes.size() + 1));
}

/// An answer is where the history says, and can be given again.
void claim_answers(std::string_view bytes, Reading& reading) {
  for (std::size_t at = 0; at < *reading.good; at = bytes.find('\n', at) + 1) {
    const auto record = journal::parse_record(bytes.substr(at, bytes.find('\n', at) - at));
    claim(record.has_value(), "a good line is a record");
    const auto* ended = std::get_if<journal::Ended>(&*record);
    if (ended == nullptr) continue;
    const auto answer = reading.history.recall(ended->digest, ended->line).answer;
    if (!answer) continue;
    const auto result = bytes.substr(answer->place.offset, answer->place.size);
    claim(nlohmann::json::accept(result), "a recorded result is JSON");
    for (const bool gone : {false, true}) {
      const auto line = journal::replayed(result, ended->line, gone);
      claim(line.find('\n') == line.size() - 1, "an answer is one line");
    }
  }
}

/// The lines closed by their right sums, which no fuzzer would find: to see what is behind them.
std::string with_sums(std::string_view bytes) {
  std::string summed;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    auto line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (line.ends_with('}')) line.remove_suffix(1);
    summed += fmt::format("{},\"sum\":\"{}\"}}", line, core::sha256_hex(line).substr(0, 8));
    if (end != std::string_view::npos) summed += '\n';
  }
  return summed;
}

void claim_all(std::string_view bytes, std::size_t piece) {
  auto reading = read(bytes, piece);
  claim_same(reading, read(bytes, bytes.size() + 1));
  if (reading.good) {
    claim_good(bytes, reading);
    claim_answers(bytes, reading);
  } else {
    claim_readable(reading.good.error());
  }
}

}  // namespace

void run(std::string_view input) {
  const auto piece =
      input.empty() ? std::size_t{1} : std::size_t{1} + static_cast<unsigned char>(input.front());
  const auto bytes = input.substr(std::min<std::size_t>(1, input.size()));
  claim_all(bytes, piece);
  claim_all(with_sums(bytes), piece);
}

}  // namespace smolfleet::fuzz
