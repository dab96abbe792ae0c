// Group commit.
#include "smolfleet/journal/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace smolfleet::journal {

Journal::Journal(const core::Executor& executor, Opened opened, std::function<void()> on_broken)
    : executor_(executor),
      fd_(std::move(opened.fd)),
      history_(std::move(opened.history)),
      on_broken_(std::move(on_broken)) {}

Journal::~Journal() {
  writer_.join();
}

core::Awaitable<bool> Journal::record(std::string_view line) {
  if (fault_) co_return false;
  pending_.append(line);
  Waiter waiter{.bell = core::Bell(executor_), .number = ++recorded_};
  const auto self = waiters_.insert(waiters_.end(), &waiter);
  if (syncing_ == durable_) begin_sync();
  while (!fault_ && durable_ < waiter.number)
    co_await waiter.bell.wait();
  waiters_.erase(self);
  co_return durable_ >= waiter.number;
}

void Journal::begin_sync() {
  syncing_ = recorded_;
  auto work = [this, lines = std::exchange(pending_, {}),
               awake = asio::make_work_guard(executor_)] {
    const auto appended = append_and_sync(fd_.get(), lines);
    asio::post(executor_, [this, appended] { on_synced(appended); });
  };
  asio::post(writer_, std::move(work));
}

void Journal::on_synced(Appended appended) {
  if (appended.error) {
    fault_ = fmt::format("the journal cannot be written: {}", appended.error.message());
    is_uncertain_ = !appended.taken_back;
  } else {
    durable_ = syncing_;
    if (!pending_.empty()) begin_sync();
  }
  for (auto* waiter : waiters_)
    waiter->bell.ring();
  if (appended.error) on_broken_();
}

std::expected<std::string, std::error_code> Journal::result_at(Place place) const {
  std::string text(place.size, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const auto at = static_cast<off_t>(place.offset + have);
    const auto count = ::pread(fd_.get(), text.data() + have, text.size() - have, at);
    if (count > 0) {
      have += static_cast<std::size_t>(count);
    } else if (count == 0 || errno != EINTR) {
      return std::unexpected(std::error_code(count == 0 ? EIO : errno, std::generic_category()));
    }
  }
  return text;
}

}  // namespace smolfleet::journal
