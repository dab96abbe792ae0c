// Reading /proc/meminfo, and the one who waits for it to say yes.
#include "smolfleet/admission/memory_reserve.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace smolfleet::admission {

using core::Awaitable;
using core::TimePoint;
using Claimed = std::expected<MemoryReserve::Claim, Denial>;

namespace {

constexpr std::chrono::milliseconds between_looks(250);

}  // namespace

std::optional<HostMemory> read_host_memory() {
  return read_meminfo("/proc/meminfo");
}

std::optional<HostMemory> read_meminfo(const std::filesystem::path& path) {
  constexpr std::uint64_t kib_per_mib = 1024;
  std::ifstream file(path);
  std::optional<std::uint64_t> total;
  std::optional<std::uint64_t> available;
  std::string key;
  std::uint64_t kib = 0;
  std::string unit;
  while (!(total && available) && file >> key >> kib && std::getline(file, unit)) {
    if (key == "MemTotal:") total = kib / kib_per_mib;
    if (key == "MemAvailable:") available = kib / kib_per_mib;
  }
  if (!total || !available) return std::nullopt;
  return HostMemory{.total = *total, .available = *available};
}

MemoryReserve::MemoryReserve(core::Executor executor, std::uint64_t reserve, Read read,
                             OnWait on_wait)
    : reserve_(reserve),
      read_(std::move(read)),
      on_wait_(std::move(on_wait)),
      bell_(std::move(executor)) {}

Awaitable<Claimed> MemoryReserve::claim(std::uint64_t size, TimePoint until) {
  while (true) {
    const bool asked = co_await core::cancelled();
    if (asked) co_return Claimed(std::unexpect, Denial::cancelled);
    if (stopped_) co_return Claimed(std::unexpect, Denial::stopped);
    const auto answer = ask(size);
    if (answer == Answer::yes) break;
    if (answer == Answer::never) co_return Claimed(std::unexpect, Denial::too_large);
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) co_return Claimed(std::unexpect, Denial::deadline);
    waiting_ = true;
    co_await bell_.wait(std::min(until, now + between_looks));
    waiting_ = false;
  }
  promised_ += size;
  co_return Claimed(Claim(*this, size));
}

void MemoryReserve::stop() {
  stopped_ = true;
  bell_.ring();
}

MemoryReserve::Answer MemoryReserve::ask(std::uint64_t size) {
  const auto memory = read_();
  if (!memory) return Answer::yes;
  const auto needed = reserve_ + size;
  if (needed > memory->total) return Answer::never;
  if (needed + promised_ <= memory->available) return Answer::yes;
  if (!std::exchange(has_waited_, true)) on_wait_(*memory, promised_, size);
  return Answer::not_now;
}

void MemoryReserve::give_back(std::uint64_t size) {
  promised_ -= size;
  bell_.ring();
}

}  // namespace smolfleet::admission
