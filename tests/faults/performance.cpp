// Feeding, reading, signalling: one loop, everything at its time.
#include "performance.hpp"

#include "processes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace smolfleet::faults {
namespace {

using core::UniqueFd;
using Clock = std::chrono::steady_clock;

void set_non_blocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

class Show {
 public:
  Show(const Stage& stage, const Story& story, const Act& act, milliseconds patience)
      : stage_(stage),
        story_(story),
        kills_(act.killed_after.has_value()),
        begun_(Clock::now()),
        until_(begun_ + act.killed_after.value_or(patience)) {
    const auto in = open_feed();
    const auto out = open_results();
    const UniqueFd err(::open(stage.path("stderr").c_str(),
                              O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
    pid_ = start({.argv = stage.argv(act),
                  .environment = stage.environment(),
                  .in = in >= 0 ? in : feed_end_.get(),
                  .out = out.get(),
                  .err = err.get(),
                  .descriptors = story.descriptors,
                  .memory_bytes = story.memory_bytes});
    // glibc 2.36 declares its pidfd calls without extern "C".
    pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!pidfd_) throw std::runtime_error("no pidfd");
    next_signal_ = begun_ + (story.signals.empty() ? milliseconds(0) : story.signals[0].after);
    next_feed_ = begun_ + pause_before_chunk();
  }

  Performance run() {
    while (!ended_)
      turn();
    reap();
    take_results();
    measure_feed();
    seen_.err = test::content_of(stage_.path("stderr"));
    return std::move(seen_);
  }

 private:
  /// The pipe's read end stays open here: what is left in it was not read by smolfleet.
  int open_feed() {
    if (story_.feed.via == FeedVia::pipe) {
      auto pipe = make_pipe();
      feed_end_ = std::move(pipe.read);
      feed_ = std::move(pipe.write);
      set_non_blocking(feed_.get());
      return -1;
    }
    const bool named = story_.feed.via == FeedVia::named_file;
    const auto path = named ? std::string("/dev/null") : stage_.path("feed.jsonl");
    feed_end_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    seen_.feed_ended = true;
    return feed_end_.get();
  }

  UniqueFd open_results() {
    const auto who = story_.reader.who;
    if (who == Reader::prompt || who == Reader::slow || who == Reader::leaves) {
      auto pipe = make_pipe();
      if (who == Reader::slow) ::fcntl(pipe.write.get(), F_SETPIPE_SZ, 4096);
      results_ = std::move(pipe.read);
      set_non_blocking(results_.get());
      return std::move(pipe.write);
    }
    return UniqueFd(
        ::open(stage_.results_path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  }

  void turn() {
    const auto now = Clock::now();
    if (now >= until_) return give_up();
    send_signals(now);
    feed(now);
    if (leaves_now()) leave();
    std::array<pollfd, 3> waiting{
        pollfd{.fd = pidfd_.get(), .events = POLLIN, .revents = 0},
        {.fd = reads_at(now) ? results_.get() : -1, .events = POLLIN, .revents = 0},
        {.fd = blocked_ ? feed_.get() : -1, .events = POLLOUT, .revents = 0}};
    const auto left = std::chrono::ceil<milliseconds>(next_event(now) - now).count();
    ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<long>(left, 0)));
    if (waiting[1].revents != 0) read_some();
    if (waiting[2].revents != 0) blocked_ = false;
    ended_ = waiting[0].revents != 0;
  }

  Clock::time_point next_event(Clock::time_point now) const {
    auto next = until_;
    if (seen_.signals.size() < story_.signals.size()) next = std::min(next, next_signal_);
    if (feed_ && !blocked_) next = std::min(next, next_feed_);
    if (results_ && now < next_read_) next = std::min(next, next_read_);
    return next;
  }

  void send_signals(Clock::time_point now) {
    while (seen_.signals.size() < story_.signals.size() && now >= next_signal_) {
      const int signal = story_.signals[seen_.signals.size()].signal;
      ::kill(pid_, signal);
      seen_.signals.push_back(signal);
      if (seen_.signals.size() < story_.signals.size())
        next_signal_ = now + story_.signals[seen_.signals.size()].after;
    }
  }

  milliseconds pause_before_chunk() const {
    const auto& chunks = story_.feed.chunks;
    if (chunk_ < chunks.size()) return chunks[chunk_].before;
    return fed_ == stage_.feed_text().size() ? story_.feed.before_end : milliseconds(0);
  }

  /// Where the chunk that is due ends.
  std::size_t chunk_end() const {
    const auto& chunks = story_.feed.chunks;
    const auto whole = stage_.feed_text().size();
    if (chunk_ >= chunks.size()) return whole;
    return std::min(whole, chunk_begin_ + chunks[chunk_].bytes);
  }

  void feed(Clock::time_point now) {
    while (feed_ && !blocked_ && now >= next_feed_) {
      const bool is_over = fed_ == stage_.feed_text().size() && chunk_ > story_.feed.chunks.size();
      if (is_over) {
        feed_ = {};
        seen_.feed_ended = true;
        return;
      }
      const auto left = chunk_end() - fed_;
      const auto count = ::write(feed_.get(), stage_.feed_text().data() + fed_, left);
      if (count < 0) {
        blocked_ = errno == EAGAIN;
        return;
      }
      fed_ += static_cast<std::size_t>(count);
      if (fed_ < chunk_end()) continue;
      chunk_begin_ = fed_;
      ++chunk_;
      next_feed_ = now + pause_before_chunk();
    }
  }

  bool reads_at(Clock::time_point now) const { return results_ && now >= next_read_; }

  bool leaves_now() const {
    return results_ && story_.reader.who == Reader::leaves &&
           seen_.out.size() >= story_.reader.bytes;
  }

  void leave() {
    results_ = {};
    seen_.reader_left = true;
  }

  void read_some() {
    std::array<char, 65536> buffer{};
    auto most = buffer.size();
    if (story_.reader.who == Reader::slow) most = story_.reader.bytes;
    if (story_.reader.who == Reader::leaves) most = story_.reader.bytes - seen_.out.size();
    const auto count = ::read(results_.get(), buffer.data(), std::min(most, buffer.size()));
    if (count > 0) seen_.out.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0) results_ = {};
    next_read_ = Clock::now() + story_.reader.pause;
  }

  void give_up() {
    (kills_ ? seen_.killed : seen_.hung) = true;
    ::kill(pid_, SIGKILL);
    ended_ = true;
  }

  void reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) seen_.exit = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) seen_.signal = WTERMSIG(status);
  }

  void take_results() {
    std::array<char, 65536> buffer{};
    ssize_t count = 0;
    while (results_ && (count = ::read(results_.get(), buffer.data(), buffer.size())) > 0)
      seen_.out.append(buffer.data(), static_cast<std::size_t>(count));
    const auto who = story_.reader.who;
    const bool into_file = who == Reader::file || who == Reader::full_disk;
    const auto path = stage_.results_path();
    // What is read from /dev/full has no end.
    if (into_file && path != "/dev/full") seen_.out = test::content_of(path);
  }

  void measure_feed() {
    if (story_.feed.via == FeedVia::named_file) return;
    if (story_.feed.via == FeedVia::file_as_stdin) {
      // The open file is shared with smolfleet, and so is its position.
      seen_.consumed = static_cast<std::size_t>(::lseek(feed_end_.get(), 0, SEEK_CUR));
      return;
    }
    int left = 0;
    if (::ioctl(feed_end_.get(), FIONREAD, &left) != 0) throw std::runtime_error("no FIONREAD");
    seen_.consumed = fed_ - static_cast<std::size_t>(left);
  }

  const Stage& stage_;
  const Story& story_;
  bool kills_;
  Clock::time_point begun_;
  Clock::time_point until_;
  Performance seen_;
  UniqueFd feed_;
  UniqueFd feed_end_;
  UniqueFd results_;
  UniqueFd pidfd_;
  pid_t pid_ = -1;
  bool ended_ = false;
  bool blocked_ = false;
  std::size_t fed_ = 0;
  std::size_t chunk_ = 0;
  std::size_t chunk_begin_ = 0;
  Clock::time_point next_signal_;
  Clock::time_point next_feed_;
  Clock::time_point next_read_;
};

}  // namespace

Performance perform(const Stage& stage, const Story& story, const Act& act, milliseconds patience) {
  return Show(stage, story, act, patience).run();
}

}  // namespace smolfleet::faults
