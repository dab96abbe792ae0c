// Text as JSON that may stand anywhere: in a file, and in a page's <script>.
#pragma once

#include <string>
#include <string_view>

namespace smolfleet::report {

/// JSON that has only ASCII, made fit for a page's <script>: <, > and & become escapes, which only
/// strings can hold.
[[nodiscard]] std::string fit_for_script(std::string_view json);

/// A JSON string, quoted. ASCII only, and without <, > and &: it can neither end a <script> nor
/// begin a comment in one (HTML Standard, "Restrictions for contents of script elements"). Invalid
/// UTF-8 is replaced.
[[nodiscard]] std::string json_text(std::string_view text);

/// The text as HTML text or as an attribute's value in double quotes.
[[nodiscard]] std::string html(std::string_view text);

}  // namespace smolfleet::report
