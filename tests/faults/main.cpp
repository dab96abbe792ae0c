// The fault suite's driver: seeds to stories, stories to runs, runs to verdicts. See
// docs/faults.md.
#include "../support/sanitized.hpp"
#include "invariants.hpp"
#include "play.hpp"
#include "settings.hpp"
#include "tally.hpp"
#include "weave.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

namespace smolfleet::faults {
namespace {

using test::is_sanitized;

/// A sanitized program is so much slower.
constexpr int patience_with_sanitizers = 4;

class Suite {
 public:
  explicit Suite(const Settings& settings)
      : settings_(settings), cas_(issue_cas(cas_directory_)), next_(settings.first) {}

  [[nodiscard]] bool run() {
    const auto until =
        std::chrono::steady_clock::now() + settings_.time.value_or(std::chrono::minutes(0));
    auto work = [this, until] {
      for (auto seed = next_++; goes_on(seed, until); seed = next_++)
        run_seed(seed);
    };
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < settings_.parallel; ++i)
        threads.emplace_back(work);
    }
    fmt::print("{}", tally_.table());
    return tally_.seeds() > 0 && tally_.broken_seeds() == 0;
  }

 private:
  [[nodiscard]] bool goes_on(std::uint64_t seed,
                             std::chrono::steady_clock::time_point until) const {
    if (settings_.time) return std::chrono::steady_clock::now() < until;
    return seed <= settings_.last;
  }

  void run_seed(std::uint64_t seed) {
    const auto story = weave(seed, cas_, {.memory_limits = !is_sanitized});
    Evidence evidence;
    Verdict verdict;
    std::string directory;
    try {
      Stage stage(settings_.programs, story);
      directory = stage.path("");
      evidence = play(stage, story, patience());
      check(story, evidence, verdict);
      if (settings_.keep && !verdict.faults().empty()) stage.keep();
    } catch (const std::exception& error) {
      verdict.expect("the driver can do its work", false, error.what());
    }
    const std::scoped_lock turn(one_at_a_time_);
    tally_.add(story, evidence, verdict);
    if (settings_.tells_story) fmt::print("{}", tell(story));
    if (!verdict.faults().empty()) report(story, evidence, verdict, directory);
    std::fflush(stdout);
  }

  [[nodiscard]] milliseconds patience() const {
    return settings_.patience * (is_sanitized ? patience_with_sanitizers : 1);
  }

  void report(const Story& story, const Evidence& evidence, const Verdict& verdict,
              const std::string& directory) const {
    fmt::print("seed {} broke:\n", story.seed);
    for (const auto& fault : verdict.faults())
      fmt::print("  * {}\n", fault);
    fmt::print("{}", tell(story));
    fmt::print("exit {}, signal {}; the log:\n{}", evidence.run.exit, evidence.run.signal,
               evidence.run.err);
    if (settings_.keep) fmt::print("kept: {}\n", directory);
    fmt::print("replay: SMOLFLEET_EXE={} SMOLVM_EXE={} {} --seed {} --keep\n\n",
               settings_.programs.smolfleet, settings_.programs.smolvm,
               std::filesystem::read_symlink("/proc/self/exe").string(), story.seed);
  }

  const Settings& settings_;
  test::TempDir cas_directory_;
  CaFiles cas_;
  std::atomic<std::uint64_t> next_;
  std::mutex one_at_a_time_;
  Tally tally_;
};

/// The disks that stories fill are nobody else's, and vanish with this process.
void hide_mounts() {
  if (::unshare(CLONE_NEWNS) == 0) ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

}  // namespace
}  // namespace smolfleet::faults

int main(int argc, char** argv) {
  using namespace smolfleet::faults;
  const auto settings = read_settings(argc, argv);
  if (!settings) {
    fmt::print(stderr, "{}\n", settings.error());
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  hide_mounts();
  return Suite(*settings).run() ? 0 : 1;
}
