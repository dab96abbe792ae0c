// Putting lines together: what a line is, whom it is about, and which answer of a plan stands.
#include "smolfleet/report/read.hpp"

#include "smolfleet/journal/record.hpp"

#include "report/lines.hpp"
#include "report/parse_result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace smolfleet::report {
namespace {

using Json = nlohmann::json;

/// Guests of a code, in a phase, whose command's output is kept.
constexpr std::size_t most_outputs = 5;

/// Different CAs that are told apart; a feed has two.
constexpr std::size_t most_cas = 1000;

/// Where a phase stands in a guest's life.
std::tuple<std::size_t, std::size_t, std::string_view> order_of(const std::string& phase) {
  return {results::rank_of(results::kind_of(phase)), phase.size(), phase};
}

/// Values that many guests share, each kept once.
template <class Value>
class Shared {
 public:
  std::uint32_t index_of(const std::string& key, const Value& value) {
    const auto [at, is_new] = indices_.try_emplace(key, static_cast<std::uint32_t>(values_.size()));
    if (is_new) values_.push_back(value);
    return at->second;
  }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  std::vector<Value> take() { return std::move(values_); }

 private:
  std::unordered_map<std::string, std::uint32_t> indices_;
  std::vector<Value> values_;
};

/// A plan is known again by its run, its place in the feed, and its name.
std::string key_of(std::uint32_t run, std::uint64_t line, std::string_view name) {
  return fmt::format("{} {} {}", run, line, name);
}

/// What was read is what was there already.
bool is_same_answer(const Guest& one, const Guest& other) {
  return one.started_at == other.started_at && one.duration == other.duration &&
         one.status == other.status;
}

/// What is wrong with an object that is neither result, event nor record.
std::string_view judge_stranger(const Json& object) {
  if (object.contains("target")) return "is a plan: give what `smolfleet up` made of it";
  return "is neither a result, an event nor a journal's record";
}

}  // namespace

class Reader::Gathering {
 public:
  std::error_code read(const std::string& name, const journal::Source& source,
                       const OnUnreadable& on_unreadable) {
    input_ = Input{.name = name};
    run_of_journal_.clear();
    const auto error = for_each_line(source, [&](const core::Line& line) {
      const auto fault = take(line);
      if (fault.empty()) return;
      if (!line.ended && input_.records > 0) {
        input_.torn = true;  // a journal's, which a crash leaves
        return;
      }
      ++input_.unreadable;
      on_unreadable(line.number, line.ended ? fault : fault + " (the file ends within it)");
    });
    guests_.inputs.push_back(std::move(input_));
    return error;
  }

  Guests finish() {
    for (auto& [key, plan] : admitted_) {
      if (!answered_.contains(key)) guests_.unanswered.push_back(std::move(plan));
    }
    std::ranges::sort(guests_.unanswered, {}, [](const Unanswered& plan) {
      return std::tuple(plan.run, plan.line, std::string_view(plan.name));
    });
    std::ranges::sort(guests_.guests, {}, [](const Guest& guest) {
      return std::tuple(!guest.started_at, guest.started_at, guest.run, guest.line,
                        std::string_view(guest.name));
    });
    guests_.runs = runs_.take();
    guests_.cas = cas_.take();
    guests_.phases = phases_.take();
    sort_phases();
    return std::move(guests_);
  }

 private:
  /// Returns what is wrong with the line; empty: nothing.
  std::string take(const core::Line& line) {
    if (line.too_long) return fmt::format("is longer than {} bytes", journal::longest_record);
    const auto object = Json::parse(line.text, nullptr, false);
    if (!object.is_object()) return "is no JSON object";
    if (object.contains("record")) return take_record(line.text);
    if (object.contains("status")) return take_result(object);
    if (!object.contains("event")) return std::string(judge_stranger(object));
    ++input_.events;
    return {};
  }

  std::string take_record(std::string_view line) {
    const auto record = journal::parse_record(line);
    if (!record) return record.error();
    std::string fault;
    if (const auto* begun = std::get_if<journal::Begun>(&*record)) {
      run_of_journal_ = begun->run;
    } else if (const auto* plan = std::get_if<journal::Admitted>(&*record)) {
      admit(*plan);
    } else if (const auto* ended = std::get_if<journal::Ended>(&*record)) {
      fault = take_result(Json::parse(ended->result, nullptr, false));
    }
    if (fault.empty()) ++input_.records;
    return fault;
  }

  void admit(const journal::Admitted& plan) {
    const auto run = runs_.index_of(run_of_journal_, run_of_journal_);
    const auto& name = plan.id.empty() ? plan.target : plan.id;
    admitted_.insert_or_assign(key_of(run, plan.line, name), Unanswered{.name = name,
                                                                        .target = plan.target,
                                                                        .run = run,
                                                                        .line = plan.line,
                                                                        .admitted = plan.at});
  }

  std::string take_result(const Json& object) {
    if (!object.is_object()) return "is no JSON object";
    if (!object.contains("started_at"))
      return "is no result of `smolfleet up`: it has no started_at (of `smolfleet down`?)";
    auto parsed = parse_result(object);
    if (!parsed) return std::move(parsed.error());
    ++input_.results;
    add(std::move(*parsed));
    return {};
  }

  void add(ParsedResult parsed) {
    auto& guest = parsed.guest;
    guest.run = runs_.index_of(parsed.run, parsed.run);
    const auto key = key_of(guest.run, guest.line, guest.name);
    const auto [at, is_new] = answered_.try_emplace(key, guests_.guests.size());
    if (!is_new && !stands_instead(guests_.guests[at->second], guest)) return;
    share(parsed);
    if (guest.trouble) limit_output(*guest.trouble);
    if (is_new) {
      guests_.guests.push_back(std::move(guest));
    } else {
      guests_.guests[at->second] = std::move(guest);
    }
  }

  /// Whether the later of two answers to a plan is the one that was just read.
  bool stands_instead(Guest& known, const Guest& read) {
    if (is_same_answer(known, read)) {
      ++guests_.repeated;
      // A resumed run says so when it has removed what an earlier one had to leave.
      known.leaked = known.leaked && read.leaked;
      return false;
    }
    ++guests_.superseded;
    return known.started_at <= read.started_at;
  }

  void share(ParsedResult& parsed) {
    auto& guest = parsed.guest;
    if (parsed.ca && cas_.size() < most_cas)
      guest.ca = cas_.index_of(parsed.ca->label + parsed.ca->fingerprint, *parsed.ca);
    guest.spans.reserve(parsed.spans.size());
    for (auto& named : parsed.spans) {
      named.span.phase = phases_.index_of(named.phase, named.phase);
      guest.spans.push_back(named.span);
    }
  }

  void limit_output(Trouble& trouble) {
    const auto kept = ++outputs_[trouble.code + " " + trouble.phase];
    if (kept > most_outputs) std::string().swap(trouble.output);
  }

  void sort_phases() {
    auto sorted = guests_.phases;
    std::ranges::sort(sorted, {}, order_of);
    std::vector<std::uint32_t> place(sorted.size());
    for (std::size_t i = 0; i < place.size(); ++i) {
      const auto at = std::ranges::find(sorted, guests_.phases[i]) - sorted.begin();
      place[i] = static_cast<std::uint32_t>(at);
    }
    for (auto& guest : guests_.guests) {
      for (auto& span : guest.spans)
        span.phase = place[span.phase];
    }
    guests_.phases = std::move(sorted);
  }

  Guests guests_;
  Input input_;
  std::string run_of_journal_;
  Shared<std::string> runs_;
  Shared<std::string> phases_;
  Shared<Ca> cas_;
  std::unordered_map<std::string, std::size_t> answered_;  ///< by key: index into the guests
  std::unordered_map<std::string, Unanswered> admitted_;   ///< by key
  std::unordered_map<std::string, std::size_t> outputs_;   ///< by code and phase
};

Reader::Reader() : gathering_(std::make_unique<Gathering>()) {}
Reader::~Reader() = default;

std::error_code Reader::read(const std::string& name, const journal::Source& source,
                             const OnUnreadable& on_unreadable) {
  return gathering_->read(name, source, on_unreadable);
}

Guests Reader::finish() {
  auto guests = gathering_->finish();
  gathering_ = std::make_unique<Gathering>();
  return guests;
}

}  // namespace smolfleet::report
