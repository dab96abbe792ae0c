// Run, kill, damage, resume, look.
#include "play.hpp"

#include "journal_damage.hpp"
#include "performance.hpp"

#include <set>
#include <string>

namespace smolfleet::faults {
namespace {

class Play {
 public:
  Play(Stage& stage, const Story& story, milliseconds patience)
      : stage_(stage), story_(story), patience_(patience) {}

  Evidence run() {
    seen_.before = stage_.machines();
    if (story_.journal.disk) {
      seen_.earlier.push_back(act({}));
      stage_.grow_disk();
    }
    for (const auto after : story_.journal.kills)
      seen_.earlier.push_back(act({.resumes = has_begun_, .killed_after = after}));
    damage();
    seen_.run = act({.resumes = has_begun_, .killed_after = {}});
    look();
    return std::move(seen_);
  }

 private:
  Performance act(const Act& act) {
    has_begun_ = true;
    seen_.acts.push_back(stage_.calls().size());
    return perform(stage_, story_, act, patience_);
  }

  void damage() {
    if (story_.journal.damage == Damage::torn)
      seen_.is_torn = tear(stage_.journal_path(), story_.journal.where);
    if (story_.journal.damage != Damage::flipped) return;
    const auto flip = flip_a_bit(stage_.journal_path(), story_.journal.where);
    if (!flip) return;
    const auto calls = stage_.calls().size();
    Refusal refusal{.run = act({.resumes = true, .killed_after = {}}), .line = flip->line};
    seen_.acts.pop_back();
    refusal.left_all_alone = stage_.calls().size() == calls;
    seen_.refusal = std::move(refusal);
    flip_back(stage_.journal_path(), *flip);
  }

  void look() {
    seen_.calls = stage_.calls();
    std::set<std::string> started;
    for (const auto& call : seen_.calls) {
      if (call["verb"] == "start") started.insert(call["machine"].get<std::string>());
    }
    seen_.processes = stage_.processes(started);
    seen_.after = stage_.machines();
    seen_.temporary = stage_.temporary_files();
  }

  Stage& stage_;
  const Story& story_;
  milliseconds patience_;
  Evidence seen_;
  bool has_begun_ = false;  ///< a run, so that the next one resumes it
};

}  // namespace

Evidence play(Stage& stage, const Story& story, milliseconds patience) {
  return Play(stage, story, patience).run();
}

}  // namespace smolfleet::faults
