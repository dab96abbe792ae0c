// The way of a feed's bytes, which come from outside: into lines, whatever the pieces in which they
// arrive; each line into a plan or a rejection; a plan into commands.
//
// An input's first line says how it is fed: the first byte the longest line, in units of 16 bytes,
// the others the sizes of the pieces, over and over. The rest is the feed.
#include "smolfleet/core/line_splitter.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/fleet/claim.hpp"
#include "smolfleet/plan/parse.hpp"

#include "target.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace smolfleet::fuzz {
namespace {

using namespace std::chrono_literals;
using core::Line;
using plan::UnknownKeys;

std::size_t byte_at(std::string_view text, std::size_t position) {
  return static_cast<unsigned char>(text[position]);
}

/// The lines as the splitter gives them when it gets the bytes in pieces.
std::vector<Line> split(std::string_view bytes, std::size_t longest, std::string_view sizes) {
  core::LineSplitter splitter(longest);
  std::vector<Line> lines;
  const auto take_all = [&] {
    while (auto line = splitter.take())
      lines.push_back(std::move(*line));
  };
  for (std::size_t piece = 0; !bytes.empty(); ++piece) {
    const auto wanted = sizes.empty() ? bytes.size() : byte_at(sizes, piece % sizes.size());
    const auto size = std::clamp<std::size_t>(wanted, 1, bytes.size());
    splitter.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    take_all();
  }
  splitter.finish();
  take_all();
  return lines;
}

/// The same said plainly, with all bytes at hand.
std::vector<Line> expected_lines(std::string_view bytes, std::size_t longest) {
  std::vector<Line> lines;
  for (std::uint64_t number = 1; !bytes.empty(); ++number) {
    auto text = take_line(bytes);
    if (text.ends_with('\r')) text.remove_suffix(1);
    const bool too_long = text.size() > longest;
    const bool blank = text.find_first_not_of(" \t\r") == std::string_view::npos;
    if (too_long || !blank)
      lines.push_back(
          {.number = number, .text = std::string(too_long ? "" : text), .too_long = too_long});
  }
  return lines;
}

bool same(const Line& a, const Line& b) {
  return a.number == b.number && a.text == b.text && a.too_long == b.too_long;
}

bool holds_zero(const process::Command& command) {
  const auto has_zero = [](std::string_view text) { return text.contains('\0'); };
  return std::ranges::any_of(command.argv, has_zero) ||
         std::ranges::any_of(command.extra_environment, has_zero);
}

/// Each string of a plan is in one of its commands, so this looks at all of them.
void claim_runnable(const plan::Plan& plan) {
  driver::Settings settings;
  settings.executable = "/bin/smolvm";
  settings.run_id = "run";
  const driver::Smolvm smolvm(settings);
  const driver::Capabilities all{
      .version = {}, .exec_user = true, .copy_mode = true, .create_label = true};
  for (const auto& can : {all, driver::Capabilities{}}) {
    if (plan.machine) {
      const auto create = smolvm.create(plan, can);
      claim(create.argv.at(4) == plan.target, "a machine gets its plan's name");
      claim(!holds_zero(create), "what creates a machine fits an argv");
    }
    for (const auto& step : plan.steps) {
      for (const auto& call : smolvm.step(plan.target, step, "/staged", can))
        claim(!holds_zero(call.command), "a step fits an argv");
    }
  }
}

bool is_timeout(const std::optional<std::chrono::milliseconds>& timeout) {
  return !timeout || (*timeout > 0ms && *timeout <= std::chrono::weeks(1));
}

void claim_step(const plan::Step& step) {
  claim(is_timeout(step.timeout), "a step's timeout is above zero and at most a week");
  if (const auto* exec = std::get_if<plan::ExecStep>(&step.action)) {
    claim(!exec->argv.empty() && !exec->argv.front().empty(), "an exec has a program");
    return;
  }
  const auto& copy = std::get<plan::CopyStep>(step.action);
  claim(!copy.from.empty() && !copy.from.contains('\0'), "a copy has a source");
  claim(copy.to.starts_with('/') && !copy.to.ends_with('/'), "a copy's target is a file's path");
  claim(!(copy.to + "/").contains("/../"), "a copy's target does not climb");
}

void claim_machine(const plan::Machine& machine) {
  claim(machine.image.empty() || machine.from.empty(), "a machine is made of one thing");
  claim(!machine.cpus || (*machine.cpus >= 1 && *machine.cpus <= 255), "cpus fit smolvm");
  claim(!machine.memory_mib || *machine.memory_mib >= 64, "memory fits smolvm");
  claim(machine.ports.empty() || machine.net, "ports imply the network");
  claim(!machine.image.starts_with('-') && !machine.from.starts_with('-'), "an image is no option");
}

void claim_sound(const plan::Plan& plan, const Line& line) {
  claim(plan.line == line.number, "a plan knows its line");
  claim(!plan::name_fault(plan.target), "a plan's target is a machine's name");
  claim(!plan.id.empty() && plan.id.size() <= plan::max_id_length, "a plan has an id");
  claim(is_timeout(plan.timeout), "a plan's timeout is above zero and at most a week");
  if (plan.machine) claim_machine(*plan.machine);
  std::ranges::for_each(plan.steps, claim_step);
  claim_runnable(plan);
}

void claim_explained(const plan::Rejection& rejection, const Line& line) {
  claim(rejection.line == line.number, "a rejection knows its line");
  claim(rejection.failure.code == core::FailureCode::invalid_plan, "a rejection has its code");
  claim(rejection.id.value_or("").size() <= plan::max_id_length, "an id is cut");
  claim(rejection.target.value_or("").size() <= plan::max_id_length, "a target is cut");
  claim_told(rejection.failure);
}

/// The first line of the feed that is refused makes a result.
void claim_first_result(const std::vector<Line>& lines) {
  for (const auto& line : lines) {
    const auto plan = plan::parse(line.text, line.number, UnknownKeys::refused);
    if (!plan) return claim_one_line(plan.error().failure, plan.error().id);
  }
}

bool is_plan(const Line& line, UnknownKeys unknown_keys) {
  const auto plan = plan::parse(line.text, line.number, unknown_keys);
  if (plan)
    claim_sound(*plan, line);
  else
    claim_explained(plan.error(), line);
  return plan.has_value();
}

void claim_answered(const Line& line) {
  const bool strictly = is_plan(line, UnknownKeys::refused);
  const bool leniently = is_plan(line, UnknownKeys::ignored_outside);
  claim(leniently || !strictly, "who refuses unknown keys accepts no more than who ignores them");
  claim(is_plan(line, UnknownKeys::noted_outside) == leniently, "a noted key is an ignored one");
}

/// `down` reads the same lines, and those that `up` prints.
void claim_removable(const Line& line) {
  const auto guest = fleet::read_claim(line);
  if (!guest) return claim_explained(guest.error(), line);
  const auto plan = plan::parse(line.text, line.number, UnknownKeys::ignored_outside);
  if (*guest && plan) claim((*guest)->target == plan->target, "a plan's guest is what is removed");
}

}  // namespace

void run(std::string_view input) {
  const auto settings = take_line(input);
  const auto longest = settings.empty() ? 0 : 16 * byte_at(settings, 0);
  const auto lines =
      split(input, longest, settings.substr(std::min<std::size_t>(settings.size(), 1)));
  claim(std::ranges::equal(lines, expected_lines(input, longest), same),
        "lines do not depend on the pieces in which they arrive");
  for (const auto& line : lines) {
    if (line.too_long) continue;
    claim_answered(line);
    claim_removable(line);
  }
  claim_first_result(lines);
}

}  // namespace smolfleet::fuzz
