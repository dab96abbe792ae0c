// The status block, made of pieces that can be left out.
#include "smolfleet/watch/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

namespace smolfleet::watch {
namespace {

using core::Palette;
using results::Status;

constexpr std::string_view between = "  ";

using Colour = std::string (Palette::*)(std::string_view) const;

struct Piece {
  std::string text;
  std::uint64_t weight = 0;  ///< the lightest is left out first
  Colour colour = nullptr;   ///< nothing: none
};

std::size_t width_of(const std::vector<Piece>& pieces) {
  std::size_t width = pieces.empty() ? 0 : between.size() * (pieces.size() - 1);
  for (const auto& piece : pieces)
    width += piece.text.size();
  return width;
}

std::string line_of(std::vector<Piece> pieces, std::size_t width, Palette palette) {
  while (pieces.size() > 1 && width_of(pieces) > width)
    pieces.erase(std::ranges::min_element(pieces, {}, &Piece::weight));
  std::string line;
  for (const auto& piece : pieces) {
    if (!line.empty()) line += between;
    line += piece.colour == nullptr ? piece.text : (palette.*piece.colour)(piece.text);
  }
  return width_of(pieces) > width ? std::string() : line;
}

/// "120 of 500", "120 of about 500", "120 done".
std::string done_of(const Tally& tally, const Outlook& outlook) {
  const auto done = tally.answered() + tally.recalled();
  if (!outlook.expected) return fmt::format("{} done", done);
  return fmt::format("{} of {}{}", done, outlook.is_exact ? "" : "about ", *outlook.expected);
}

void add_count(std::vector<Piece>& pieces, std::string_view what, std::uint64_t count,
               std::uint64_t weight, Colour colour) {
  if (count > 0) pieces.push_back({fmt::format("{} {}", count, what), weight, colour});
}

/// In the order in which they are read; the heavier, the longer they stay.
std::vector<Piece> progress_of(const Tally& tally, const Outlook& outlook) {
  std::vector<Piece> pieces;
  pieces.push_back({clock_time(outlook.elapsed), 3});
  pieces.push_back({done_of(tally, outlook), 9, &Palette::bold});
  add_count(pieces, "ok", tally.count(Status::ok), 5, &Palette::green);
  add_count(pieces, "failed", tally.count(Status::failed), 8, &Palette::red);
  add_count(pieces, "rejected", tally.count(Status::rejected), 7, &Palette::red);
  add_count(pieces, "cancelled", tally.count(Status::cancelled), 6, &Palette::red);
  if (outlook.is_ending) pieces.push_back({"ending", 4});
  if (outlook.rate)
    pieces.push_back({fmt::format("{:.{}f}/s", *outlook.rate, *outlook.rate < 100 ? 1 : 0), 2});
  if (outlook.remaining) pieces.push_back({"ETA " + clock_time(*outlook.remaining), 4});
  return pieces;
}

/// The phases with most guests stay longest.
std::vector<Piece> phases_of(const Tally& tally) {
  std::vector<Piece> pieces;
  pieces.push_back(
      {fmt::format("{} in flight:", tally.in_flight()), std::numeric_limits<std::uint64_t>::max()});
  const auto add = [&pieces](std::string_view name, std::uint64_t count) {
    if (count > 0) pieces.push_back({fmt::format("{} {}", name, count), count});
  };
  add("waiting", tally.waiting());
  for (const auto& phase : tally.phases())
    add(phase.name, phase.running);
  return pieces;
}

}  // namespace

std::string clock_time(std::chrono::seconds duration) {
  const auto seconds = std::max<long long>(duration.count(), 0);
  const auto minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds % 60);
}

std::vector<std::string> status_block(const Tally& tally, const Outlook& outlook, std::size_t width,
                                      Palette palette) {
  const auto columns = width - std::min<std::size_t>(width, 1);
  std::vector<std::string> lines;
  lines.push_back(line_of(progress_of(tally, outlook), columns, palette));
  if (tally.in_flight() > 0) lines.push_back(line_of(phases_of(tally), columns, palette));
  std::erase(lines, std::string());
  return lines;
}

}  // namespace smolfleet::watch
