// Capture: the beginning, the end, and the count of what lies between.
#include "smolfleet/process/capture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using smolfleet::process::Capture;

TEST_SUITE("process") {
  TEST_CASE("a stream that fits is kept whole") {
    Capture capture(4);
    capture.append("abcd");
    capture.append("efgh");
    CHECK(std::move(capture).text() == "abcdefgh");
  }

  TEST_CASE("a stream that does not fit keeps both ends, however it arrives") {
    std::string stream;
    for (int i = 0; i < 100; ++i)
      stream += static_cast<char>('a' + i % 26);
    for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
      Capture capture(8);
      for (std::size_t at = 0; at < stream.size(); at += chunk) {
        capture.append(std::string_view(stream).substr(at, chunk));
      }
      CAPTURE(chunk);
      CHECK(std::move(capture).text() ==
            stream.substr(0, 8) + "\n… 84 bytes left out …\n" + stream.substr(92));
    }
  }
}
