// Building a run in the test's process.
#include "in_process.hpp"

#include "smolfleet/core/unique_fd.hpp"

#include "../support/loop.hpp"

#include <fcntl.h>
#include <spdlog/sinks/null_sink.h>

#include <memory>
#include <tuple>

namespace smolfleet::test {
namespace {

driver::Settings settings_for(const std::string& smolvm) {
  driver::Settings settings;
  settings.executable = smolvm;
  settings.run_id = in_process_run;
  settings.invocation = in_process_invocation;
  return settings;
}

core::OwnStream writer_to(const core::Executor& executor, int fd) {
  return core::OwnStream::of_inherited(executor, fd, core::OwnStream::Direction::write).value();
}

core::OwnStream feed_of_scene(const core::Executor& executor, const Scene& scene) {
  return core::OwnStream::open_to_read(executor, scene.directory().path("feed")).value();
}

}  // namespace

InProcess::InProcess(const core::Executor& executor, const Scene& scene, int results,
                     RunOptions options)
    : log_("test", std::make_shared<spdlog::sinks::null_sink_st>()),
      smolvm_(settings_for(options.smolvm)),
      runner_(executor),
      host_(executor, smolvm_, runner_, clock_, {}),
      staging_(ca::Staging::create(scene.directory().path("tmp")).value()),
      dice_(1),
      feed_(feed_of_scene(executor, scene), "feed"),
      writer_(executor, writer_to(executor, results), 1024, [this] { fleet_.cancel(); }),
      services_{{smolvm_, runner_, host_, clock_, dice_, options.settle, nobody_},
                staging_,
                [](const auto&, const auto&) {}},
      fleet_(executor,
             {.run_id = in_process_run, .jobs = options.jobs, .unknown_keys = {}, .timeout = {}},
             feed_, writer_, services_, log_) {}

std::vector<json> run_in_process(const Scene& scene, const std::vector<json>& plans,
                                 const RunOptions& options) {
  const ScopedEnvironment environment(scene.environment());
  scene.directory().write("feed", feed_of(plans));
  scene.directory().write("results", "");
  const core::UniqueFd results(
      ::open(scene.directory().path("results").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  auto task = [&]() -> core::Awaitable<void> {
    InProcess run(co_await core::this_coro::executor, scene, results.get(), options);
    std::ignore = co_await run.fleet().run();
  };
  run_loop(task);
  std::vector<json> answers;
  for (const auto& line : lines_of(scene.directory().read("results")))
    answers.push_back(json::parse(line));
  return answers;
}

}  // namespace smolfleet::test
