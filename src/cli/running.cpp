// The loop and the width.
#include "smolfleet/cli/running.hpp"

#include "smolfleet/cli/host_setup.hpp"

#include <spdlog/logger.h>

#include <exception>
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

void drive(asio::io_context& loop, core::Awaitable<void> root, const std::function<void()>& ended) {
  std::exception_ptr error;
  asio::co_spawn(loop, std::move(root), [&](std::exception_ptr thrown) {
    error = std::move(thrown);
    ended();
  });
  loop.run();
  if (error) std::rethrow_exception(error);
}

}  // namespace smolfleet::cli
