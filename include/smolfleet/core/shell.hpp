// Words of a shell: for programs that run in a guest, and for people who read a command.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace smolfleet::core {

/// `text` as one word of a POSIX shell, whatever is in it.
[[nodiscard]] std::string shell_quoted(std::string_view text);

/// `text` as one word for a person to read and to paste: quoted only where it must be. What a
/// terminal would act on is written as bash, ksh and zsh read it: $'\x1b'.
[[nodiscard]] std::string shell_word(std::string_view text);

/// A command as a person reads and pastes it, in lines of `width` characters that end with a
/// backslash; every line but the first is indented by `indent`, `column` is where the first one
/// begins. What stands together stays so: a word, an option with its value, and everything from
/// `--` on, which another program is to run.
[[nodiscard]] std::string shell_command(std::span<const std::string> argv, std::size_t column,
                                        std::size_t indent, std::size_t width);

}  // namespace smolfleet::core
