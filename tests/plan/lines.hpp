// What the tests of plans share: lines, and tables of lines that must be refused.
#pragma once

#include "smolfleet/plan/parse.hpp"

#include <span>
#include <string>
#include <string_view>

namespace smolfleet::test {

/// The plan of a line that must be accepted, by smolfleet and by the shipped schema.
plan::Plan accepted(std::string_view line);

/// The rejection of a line that must be refused.
plan::Rejection refused(std::string_view line,
                        plan::UnknownKeys unknown_keys = plan::UnknownKeys::ignored_outside);

/// Whether the shipped schema can say that a line is wrong. If not, it must take it for right.
enum class Schema { knows, cannot_know };

struct BadLine {
  std::string line;
  std::string message;  ///< what the message must begin with
  Schema schema = Schema::knows;
};

void check_refused(std::span<const BadLine> table);

/// A plan for the target "b" with `fields` beside it.
std::string with(std::string_view fields);

/// The same with a machine that has these fields.
std::string with_machine(std::string_view fields);

/// The same with one step.
std::string with_step(std::string_view step);

}  // namespace smolfleet::test
