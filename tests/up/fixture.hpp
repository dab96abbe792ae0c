// What the tests of `smolfleet up` share: CAs, plans, the doubles for smolvm, and results as JSON.
#pragma once

#include "../support/program.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::test {

using nlohmann::json;

/// A run of `smolfleet up` that has ended.
struct UpRun {
  Ended ended;
  std::vector<json> results;
  std::vector<json> events;
  /// The result of a target; fails the test when there is not exactly one.
  [[nodiscard]] const json& of(std::string_view target) const;
  /// How many lines of stderr contain `text`.
  [[nodiscard]] std::size_t log_lines_with(std::string_view text) const;
};

/// Reads the results and the events, and checks each against the schema that ships.
[[nodiscard]] UpRun collect(Ended ended);

/// Reads the program's events, each checked against its schema, until so many guests have begun to
/// install their CA: those that it creates are there from then on.
void read_until_installing(Program& program, int guests);

/// A scene: a directory with two CAs, in which smolfleet keeps its staging directory too.
class Scene {
 public:
  Scene();

  [[nodiscard]] const TempDir& directory() const { return directory_; }
  [[nodiscard]] std::string egress_ca() const { return directory_.path("egress.pem"); }
  [[nodiscard]] std::string pipelock_ca() const { return directory_.path("pipelock.pem"); }

  /// A plan for a guest that is up already; change the object to make others of it.
  [[nodiscard]] json plan(const std::string& target) const;

  /// argv of `smolfleet up` with the options.
  [[nodiscard]] static std::vector<std::string> up(const std::string& smolvm,
                                                   std::vector<std::string> options = {});

  /// Environment of every run: the staging directory lies in the scene.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  /// Whether smolfleet left nothing in its temporary directory.
  [[nodiscard]] bool staging_is_gone() const;

 private:
  TempDir directory_;
};

/// The verbs that smolvm was called with.
using Verbs = std::vector<std::string>;

/// The stand-in's VM processes that run in the scene.
[[nodiscard]] std::vector<std::string> vm_processes(const Scene& scene);

[[nodiscard]] std::string feed_of(const std::vector<json>& plans);

/// The recording smolvm in a scene.
class Recorder {
 public:
  explicit Recorder(const Scene& scene) : scene_(scene) {}

  /// What the n-th call of each verb gets: see tests/support/recording/smolvm.cpp.
  void answer(const json& answers) const;
  [[nodiscard]] UpRun run(const std::vector<json>& plans,
                          std::vector<std::string> options = {}) const;
  /// Every call, or those of one verb, in order.
  [[nodiscard]] std::vector<json> calls(std::string_view verb = {}) const;
  void forget_calls() const;

 private:
  const Scene& scene_;
};

/// The stand-in smolvm without guests, scripted by a scenario (docs/stand-in.md).
class StandIn {
 public:
  explicit StandIn(const Scene& scene, const json& scenario = json::object());

  [[nodiscard]] static std::string executable();
  [[nodiscard]] std::map<std::string, std::string> environment() const;
  /// For a program whose log is read while it runs.
  [[nodiscard]] ProgramOptions watched() const;
  [[nodiscard]] UpRun run(const std::vector<json>& plans,
                          std::vector<std::string> options = {}) const;
  /// The calls that the stand-in logged.
  [[nodiscard]] std::vector<json> calls(std::string_view verb = {}) const;
  /// Waits until there are so many of them; the test's own limit ends a wait in vain.
  void wait_for_calls(std::string_view verb, std::size_t count) const;
  /// Those for one machine, in order.
  [[nodiscard]] Verbs verbs_for(std::string_view machine) const;
  /// The names of the machines that it knows.
  [[nodiscard]] std::set<std::string> machines() const;

 private:
  const Scene& scene_;
};

}  // namespace smolfleet::test
