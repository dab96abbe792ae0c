// Cutting and flipping.
#include "journal_damage.hpp"

#include "../support/program.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace smolfleet::faults {
namespace {

/// Where the last line begins that has an end.
std::size_t last_line_of(const std::string& text) {
  if (text.size() < 2) return 0;
  const auto before = text.rfind('\n', text.size() - 2);
  return before == std::string::npos ? 0 : before + 1;
}

void turn(const std::string& journal, const Flip& flip) {
  std::fstream file(journal, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(flip.at));
  const auto byte = static_cast<unsigned char>(file.get());
  file.seekp(static_cast<std::streamoff>(flip.at));
  file.put(static_cast<char>(byte ^ flip.mask));
}

}  // namespace

bool tear(const std::string& journal, std::uint64_t where) {
  const auto text = test::content_of(journal);
  if (!text.ends_with('\n')) return false;
  const auto begin = last_line_of(text);
  if (text.substr(begin).contains("\"ended\"")) {
    const auto length = text.size() - begin;
    std::filesystem::resize_file(journal, text.size() - 1 - where % length);
  } else {
    const std::string line = R"({"record":"ended","plan":"0123456789abcdef0123456789abcdef","re)";
    std::ofstream(journal, std::ios::binary | std::ios::app)
        << line.substr(0, 1 + where % line.size());
  }
  return true;
}

std::optional<Flip> flip_a_bit(const std::string& journal, std::uint64_t where) {
  const auto text = test::content_of(journal);
  const auto end = last_line_of(text);
  if (!text.ends_with('\n') || end < 2) return std::nullopt;
  // Not the newline before the last line: the two would be one, the last, and a last line is torn.
  Flip flip{.at = where % (end - 1),
            .line = 0,
            .mask = static_cast<unsigned char>(1U << ((where >> 32U) % 8))};
  const auto before = text.substr(0, flip.at);
  flip.line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
  turn(journal, flip);
  return flip;
}

void flip_back(const std::string& journal, const Flip& flip) {
  turn(journal, flip);
}

}  // namespace smolfleet::faults
