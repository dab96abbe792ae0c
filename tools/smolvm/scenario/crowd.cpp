// A table of pids in a file that all processes map.
#include "scenario/crowd.hpp"

#include "support/fd.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <optional>

namespace smolfleet::standin {
namespace {

constexpr std::size_t most_calls = 8192;
constexpr std::size_t table_bytes = most_calls * sizeof(int);

Sys<std::span<int>> map_table(const std::filesystem::path& directory, const std::string& name) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return std::unexpected(error.value());
  const auto file = open_file(directory / name, O_RDWR | O_CREAT);
  if (!file) return std::unexpected(file.error());
  if (::ftruncate(file->get(), table_bytes) != 0) return std::unexpected(errno);
  void* const memory =
      ::mmap(nullptr, table_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->get(), 0);
  if (memory == MAP_FAILED) return std::unexpected(errno);
  return std::span(static_cast<int*>(memory), most_calls);
}

void clear_dead(std::span<int> places) {
  for (int& place : places) {
    const std::atomic_ref<int> shared(place);
    int pid = shared.load();
    if (pid != 0 && ::kill(pid, 0) != 0 && errno == ESRCH) shared.compare_exchange_strong(pid, 0);
  }
}

std::optional<std::size_t> take_place(std::span<int> places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    int nobody = 0;
    if (std::atomic_ref<int>(places[i]).compare_exchange_strong(nobody, ::getpid())) return i;
  }
  return std::nullopt;
}

void sleep_for(double milliseconds) {
  constexpr double nanoseconds = 1e6;
  const timespec time{.tv_sec = 0, .tv_nsec = static_cast<long>(milliseconds * nanoseconds)};
  ::nanosleep(&time, nullptr);
}

double now_in_milliseconds() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<Crowd> Crowd::join(const Settings& settings, const std::string& verb) {
  const auto directory = settings.cache / "calls";
  const auto places = map_table(directory, cat(verb, ".crowd"));
  if (!places) {
    return misconfigured(
        cat("can't share ", directory.native(), "/", verb, ".crowd: ", os_error(places.error())));
  }
  clear_dead(*places);
  const auto own = take_place(*places);
  if (!own) return misconfigured(cat("more than ", most_calls, " calls of ", verb, " at a time"));
  return Crowd(*places, *own);
}

Crowd::~Crowd() {
  if (places_.empty()) return;
  std::atomic_ref<int>(places_[own_]).store(0);
  ::munmap(places_.data(), places_.size_bytes());
}

std::size_t Crowd::size() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      places_, [](int& place) { return std::atomic_ref<int>(place).load() != 0; }));
}

void wait_in_crowd(const Crowd& crowd, const Slowdown& slowdown,
                   std::chrono::duration<double, std::milli> time) {
  constexpr double look_every = 10;
  double left = time.count();
  double before = now_in_milliseconds();
  while (left > 0) {
    const double excess = static_cast<double>(crowd.size()) / slowdown.above;
    const double factor = excess > 1 ? std::pow(excess, slowdown.exponent) : 1.0;
    sleep_for(std::min(left * factor, look_every));
    const double now = now_in_milliseconds();
    left -= (now - before) / factor;
    before = now;
  }
}

}  // namespace smolfleet::standin
