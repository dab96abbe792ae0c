// Reading `steps`.
#include "plan/steps.hpp"

#include "smolfleet/plan/parse.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace smolfleet::plan {

namespace {

constexpr std::array<std::string_view, 2> step_keys = {"copy", "exec"};
constexpr std::array<std::string_view, 4> copy_keys = {"from", "to", "mode", "timeout_s"};
constexpr std::array<std::string_view, 4> exec_keys = {"argv", "timeout_s", "env", "idempotent"};

Step read_copy(const Fields& fields) {
  fields.allow_only(copy_keys);
  fields.require("from");
  fields.require("to");
  CopyStep copy;
  copy.from = fields.text("from", filled_fault);
  copy.to = fields.text("to", guest_file_fault);
  copy.mode = fields.text("mode", mode_fault);
  return {.action = std::move(copy), .timeout = fields.seconds("timeout_s")};
}

Step read_exec(const Fields& fields) {
  fields.allow_only(exec_keys);
  fields.require("argv");
  ExecStep exec;
  exec.argv = fields.texts("argv", plain_fault);
  if (exec.argv.empty() || exec.argv.front().empty())
    fields.refuse("argv", "must have at least one element, and the first must not be empty");
  exec.env = fields.pairs("env", env_name_fault);
  exec.idempotent = fields.flag("idempotent").value_or(false);
  return {.action = std::move(exec), .timeout = fields.seconds("timeout_s")};
}

Step read_step(const Fields& fields) {
  fields.allow_only(step_keys);
  if (fields.has("copy") == fields.has("exec"))
    fields.refuse_object("must have either copy or exec");
  if (const auto copy = fields.object("copy", Nulls::refused)) return read_copy(*copy);
  if (const auto exec = fields.object("exec", Nulls::refused)) return read_exec(*exec);
  return {};
}

}  // namespace

std::vector<Step> read_steps(const Fields& plan, const Faults& faults) {
  std::vector<Step> steps;
  const auto given = plan.objects("steps");
  if (given.size() > max_steps)
    plan.refuse("steps", fmt::format("has {} elements, more than {}", given.size(), max_steps),
                "Put a script into the guest by one step, and run it by another.");
  for (const auto& fields : given) {
    if (faults.first()) break;
    steps.push_back(read_step(fields));
  }
  return steps;
}

}  // namespace smolfleet::plan
