// smolvm's words for its failures, to the letter where the contract has them.
#include "scenario/errors.hpp"

#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace smolfleet::standin {
namespace {

using enum VerbId;

constexpr std::array writers{create, remove};
constexpr std::array starter{start};
constexpr std::array talkers{exec, copy};
constexpr std::array named{start, stop, remove, status, exec, copy};

constexpr std::array all_names{
    ErrorName{NamedError::locked, "locked", writers},
    ErrorName{NamedError::not_ready, "not-ready", starter},
    ErrorName{NamedError::enomem, "enomem", starter},
    ErrorName{NamedError::pull_429, "pull-429", starter},
    ErrorName{NamedError::pull_timeout, "pull-timeout", starter},
    ErrorName{NamedError::already_starting, "already-starting", starter},
    ErrorName{NamedError::no_kvm, "no-kvm", starter},
    ErrorName{NamedError::no_rootfs, "no-rootfs", starter},
    ErrorName{NamedError::vm_not_found, "vm-not-found", named},
    ErrorName{NamedError::connection_closed, "connection-closed", talkers},
    ErrorName{NamedError::unreachable, "unreachable", talkers},
};

}  // namespace

std::span<const ErrorName> error_names() {
  return all_names;
}

const ErrorName& describe(NamedError error) {
  return *std::ranges::find(all_names, error, &ErrorName::error);
}

std::string message_of(NamedError error, const Call& call) {
  switch (error) {
    case NamedError::locked:
      return cat("database operation failed: ", call.id == remove ? "remove" : "reserve", " vm '",
                 call.machine, "': database is locked");
    case NamedError::not_ready:
      return start_failed("wait for ready: agent did not become ready within 30 seconds");
    case NamedError::enomem:
      return start_failed(
          "monitor agent: Failure during vcpu run: Cannot allocate memory (os error 12) "
          "(boot process exited (code 1) before the agent was ready)");
    case NamedError::pull_429:
      return "agent operation failed: pull image: GET https://index.docker.io/v2/: "
             "unexpected status code 429 Too Many Requests: toomanyrequests";
    case NamedError::pull_timeout:
      return "agent operation failed: pull image: Get \"https://index.docker.io/v2/\": "
             "net/http: TLS handshake timeout";
    case NamedError::already_starting:
      return start_failed("start agent: another process is already starting or running this VM");
    case NamedError::no_kvm:
      return start_failed("kvm not available: /dev/kvm does not exist");
    case NamedError::no_rootfs:
      return start_failed(
          "verify rootfs: agent rootfs not found: /usr/local/lib/smolvm/agent-rootfs");
    case NamedError::vm_not_found:
      return cat("vm not found: ", call.machine);
    case NamedError::connection_closed:
      return "io operation failed: connection closed";
    case NamedError::unreachable:
      return cat("agent operation failed: connect: machine '", call.machine,
                 "' is not running. Use 'smolvm machine start --name ", call.machine, "' first.");
  }
  std::unreachable();
}

std::string outcome_name(const Action& action) {
  if (action.exit) return cat("exit ", *action.exit);
  if (action.signal) return cat("signal ", *action.signal);
  if (action.error) return cat("error ", describe(*action.error).name);
  if (action.hang == Hang::polite) return "hang polite";
  if (action.hang == Hang::stubborn) return "hang stubborn";
  if (action.orphan) return "orphan";
  if (action.prompt) return "prompt";
  return "none";
}

}  // namespace smolfleet::standin
