// The frame and the loop.
#include "smolfleet/cli/running.hpp"

#include "smolfleet/cli/host_setup.hpp"

#include <spdlog/logger.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

namespace smolfleet::cli {

namespace {

/// How many guests at a time there are descriptors for, at most `wanted`.
std::size_t fit_jobs(std::size_t wanted, spdlog::logger& log) {
  const auto limit = descriptor_limit();
  const auto fitting = jobs_that_fit(limit - std::min(limit, descriptors_in_use()));
  if (wanted <= fitting) return wanted;
  log.warn(
      "--jobs {} lowered to {}: only {} file descriptors may be open; raise the hard limit "
      "(ulimit -Hn, LimitNOFILE=)",
      wanted, fitting, limit);
  return fitting;
}

std::string unhandled(const std::exception& error) {
  if (const auto what = shortage(error))
    return fmt::format("the results are not complete: {}", *what);
  return fmt::format("internal error, the results are not complete; please report it ({})",
                     error.what());
}

[[noreturn]] void say_and_end(const Ends& ends, const std::exception& fault, spdlog::logger& log) {
  try {
    log.error("{}", unhandled(fault));
    ends.last_words();
  } catch (const std::exception&) {
    std::_Exit(stream_broke);  // there is no memory for words either
  }
  std::_Exit(stream_broke);
}

bool is_errno(const std::error_category& category) {
  return category == std::generic_category() || category == std::system_category() ||
         category == asio::error::get_system_category();
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

std::optional<std::string> shortage(const std::exception& error) {
  const auto* const fault = dynamic_cast<const std::system_error*>(&error);
  // Asio 1.22 gives errno a category of its own, which std::errc does not know.
  if (fault == nullptr || !is_errno(fault->code().category())) return std::nullopt;
  if (fault->code().value() == EMFILE)
    return "too few file descriptors may be open: raise the limit (ulimit -n, LimitNOFILE=)";
  if (fault->code().value() == ENFILE)
    return "the host has no file descriptor left: raise sysctl fs.file-max";
  if (fault->code().value() == EAGAIN)
    return "out of memory, or at the limit of processes: free some, or raise it (ulimit -u, "
           "TasksMax=)";
  if (fault->code().value() == ENOMEM) return "out of memory: free some";
  return std::nullopt;
}

void end_in_words_when_memory_is_out() {
  std::set_terminate(end_in_words);
}

int run_command(const LogOptions& options, const Body& body) {
  const auto closed = prepare_process();
  asio::io_context loop(1);
  Log log(loop.get_executor(), options);
  const auto status = body(loop, closed, log);
  if (!status) log.lines().error("{}", status.error().message);
  return status ? *status : status.error().status;
}

std::expected<core::OwnStream, NoRun> begin_run(const core::Executor& executor,
                                                const std::string& smolvm, driver::Settings& driver,
                                                std::size_t& jobs, ClosedStreams closed,
                                                spdlog::logger& log) {
  auto executable = find_program(smolvm);
  if (!executable) return std::unexpected(NoRun{std::move(executable).error()});
  driver.executable = std::move(*executable);
  driver.descriptors = raise_descriptor_limit();
  jobs = fit_jobs(jobs, log);
  return open_results(executor, closed);
}

std::expected<void, NoRun> drive(asio::io_context& loop, core::Awaitable<void> root,
                                 const Ends& ends, spdlog::logger& log) {
  std::exception_ptr error;
  asio::co_spawn(loop, std::move(root), [&](std::exception_ptr thrown) {
    error = std::move(thrown);
    ends.ended();
  });
  try {
    loop.run();
  } catch (const std::exception& fault) {
    say_and_end(ends, fault, log);
  }
  try {
    if (error) std::rethrow_exception(error);
  } catch (const std::exception& fault) {
    return std::unexpected(NoRun{unhandled(fault), stream_broke});
  }
  return {};
}

}  // namespace smolfleet::cli
