// stdout and stderr, and the panic when one of them is gone.
#include "support/console.hpp"

#include "support/fd.hpp"
#include "support/text.hpp"

#include <unistd.h>

#include <cstdlib>

namespace smolfleet::standin {
namespace {

constexpr int panic_exit = 101;

void print(int fd, std::string_view stream, std::string_view text) {
  const auto written = write_all(fd, text);
  if (written) return;
  // Whether anybody still reads stderr is unknown; the exit code is what counts.
  const auto last_words =
      cat("thread 'main' panicked at library/std/src/io/stdio.rs:\nfailed printing to ", stream,
          ": ", os_error(written.error()), "\n");
  if (!write_all(STDERR_FILENO, last_words)) std::_Exit(panic_exit);
  std::_Exit(panic_exit);
}

}  // namespace

void say(std::string_view text) {
  print(STDOUT_FILENO, "stdout", text);
}
void complain(std::string_view text) {
  print(STDERR_FILENO, "stderr", text);
}

}  // namespace smolfleet::standin
