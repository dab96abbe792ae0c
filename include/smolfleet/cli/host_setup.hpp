// What a run needs of this process and this host before it begins.
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

namespace smolfleet::cli {

/// Standard descriptors as a program can rely on them: open, and with SIGPIPE and SIGCHLD such that
/// a reader that goes away is an error and children can be reaped. What else is open here no child
/// inherits: a lock or a pipe of our parent's would be held by VMs. Returns which of stdin and
/// stdout had been closed.
struct ClosedStreams {
  bool in = false;
  bool out = false;
};
[[nodiscard]] ClosedStreams prepare_process();

/// The absolute path of `program`: itself if it has a slash, otherwise where PATH leads. Failure: a
/// sentence that says what to do.
[[nodiscard]] std::expected<std::string, std::string> find_program(const std::string& program);

/// Raises the soft limit of descriptors (RLIMIT_NOFILE) to the hard one. Returns what it was, for
/// children: many a program cannot use, or walks through, as many as that. Nothing: it is as it
/// was.
[[nodiscard]] std::optional<rlimit> raise_descriptor_limit();

/// How many descriptors this process may have open.
[[nodiscard]] std::size_t descriptor_limit();

/// How many descriptors this process has open, those that it inherited included.
[[nodiscard]] std::size_t descriptors_in_use();

/// How many guests `descriptors`, all of them free, are enough for, at least 1.
[[nodiscard]] std::size_t jobs_that_fit(std::size_t descriptors);

/// Whether what reads `fd` is a terminal, and colours are welcome there: NO_COLOR is not set
/// (https://no-color.org), and TERM is not "dumb".
[[nodiscard]] bool shows_colours(int fd);

/// A fresh run id: a ULID, so that ids sort by time.
[[nodiscard]] std::string fresh_run_id();

}  // namespace smolfleet::cli
