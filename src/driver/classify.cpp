// Spec §6's table, and the words for what is not done.
#include "smolfleet/driver/classify.hpp"

#include "smolfleet/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace smolfleet::driver {
namespace {

using core::Failure;
using core::FailureCode;
using process::Outcome;

constexpr int killed_in_guest = 128 + SIGKILL;
/// Of smolvm's message in ours; the whole of it stands in the failure's `err`.
constexpr std::size_t longest_quote = 512;
/// What a shell exits with when it does not find a command.
constexpr int not_found_in_guest = 127;

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [=](auto part) { return text.contains(part); });
}

std::optional<int> exit_code_of(const Outcome& outcome) {
  const auto* exited = std::get_if<process::Exited>(&outcome.end);
  return exited == nullptr ? std::nullopt : std::optional(exited->code);
}

std::optional<int> signal_of(const Outcome& outcome) {
  const auto* signalled = std::get_if<process::Signalled>(&outcome.end);
  return signalled == nullptr ? std::nullopt : std::optional(signalled->signal);
}

bool was_killed(const Outcome& outcome) {
  return exit_code_of(outcome) == killed_in_guest || signal_of(outcome) == SIGKILL;
}

/// A failed start as smolvm tells it: from its first "Error: " on, in two parts. `own` are smolvm's
/// words; `pull` is what the registry's client said. What the plan's init commands printed stands
/// behind "init: " and is in neither: a guest must not pass for its host.
struct StartError {
  std::string_view own;
  std::string_view pull;
};

/// What smolvm says from its first "Error: " on; empty if it says nothing of the kind.
std::string_view smolvm_error(std::string_view err) {
  const auto begin = err.starts_with("Error: ") ? 0 : err.find("\nError: ");
  return begin == std::string_view::npos ? std::string_view() : err.substr(begin);
}

StartError start_error(std::string_view err) {
  auto own = smolvm_error(err);
  own = own.substr(0, own.find("init: "));
  const auto pull = own.find("pull image:");
  if (pull != std::string_view::npos) return {.own = own.substr(0, pull), .pull = own.substr(pull)};
  return {.own = own, .pull = {}};
}

/// 408, 429, or any 5xx.
bool is_passing_status(std::string_view number) {
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return number == "408" || number == "429" ||
         (number.starts_with('5') && std::ranges::all_of(number, is_digit));
}

/// Whether a registry's client names a status that passes: behind "status", "code", "http" or
/// "error", in brackets, or before its reason. Other numbers are sizes, ports, tags and digests.
bool has_passing_status(std::string_view text) {
  constexpr std::array<std::string_view, 4> heads = {"status", "code", "http", "error"};
  constexpr std::array<std::string_view, 6> reasons = {
      " request timeout", " too many requests",   " internal server error",
      " bad gateway",     " service unavailable", " gateway timeout"};
  constexpr std::size_t digits = 3;
  for (std::size_t at = 1; at + digits <= text.size(); ++at) {
    if (!is_passing_status(text.substr(at, digits))) continue;
    auto before = text.substr(0, at);
    const auto behind = text.substr(at + digits);
    if (before.ends_with('(') && behind.starts_with(')')) return true;
    if (std::ranges::any_of(reasons, [&](auto reason) { return behind.starts_with(reason); }))
      return true;
    before = before.substr(0, before.find_last_not_of(" :=(") + 1);
    const bool stands_alone =
        before.size() < at &&
        (behind.empty() || std::isalnum(static_cast<unsigned char>(behind[0])) == 0);
    if (stands_alone &&
        std::ranges::any_of(heads, [&](auto head) { return before.ends_with(head); }))
      return true;
  }
  return false;
}

bool start_failed_for_now(const StartError& error) {
  constexpr std::array<std::string_view, 3> passing = {"another process is already starting",
                                                       "agent did not become ready",
                                                       "Cannot allocate memory (os error 12)"};
  constexpr std::array<std::string_view, 7> passing_pull = {
      "toomanyrequests",   "too many requests", "timeout",   "timed out",
      "deadline exceeded", "connection reset",  "econnreset"};
  auto pull = std::string(error.pull);
  std::ranges::transform(pull, pull.begin(), [](unsigned char c) { return std::tolower(c); });
  return contains_any(error.own, passing) || contains_any(pull, passing_pull) ||
         has_passing_status(pull);
}

bool host_cannot_start(const StartError& error) {
  constexpr std::array<std::string_view, 4> unfit = {"kvm not available", "kvm permission denied",
                                                     "agent rootfs not found",
                                                     "hypervisor not available"};
  return contains_any(error.own, unfit);
}

/// smolvm's own message: behind the last line that begins with "Error: " (contract §3.3).
std::string_view smolvm_message(std::string_view err) {
  constexpr std::string_view mark = "Error: ";
  auto at = err.rfind(mark);
  while (at != std::string_view::npos && at > 0 && err[at - 1] != '\n')
    at = err.rfind(mark, at - 1);
  if (at == std::string_view::npos) return {};
  const auto message = err.substr(at + mark.size());
  return message.substr(0, message.find('\n'));
}

struct Advice {
  std::string_view text;
  std::string_view hint;
};

/// What a person can do about the messages that they are most likely to meet.
constexpr std::array<Advice, 12> advices = {{
    {"already exists",
     "A machine of this name is there already: leave `machine` out of the plan to provision it as "
     "it "
     "is, or remove it with `smolvm machine stop --name NAME` and `smolvm machine delete -f --name "
     "NAME`."},
    {"database is locked",
     "smolvm's database stayed busy: stop other programs that create or delete machines, or raise "
     "--deadline create=SECONDS."},
    {"vm not found",
     "No such machine on this host: check the target's name with `smolvm machine ls`, or give the "
     "plan a `machine` so that it is created."},
    {"is not running",
     "Start it with `smolvm machine start --name NAME`, or give the plan a `machine` so that it is "
     "created and started."},
    {"kvm not available",
     "This host has no usable KVM: enable virtualization in its firmware or hypervisor and check "
     "that /dev/kvm exists."},
    {"kvm permission denied", "Let this user open /dev/kvm: add it to the group kvm."},
    {"agent rootfs not found", "Reinstall smolvm, or point SMOLVM_AGENT_ROOTFS at its rootfs."},
    {"agent did not become ready", "The host is overloaded: lower --boot-slots."},
    {"Cannot allocate memory", "Lower --boot-slots or the plans' memory_mib."},
    {"pull image", "Check the image's name and the network; a registry mirror avoids rate limits."},
    {"already in use", "Choose another host port, or stop the machine that has it."},
    {"no network", "Give the machine `\"net\": true`."},
}};

std::optional<std::string> hint_for(std::string_view err) {
  const auto* const found = std::ranges::find_if(
      advices, [=](const Advice& advice) { return err.contains(advice.text); });
  if (found == advices.end()) return std::nullopt;
  return std::string(found->hint);
}

FailureCode code_of(Verb verb) {
  switch (verb) {
    case Verb::probe:
      return FailureCode::smolvm_unsupported;
    case Verb::create:
    case Verb::create_again:
      return FailureCode::create_failed;
    case Verb::start:
      return FailureCode::start_failed;
    case Verb::copy_ca:
      return FailureCode::copy_failed;
    case Verb::install_ca:
      return FailureCode::install_failed;
    case Verb::copy:
    case Verb::set_mode:
    case Verb::exec:
    case Verb::exec_once:
      return FailureCode::step_failed;
    case Verb::stop:
    case Verb::remove:
      return FailureCode::removal_failed;
  }
  std::unreachable();
}

std::string what_failed(Verb verb, const std::string& phase, const std::string& target) {
  switch (verb) {
    case Verb::probe:
      return fmt::format("`{}` gave no answer", target);
    case Verb::create:
    case Verb::create_again:
      return fmt::format("smolvm could not create {}", target);
    case Verb::start:
      return fmt::format("smolvm could not start {}", target);
    case Verb::copy_ca:
      return fmt::format("smolvm could not copy the CA into {}", target);
    case Verb::install_ca:
      return "update-ca-certificates didn't add the agent CA";  // spec §7, to the letter
    case Verb::copy:
      return fmt::format("{}: smolvm could not copy the file into {}", phase, target);
    case Verb::set_mode:
      return fmt::format("{}: the file was copied into {}, but its mode could not be set", phase,
                         target);
    case Verb::exec:
    case Verb::exec_once:
      return fmt::format("{}: the command failed in {}", phase, target);
    case Verb::stop:
      return fmt::format("smolvm could not stop {}", target);
    case Verb::remove:
      return fmt::format("smolvm did not delete {}", target);
  }
  std::unreachable();
}

std::string signal_name(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

/// Fills in what depends on how the command ended.
class Describe {
 public:
  Describe(Verb verb, const std::string& target, std::string_view err, Failure& failure)
      : verb_(verb), target_(target), err_(err), failure_(failure) {}

  void operator()(const process::Exited& end) const {
    failure_.exit_code = end.code;
    failed(fmt::format("exit {}", end.code));
  }

  void operator()(const process::Signalled& end) const {
    failure_.signal = end.signal;
    failed(fmt::format("smolvm was killed by {}", signal_name(end.signal)));
  }

  void operator()(const process::NotSpawned& end) const {
    failure_.code = FailureCode::spawn_failed;
    failure_.message = end.reason;
    failure_.hint = end.hint;
  }

  void operator()(const process::TimedOut&) const {
    failure_.code = FailureCode::timeout;
    failure_.message = fmt::format("{} of {} took too long and was ended", failure_.phase, target_);
  }

  void operator()(const process::Cancelled&) const {
    failure_.code = FailureCode::cancelled;
    failure_.message = fmt::format("cancelled during {} of {}", failure_.phase, target_);
  }

 private:
  void failed(const std::string& how) const {
    failure_.code = code_of(verb_);
    failure_.message = fmt::format("{} ({})", what_failed(verb_, failure_.phase, target_), how);
    const auto said = smolvm_message(err_);
    if (!said.empty() && verb_ != Verb::install_ca) {
      failure_.message += fmt::format(": {}", core::printable(said, longest_quote));
    }
    failure_.hint = hint_for(said);
    const bool is_command = verb_ == Verb::exec || verb_ == Verb::exec_once;
    if (is_command && !failure_.hint)
      failure_.hint = "What the command printed is in the result: error.stdout and error.stderr.";
    if (verb_ == Verb::install_ca && failure_.exit_code == not_found_in_guest) {
      failure_.hint =
          "The guest lacks a program: its image needs ca-certificates and openssl (on Debian: "
          "apt-get install ca-certificates openssl).";
    }
  }

  Verb verb_;
  const std::string& target_;
  std::string_view err_;
  Failure& failure_;
};

/// Of smolvm's own error; a warning of a lock that it got over in the end is none.
bool says_locked(const Outcome& outcome) {
  return smolvm_error(outcome.err).contains("database is locked");
}

Verdict classify_create(const Outcome& outcome) {
  return says_locked(outcome) ? Verdict::retry_lock : Verdict::failed;
}

/// The name of a create that was killed stays reserved until smolvm takes its process for gone,
/// which a zombie that nobody reaps is not (contract §5.2).
Verdict classify_create_again(const Outcome& outcome) {
  const bool reserved = outcome.err.contains("already exists or is being created");
  return reserved ? Verdict::retry_lock : classify_create(outcome);
}

Verdict classify_start(const Outcome& outcome) {
  const auto error = start_error(outcome.err);
  if (host_cannot_start(error)) return Verdict::host_unfit;
  return start_failed_for_now(error) ? Verdict::retry_start : Verdict::failed;
}

bool says_not_found(const Outcome& outcome) {
  return smolvm_message(outcome.err).starts_with("vm not found:");
}

Verdict classify_clean_up(Verb verb, const Outcome& outcome) {
  if (std::holds_alternative<process::Cancelled>(outcome.end)) return Verdict::failed;
  if (says_not_found(outcome)) return Verdict::done;
  const bool well = exit_code_of(outcome) == 0;
  if (well && (verb == Verb::stop || outcome.out.contains("Deleted machine:")))
    return Verdict::done;
  if (says_locked(outcome)) return Verdict::retry_lock;
  return well ? Verdict::failed : Verdict::retry_harmless;
}

}  // namespace

Verdict classify(Verb verb, const Outcome& outcome) {
  if (verb == Verb::stop || verb == Verb::remove) return classify_clean_up(verb, outcome);
  if (exit_code_of(outcome) == 0) return Verdict::done;
  const bool ended_by_itself = exit_code_of(outcome) || signal_of(outcome);
  if (!ended_by_itself) return Verdict::failed;
  switch (verb) {
    case Verb::create:
      return classify_create(outcome);
    case Verb::create_again:
      return classify_create_again(outcome);
    case Verb::start:
      return classify_start(outcome);
    case Verb::install_ca:
    case Verb::exec:
      return was_killed(outcome) ? Verdict::retry_settle : Verdict::failed;
    case Verb::probe:
    case Verb::copy_ca:
    case Verb::copy:
    case Verb::set_mode:
    case Verb::exec_once:
    case Verb::stop:
    case Verb::remove:
      return Verdict::failed;
  }
  std::unreachable();
}

Failure failure_of(Verb verb, const std::string& phase, const std::string& target,
                   Outcome outcome) {
  Failure failure;
  failure.phase = phase;
  const bool unfit = classify(verb, outcome) == Verdict::host_unfit;
  std::visit(Describe(verb, target, outcome.err, failure), outcome.end);
  if (unfit) failure.code = FailureCode::host_unfit;
  failure.out = std::move(outcome.out);
  failure.err = std::move(outcome.err);
  return failure;
}

bool may_have_created(const Failure& failure) {
  return !failure.exit_code || smolvm_message(failure.err).empty();
}

}  // namespace smolfleet::driver
