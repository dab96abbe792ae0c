// Making results up.
#include "fabricated.hpp"

#include "smolfleet/report/read.hpp"

#include <algorithm>
#include <span>

namespace smolfleet::test {

using nlohmann::json;

json ok_result(const std::string& id, std::uint64_t line) {
  return {{"id", id},
          {"target", "vm-" + id},
          {"line", line},
          {"status", "ok"},
          {"run", "r1"},
          {"started_at", "2026-11-23T10:00:00.100Z"},
          {"queued_ms", 1.5},
          {"duration_ms", 500.25},
          {"ca", nullptr},
          {"phases",
           {{{"name", "create"},
             {"start_ms", 0.5},
             {"duration_ms", 10.0},
             {"attempts", 2},
             {"exit_code", 0}},
            {{"name", "start"},
             {"start_ms", 20.125},
             {"duration_ms", 300.0},
             {"attempts", 1},
             {"exit_code", 0}}}},
          {"leaked", false},
          {"error", nullptr}};
}

json failed_result(const std::string& id, std::uint64_t line) {
  auto result = ok_result(id, line);
  result["status"] = "failed";
  result["phases"][1]["exit_code"] = 1;
  result["error"] = {{"code", "start_failed"}, {"phase", "start"},    {"message", "no"},
                     {"exit_code", 1},         {"signal", nullptr},   {"stdout", ""},
                     {"stderr", "it said no"}, {"hint", "try harder"}};
  return result;
}

std::string lines_of_json(const std::vector<json>& objects) {
  std::string text;
  for (const auto& object : objects)
    text += object.dump() + "\n";
  return text;
}

journal::Source source_of(std::string_view bytes, std::size_t piece) {
  return [bytes, piece](std::span<char> buffer) mutable {
    const auto taken = bytes.substr(0, std::min(piece, buffer.size()));
    std::ranges::copy(taken, buffer.begin());
    bytes.remove_prefix(taken.size());
    return taken.size();
  };
}

ReadBack read_texts(const std::vector<std::string>& texts) {
  ReadBack back;
  report::Reader reader;
  const auto complain = [&](std::uint64_t line, std::string_view what) {
    back.complaints.push_back(std::to_string(line) + ": " + std::string(what));
  };
  for (const auto& text : texts)
    (void)reader.read("file " + std::to_string(&text - texts.data()), source_of(text), complain);
  back.guests = reader.finish();
  return back;
}

}  // namespace smolfleet::test
