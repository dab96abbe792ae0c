// Writing to descriptors that take little at a time, nothing at all, or have no room.
#include "smolfleet/core/write_all.hpp"

#include "smolfleet/core/unique_fd.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

using namespace smolfleet::core;

TEST_SUITE("core") {
  TEST_CASE("more than a pipe holds is written whole") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    std::string sent;
    for (int i = 0; sent.size() < 1024 * 1024; ++i)
      sent += std::to_string(i);
    std::string received;
    std::jthread reader([&] {
      std::array<char, 4096> piece{};
      for (ssize_t count = 1; count > 0; received.append(piece.data(), static_cast<size_t>(count)))
        count = ::read(read_end.get(), piece.data(), piece.size());
    });
    CHECK_FALSE(write_all(write_end.get(), sent));
    write_end = UniqueFd();
    reader.join();
    CHECK(received == sent);
  }

  TEST_CASE("nothing is written to anything") {
    CHECK_FALSE(write_all(-1, ""));
  }

  TEST_CASE("what went wrong is returned") {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    CHECK(write_all(full.get(), "text") == std::errc::no_space_on_device);
    CHECK(write_all(-1, "text") == std::errc::bad_file_descriptor);
  }
}
