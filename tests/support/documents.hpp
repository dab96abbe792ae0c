// The project's own documents, to be compared with what it does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::test {

/// A file of the source tree; fails the test if it cannot be read.
[[nodiscard]] std::string document(const std::string& path);

/// The rows of the first table under a heading of a Markdown document, without its head; cells are
/// trimmed and without `code` marks. Fails the test if there is none.
[[nodiscard]] std::vector<std::vector<std::string>> table_under(std::string_view heading,
                                                                const std::string& document);

}  // namespace smolfleet::test
