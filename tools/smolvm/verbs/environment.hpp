// The environment of guest commands.
#pragma once

#include "cli/grammar.hpp"
#include "store/record.hpp"
#include "support/result.hpp"

#include <string>
#include <vector>

namespace smolfleet::standin {

/// `--env` as smolvm reads it: `K=V` as it is, `K` from our own environment; what is malformed or
/// unset is dropped without a word.
[[nodiscard]] std::vector<std::string> given_env(const Arguments& arguments);
[[nodiscard]] std::vector<Secret> given_secrets(const Arguments& arguments);

/// What a command of this machine gets: the guest's defaults, the record's variables and secrets,
/// then the call's own. A later one wins. A secret that can't be resolved is an error.
[[nodiscard]] Result<std::vector<std::string>> guest_env(const Record& record,
                                                         const Arguments& arguments);

}  // namespace smolfleet::standin
