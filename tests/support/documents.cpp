// Reading Markdown, as far as tables go.
#include "documents.hpp"

#include "smolfleet/core/text.hpp"

#include "program.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace smolfleet::test {
namespace {

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  for (std::size_t begin = 1; begin < row.size();) {
    const auto end = std::min(row.find('|', begin), row.size());
    std::string cell(core::trimmed(std::string_view(row).substr(begin, end - begin)));
    std::erase(cell, '`');
    cells.push_back(std::move(cell));
    begin = end + 1;
  }
  return cells;
}

}  // namespace

std::string document(const std::string& path) {
  CAPTURE(path);
  std::ifstream file(std::string(SOURCE_DIRECTORY) + "/" + path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::vector<std::string>> table_under(std::string_view heading,
                                                  const std::string& document) {
  CAPTURE(heading);
  const auto lines = lines_of(document);
  auto line = std::ranges::find(lines, heading);
  const auto is_row = [](const std::string& text) { return text.starts_with('|'); };
  const auto is_ruler = [](const std::string& text) { return text.starts_with("|-"); };
  line = std::find_if(line, lines.end(), is_ruler);
  REQUIRE(line != lines.end());
  std::vector<std::vector<std::string>> rows;
  while (++line != lines.end() && is_row(*line))
    rows.push_back(cells_of(*line));
  return rows;
}

}  // namespace smolfleet::test
