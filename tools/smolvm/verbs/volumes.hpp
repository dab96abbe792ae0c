// The values of `--volume`.
#pragma once

#include "store/record.hpp"
#include "support/result.hpp"

#include <string>
#include <vector>

namespace smolfleet::standin {

/// Reads HOST:GUEST[:ro|:rw] from the right and refuses what smolvm refuses (contract §1.2).
[[nodiscard]] Result<std::vector<Mount>> parse_volumes(const std::vector<std::string>& given);

}  // namespace smolfleet::standin
