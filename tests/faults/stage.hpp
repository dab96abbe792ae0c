// The place where one story happens: its directory, its stand-in, its humans' machines.
#pragma once

#include "../support/program.hpp"
#include "evidence.hpp"
#include "story.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace smolfleet::faults {

struct Programs {
  std::string smolfleet;
  std::string smolvm;
};

/// One run of a story.
struct Act {
  bool resumes = false;
  std::optional<milliseconds> killed_after;
};

/// Writes good and bad CA files into `directory`.
[[nodiscard]] CaFiles issue_cas(const test::TempDir& directory);

class Stage {
 public:
  /// Prepares everything up to the moment in which smolfleet is started.
  Stage(const Programs& programs, const Story& story);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  /// Ends what is left of the story's processes and takes its disk away.
  ~Stage();

  [[nodiscard]] std::vector<std::string> argv(const Act& act) const;
  /// NAME=VALUE, for smolfleet.
  [[nodiscard]] std::vector<std::string> environment() const;
  [[nodiscard]] const std::string& feed_text() const { return feed_; }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path(name); }
  /// Where results go that go to a file.
  [[nodiscard]] std::string results_path() const;
  [[nodiscard]] std::string journal_path() const;
  /// Makes room on the disk that was too small.
  void grow_disk() const;
  /// Leaves the directory for a person to look at.
  void keep() { directory_.keep(); }

  [[nodiscard]] Machines machines() const;
  /// With the machines of VMs, as far as they are among the names.
  [[nodiscard]] std::vector<Process> processes(const std::set<std::string>& names = {}) const;
  [[nodiscard]] std::vector<json> calls() const;
  [[nodiscard]] std::vector<std::string> temporary_files() const;

 private:
  using Environment = std::map<std::string, std::string>;
  [[nodiscard]] Environment calm_environment() const;
  void prepare_humans() const;
  void mount_disk(std::size_t bytes);
  [[nodiscard]] std::string smolvm(std::vector<std::string> words) const;

  test::TempDir directory_;
  const Programs& programs_;
  const Story& story_;
  std::string feed_;
  bool has_disk_ = false;
};

}  // namespace smolfleet::faults
