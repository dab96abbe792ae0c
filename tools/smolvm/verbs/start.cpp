// `start`: boots the guest and returns when it is ready (contract §4.1).
#include "sandbox/skeleton.hpp"
#include "sandbox/vm.hpp"
#include "scenario/errors.hpp"
#include "store/store.hpp"
#include "support/console.hpp"
#include "support/text.hpp"
#include "verbs/verbs.hpp"
#include "verbs/workload.hpp"

#include <signal.h>
#include <unistd.h>

#include <csignal>

namespace smolfleet::standin {
namespace {

volatile std::sig_atomic_t guarded_vm = 0;

extern "C" void end_vm_and_exit(int signal) {
  ::kill(guarded_vm, SIGKILL);
  ::_exit(128 + signal);
}

/// From the agent's readiness to the end of `start`, SIGINT takes the VM along (contract §4.6). Any
/// other time, and any other signal, leaves it behind.
class InterruptGuard {
 public:
  explicit InterruptGuard(const VmProcess& vm) {
    guarded_vm = vm.pid;
    old_ = std::signal(SIGINT, end_vm_and_exit);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard() { std::signal(SIGINT, old_); }

 private:
  void (*old_)(int) = SIG_DFL;
};

std::string host_port(const std::string& port) {
  return port.substr(0, port.find(':'));
}

/// Covers machines of smolvm that are recorded as running, as smolvm does, and nobody else's ports.
Result<void> check_ports(const Store& store, const Record& record) {
  if (record.ports.empty()) return {};
  const auto machines = store.all();
  if (!machines) return std::unexpected(machines.error());
  for (const auto& other : *machines) {
    if (other.state != State::running || other.name == record.name) continue;
    for (const auto& theirs : other.ports) {
      for (const auto& ours : record.ports) {
        if (host_port(ours) != host_port(theirs)) continue;
        return fail(cat("config operation failed: start machine: host port ", host_port(ours),
                        " is already in use by running machine '", other.name, "'"));
      }
    }
  }
  return {};
}

/// What an earlier start left running: an orphan, or a VM that doesn't answer.
Result<void> clean_up_old_vm(const Record& record, const MachineDirectory& directory) {
  if (const auto old = directory.vm()) {
    complain(record.state == State::unreachable
                 ? cat("Machine '", record.name, "' is unreachable (PID ", old->pid,
                       " alive but agent unresponsive); cleaning up.\n")
                 : cat("Killing orphaned _boot-vm process (PID ", old->pid, ") for machine '",
                       record.name, "'\n"));
    const auto ended = end_process(*old);
    if (!ended) return ended;
  }
  directory.forget_vm();
  return {};
}

Result<BootPlan> make_plan(const Context& context, const Record& record,
                           const MachineDirectory& directory) {
  BootPlan plan{.has_guest = context.has_guests(),
                .hostname = record.name,
                .directory = directory.path(),
                .mounts = record.mounts};
  if (record.image && record.image->starts_with('/')) plan.base = *record.image;
  if (plan.has_guest && plan.base == "/" && ::geteuid() != 0) {
    auto skeleton = ensure_skeleton(context.settings.cache);
    if (!skeleton) return std::unexpected(skeleton.error());
    plan.skeleton = *std::move(skeleton);
  }
  return plan;
}

Result<VmProcess> boot(const Context& context, const BootPlan& plan,
                       const MachineDirectory& directory) {
  const auto booting = spawn_vm(plan, context.settings.boot_debug || context.action.hold_pipes);
  if (!booting) return std::unexpected(booting.error());
  const auto recorded = directory.record_vm(booting->process);
  if (!recorded) return std::unexpected(recorded.error());
  if (context.action.orphan) ::kill(::getpid(), SIGKILL);
  const auto ready = await_ready(*booting);
  if (!ready) return std::unexpected(ready.error());
  return booting->process;
}

Result<void> prepare(const VmProcess& vm, Record& record, bool first_boot_prints_pull) {
  if (first_boot_prints_pull) complain(cat("Pulling ", *record.image, "...\n"));
  if (!record.init_completed) {
    auto done = run_init(vm, record);
    if (!done) return done;
    record.init_completed = true;
  }
  return run_workload(vm, record);
}

int report_running(Store& store, const Record& record, std::optional<pid_t> pid) {
  say(cat("Machine '", record.name, "' running (PID: ", pid.value_or(0), ")\n"));
  const auto done = store.update(record.name, [&](Record& stored) {
    stored.state = State::running;
    stored.pid = pid;
    stored.init_completed = record.init_completed;
  });
  // The machine runs, so smolvm only warns.
  if (!done) complain(cat("WARN smolvm: ", done.error().message, "\n"));
  return 0;
}

int say_already_running(const Record& record) {
  say(cat("Machine '", record.name, "' already running (PID: ", record.pid.value_or(0), ")\n"));
  return 0;
}

/// For guests of kind `none`: a row says that the machine runs. Thousands of them cost nothing.
Result<int> start_without_process(Store& store, const Record& record,
                                  const MachineDirectory& directory) {
  if (probe(record, directory) == State::running) return say_already_running(record);
  auto done = check_ports(store, record);
  if (done) done = clean_up_old_vm(record, directory);
  if (!done) return std::unexpected(done.error());
  return report_running(store, record, std::nullopt);
}

Result<int> start_vm(const Context& context, Store& store, const MachineDirectory& directory) {
  auto record = store.get(context.machine());
  if (!record) return std::unexpected(record.error());
  if (probe(*record, directory) == State::running) return say_already_running(*record);
  auto done = check_ports(store, *record);
  if (done) done = clean_up_old_vm(*record, directory);
  if (!done) return std::unexpected(done.error());
  const auto plan = make_plan(context, *record, directory);
  if (!plan) return std::unexpected(plan.error());
  const auto vm = boot(context, *plan, directory);
  if (!vm) {
    directory.forget_vm();
    return std::unexpected(vm.error());
  }

  const InterruptGuard guard(*vm);
  const bool pulls = record->image && plan->base == "/" && !record->init_completed;
  if (plan->has_guest) done = prepare(*vm, *record, pulls);
  if (done) return report_running(store, *record, vm->pid);
  const auto ended = end_process(*vm);
  directory.forget_vm();
  return std::unexpected(ended ? done.error() : ended.error());
}

}  // namespace

Result<int> start(const Context& context) {
  auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  const auto record = store->get(context.machine());
  if (!record) return std::unexpected(record.error());

  const MachineDirectory directory(context.settings, context.machine());
  const auto& action = context.action;
  if (!context.has_guests() && !action.daemon && !action.hold_pipes && !action.orphan) {
    return start_without_process(*store, *record, directory);
  }
  const auto made = directory.make(context.machine());
  if (!made) return std::unexpected(made.error());
  const auto lock = directory.lock();
  if (!lock) return std::unexpected(lock.error());
  if (!*lock) return fail(message_of(NamedError::already_starting, context.call));
  // Read again under the lock: another start may just have ended.
  return start_vm(context, *store, directory);
}

}  // namespace smolfleet::standin
