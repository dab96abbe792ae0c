// Appending to a file that takes no more.
#include "smolfleet/journal/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <tuple>

using namespace smolfleet;

namespace {

/// A file in memory that can have `size` bytes and no more.
core::UniqueFd file_of(off_t size) {
  core::UniqueFd fd(::memfd_create("journal", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  CHECK(::ftruncate(fd.get(), size) == 0);
  return fd;
}

/// Files end at `bytes` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : asked_(::signal(SIGXFSZ, SIG_IGN)) {
    CHECK(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::ignore = ::signal(SIGXFSZ, asked_);
  }

 private:
  rlimit before_{};
  sighandler_t asked_;
};

off_t size_of(const core::UniqueFd& fd) {
  struct stat status{};
  CHECK(::fstat(fd.get(), &status) == 0);
  return status.st_size;
}

}  // namespace

TEST_SUITE("journal") {
  TEST_CASE("lines that are on the disk are no error") {
    const auto fd = file_of(0);
    const auto appended = journal::append_and_sync(fd.get(), "a\nb\n");
    CHECK_FALSE(appended.error);
    CHECK(size_of(fd) == 4);
  }

  TEST_CASE("what could not be written is taken back, or it is said that nobody knows") {
    const auto growing = file_of(8);
    CHECK(::fcntl(growing.get(), F_ADD_SEALS, F_SEAL_GROW) == 0);
    CHECK(::lseek(growing.get(), 0, SEEK_END) == 8);
    const auto refused = journal::append_and_sync(growing.get(), "line\n");
    CHECK(refused.error == std::errc::operation_not_permitted);
    CHECK(refused.taken_back);
    CHECK(size_of(growing) == 8);

    // Some of it is written, and the file can't be made shorter again.
    const auto torn = file_of(0);
    CHECK(::fcntl(torn.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0);
    const FileSizeLimit limit(4);
    const auto unknown = journal::append_and_sync(torn.get(), "a long line\n");
    CHECK(unknown.error == std::errc::file_too_large);
    CHECK_FALSE(unknown.taken_back);
    CHECK(size_of(torn) == 4);
  }
}
