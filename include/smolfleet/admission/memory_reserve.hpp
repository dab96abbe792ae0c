// Whether the host has the memory for one more guest.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

namespace smolfleet::admission {

/// In MiB.
struct HostMemory {
  std::uint64_t total = 0;
  std::uint64_t available = 0;  ///< without swapping, as the kernel estimates it
};

/// MemTotal and MemAvailable of /proc/meminfo (proc(5)); nothing: it cannot be read.
[[nodiscard]] std::optional<HostMemory> read_host_memory();
/// The same of another file.
[[nodiscard]] std::optional<HostMemory> read_meminfo(const std::filesystem::path& file);

/// Why a guest got no memory. `too_large`: this host never has so much. `stopped`: see `stop`.
enum class Denial { too_large, deadline, cancelled, stopped };

/// Admits a guest only while what is available, less what guests in flight may still claim, stays
/// above a reserve. A guest that is up is no longer counted here: what it uses is missing from what
/// is available. One caller at a time waits, so a large guest is not overtaken by small ones.
class MemoryReserve {
 public:
  /// Memory promised to a guest, in MiB; leaving scope gives it back.
  class Claim {
   public:
    Claim() = default;
    Claim(Claim&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), size_(other.size_) {}
    Claim& operator=(Claim&&) = delete;
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim() {
      if (from_ != nullptr) from_->give_back(size_);
    }

   private:
    friend class MemoryReserve;
    Claim(MemoryReserve& from, std::uint64_t size) : from_(&from), size_(size) {}
    MemoryReserve* from_ = nullptr;
    std::uint64_t size_ = 0;
  };
  using Read = std::function<std::optional<HostMemory>()>;
  /// Told once, when a guest has to wait for the first time.
  using OnWait = std::function<void(HostMemory now, std::uint64_t promised, std::uint64_t wanted)>;

  /// `reserve` in MiB. `read` gives the host's memory; as long as it gives nothing, all are
  /// admitted.
  MemoryReserve(core::Executor executor, std::uint64_t reserve, Read read, OnWait on_wait);

  /// *Completes when* there are `size` MiB for a guest: it looks whenever a claim is given back,
  /// and four times a second for what others free.
  /// Otherwise ends with the reason, at `until`, *on cancellation*, or when `stop` is called.
  [[nodiscard]] core::Awaitable<std::expected<Claim, Denial>> claim(std::uint64_t size,
                                                                    core::TimePoint until);
  /// Whether somebody waits in `claim`.
  [[nodiscard]] bool is_waited_for() const { return waiting_; }

  /// Nobody is to wait any more, now or later.
  void stop();

 private:
  enum class Answer { yes, not_now, never };
  [[nodiscard]] Answer ask(std::uint64_t size);
  void give_back(std::uint64_t size);

  std::uint64_t reserve_;
  Read read_;
  OnWait on_wait_;
  core::Bell bell_;
  std::uint64_t promised_ = 0;
  bool waiting_ = false;
  bool has_waited_ = false;
  bool stopped_ = false;
};

}  // namespace smolfleet::admission
