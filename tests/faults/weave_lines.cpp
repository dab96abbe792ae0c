// The feed of a story: plans good and bad, humans' machines in their way.
#include "weave.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace smolfleet::faults {
namespace {

constexpr std::uint64_t lines_topic = 1;
constexpr std::size_t longest_line = 1024 * std::size_t{1024};

/// Words and what is wrong with them. TARGET is filled in.
const std::vector<std::pair<std::string, std::string>> broken_lines = {
    {"no JSON", R"({"target": "TARGET")"},
    {"no JSON", "plans go here"},
    {"no object", R"(["TARGET"])"},
    {"no target", R"({"id": "TARGET", "machine": {"image": "x"}})"},
    {"a target of the wrong type", R"({"target": 7})"},
    {"a bad name", R"({"target": "../TARGET"})"},
    {"an unknown key in machine", R"({"target": "TARGET", "machine": {"image": "x", "cpu": 2}})"},
    {"a key twice", R"({"target": "TARGET", "target": "TARGET"})"},
    {"no UTF-8", "{\"target\": \"TARGET\", \"id\": \"\xff\xfe\"}"},
    {"nested too deep",
     "{\"target\": \"TARGET\", \"x\": " + std::string(200, '[') + std::string(200, ']') + "}"},
    {"a step that does nothing", R"({"target": "TARGET", "steps": [{}]})"},
    {"a NUL byte", std::string("{\"target\": \"TARGET\0\"}", 21)},
};

class LineWeaver {
 public:
  LineWeaver(std::uint64_t seed, const CaFiles& files, Story& story)
      : dice_(seed, lines_topic), files_(files), story_(story) {}

  void run() {
    const double u = dice_.fraction();
    const int count = 1 + static_cast<int>(59 * u * u);
    const bool plain = dice_.chance(0.3);
    story_.humans = {{.name = "mine-up", .running = true}, {.name = "mine-down"}};
    if (dice_.chance(0.1)) story_.line_end = "\r\n";
    story_.last_line_ends = !dice_.chance(0.1);
    for (int i = 0; i < count; ++i)
      story_.lines.push_back(plain ? guest(i) : any(i));
  }

 private:
  FeedLine any(int number) {
    const double which = dice_.fraction();
    if (which < 0.60) return guest(number);
    if (which < 0.68) return provision("up-" + std::to_string(number), "");
    if (which < 0.72) return provision("mine-up", "provisions a human's machine");
    if (which < 0.76) return taken();
    if (which < 0.83) return again(number);
    if (which < 0.92) return broken(number);
    if (which < 0.97) return no_ca(number);
    if (which < 0.985)
      return {.text = dice_.chance(0.5) ? "" : "  ",
              .kind = LineKind::blank,
              .target = {},
              .id = {},
              .label = "blank"};
    return too_long();
  }

  json plan(const std::string& target) {
    json plan = {{"target", target}};
    if (dice_.chance(0.8)) plan["id"] = "id/" + std::to_string(story_.lines.size() + 1);
    plan["proxy_plan"] = {{"ca_cert_host_path", files_.pipelock}};
    if (dice_.chance(0.5)) {
      plan["egress_plan"] = {{"routes", json::array({{{"host", "api.example.com"}}})},
                             {"mitmproxy_ca_cert_only_host_path", files_.egress}};
    }
    while (dice_.chance(0.3))
      plan["steps"].push_back(step());
    if (dice_.chance(0.08)) plan["timeout_s"] = dice_.between(2, 20) / 10.0;
    return plan;
  }

  json step() {
    if (dice_.chance(0.4)) {
      json copy = {{"from", files_.pipelock}, {"to", "/root/prompt.txt"}};
      if (dice_.chance(0.5)) copy["mode"] = "0600";
      return {{"copy", copy}};
    }
    json exec = {{"argv", {"sh", "-c", "true"}}};
    if (dice_.chance(0.5)) exec["idempotent"] = true;
    if (dice_.chance(0.2)) exec["timeout_s"] = dice_.between(3, 10) / 10.0;
    return {{"exec", exec}};
  }

  FeedLine line_of(const json& plan, LineKind kind, std::string label) {
    const auto target = plan["target"].get<std::string>();
    return {.text = plan.dump(),
            .kind = kind,
            .target = target,
            .id = plan.value("id", target),
            .label = std::move(label)};
  }

  json guest_plan(const std::string& target) {
    auto made = plan(target);
    made["machine"] = {{"image", "debian:12"}, {"net", true}, {"memory_mib", 64}};
    return made;
  }

  FeedLine guest(int number) {
    return line_of(guest_plan("t" + std::to_string(number)), LineKind::guest, "");
  }

  FeedLine provision(const std::string& target, std::string label) {
    return line_of(plan(target), LineKind::provision, std::move(label));
  }

  FeedLine taken() {
    const auto target = dice_.chance(0.5) ? "mine-up" : "mine-down";
    return line_of(guest_plan(target), LineKind::taken, "the name of a human's machine");
  }

  /// A target that came before: a duplicate while that plan is in flight, a second plan after it.
  FeedLine again(int number) {
    std::vector<FeedLine> earlier;
    for (const auto& line : story_.lines) {
      if (line.kind == LineKind::guest) earlier.push_back(line);
    }
    if (earlier.empty()) return guest(number);
    // Rather a late one: it is more likely to be in flight still.
    auto line = dice_.chance(0.5) ? earlier.back() : dice_.one_of(earlier);
    line.label = "the same plan again";
    if (dice_.chance(0.3)) return line;
    return line_of(guest_plan(line.target), LineKind::guest, "a target that came before");
  }

  FeedLine broken(int number) {
    auto [label, text] = dice_.one_of(broken_lines);
    constexpr std::string_view mark = "TARGET";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
      text.replace(at, mark.size(), "x" + std::to_string(number));
    }
    return {.text = std::move(text),
            .kind = LineKind::broken,
            .target = {},
            .id = {},
            .label = std::move(label)};
  }

  FeedLine too_long() {
    return {.text = std::string(longest_line + 100, 'x'),
            .kind = LineKind::broken,
            .target = {},
            .id = {},
            .label = "longer than 1 MiB"};
  }

  FeedLine no_ca(int number) {
    const std::vector<std::pair<std::string, std::string>> choices = {
        {"CA: missing", files_.missing},
        {"CA: with its key", files_.with_key},
        {"CA: a leaf", files_.leaf},
        {"CA: garbage", files_.garbage},
        {"CA: a FIFO", files_.fifo},
        {"CA: a directory", "/"},
        {"CA: no path", ""}};
    const auto& [label, path] = dice_.one_of(choices);
    auto bad = guest_plan("c" + std::to_string(number));
    bad["egress_plan"] = json::object();
    bad["proxy_plan"] = {{"ca_cert_host_path", path}};
    return line_of(bad, LineKind::no_ca, label);
  }

  Dice dice_;
  const CaFiles& files_;
  Story& story_;
};

}  // namespace

void weave_lines(std::uint64_t seed, const CaFiles& files, Story& story) {
  LineWeaver(seed, files, story).run();
}

}  // namespace smolfleet::faults
