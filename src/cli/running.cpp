// The loop and the width.
#include "smolfleet/cli/running.hpp"

#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/streams.hpp"

#include <spdlog/logger.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <tuple>
#include <utility>

namespace smolfleet::cli {

std::size_t fit_jobs(std::size_t wanted, spdlog::logger& log) {
  const auto limit = raise_descriptor_limit();
  const auto fitting = jobs_that_fit(limit - std::min(limit, descriptors_in_use()));
  if (wanted <= fitting) return wanted;
  log.warn(
      "--jobs {} lowered to {}: only {} file descriptors may be open; raise the hard limit "
      "(ulimit -Hn, LimitNOFILE=)",
      wanted, fitting, limit);
  return fitting;
}

namespace {

[[noreturn]] void say_and_end(const std::function<void(const std::exception&)>& last_words,
                              const std::exception& fault) {
  try {
    if (last_words) last_words(fault);
  } catch (const std::exception&) {
    std::_Exit(stream_broke);  // there is no memory for words either
  }
  std::_Exit(stream_broke);
}

[[noreturn]] void end_in_words() {
  try {
    if (const auto fault = std::current_exception()) std::rethrow_exception(fault);
  } catch (const std::bad_alloc&) {
    constexpr std::string_view words =
        "smolfleet: out of memory, the results are not complete: lower --jobs; `smolfleet down "
        "--run ID` removes the guests of the run\n";
    std::ignore = ::write(STDERR_FILENO, words.data(), words.size());
    std::_Exit(stream_broke);
  } catch (...) {
    std::abort();  // a bug: the core dump says more
  }
  std::abort();
}

}  // namespace

void end_in_words_when_memory_is_out() {
  std::set_terminate(end_in_words);
}

void drive(asio::io_context& loop, core::Awaitable<void> root, const std::function<void()>& ended,
           const std::function<void(const std::exception&)>& last_words) {
  std::exception_ptr error;
  asio::co_spawn(loop, std::move(root), [&](std::exception_ptr thrown) {
    error = std::move(thrown);
    ended();
  });
  try {
    loop.run();
  } catch (const std::exception& fault) {
    say_and_end(last_words, fault);
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace smolfleet::cli
