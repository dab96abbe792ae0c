// The promise under test: one result per plan that was read, no guest without an owner.
#pragma once

#include "account.hpp"
#include "evidence.hpp"
#include "story.hpp"
#include "verdict.hpp"

namespace smolfleet::faults {

/// All of them.
void check(const Story& story, const Evidence& evidence, Verdict& verdict);

/// How smolfleet ended: its exit status, its log's last word, what it left of itself.
void check_end(const Story& story, const Evidence& evidence, const Account& account,
               Verdict& verdict);
/// Each plan that was read has one result, and it fits the plan.
void check_results(const Story& story, const Evidence& evidence, const Account& account,
                   Verdict& verdict);
/// smolvm was called for what plans say, in the order that loses no guest.
void check_calls(const Story& story, const Evidence& evidence, const Account& account,
                 Verdict& verdict);
/// A run that was resumed: answers stand, a damaged journal is refused.
void check_journal(const Story& story, const Evidence& evidence, const Account& account,
                   Verdict& verdict);
/// The machines that are there are those that results name, humans' ones as they were.
void check_machines(const Story& story, const Evidence& evidence, const Account& account,
                    Verdict& verdict);

}  // namespace smolfleet::faults
