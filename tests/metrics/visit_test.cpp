// Requests as bytes, and what they are answered.
#include "metrics/visit.hpp"

#include <doctest/doctest.h>

#include <string>

using smolfleet::metrics::answer_to;
using smolfleet::metrics::is_read;
using smolfleet::metrics::longest_head;

namespace {

std::string answer(const std::string& head) {
  return answer_to(head, [] { return std::string("up 1\n"); });
}

}  // namespace

TEST_SUITE("metrics") {
  TEST_CASE("the metrics are at /metrics, with their type and length") {
    for (const auto* head : {"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
                             "GET /metrics?x=1 HTTP/1.0\r\n\r\n"}) {
      const auto said = answer(head);
      CHECK(said.starts_with("HTTP/1.1 200 OK\r\n"));
      CHECK(said.find("\r\nContent-Type: text/plain; version=0.0.4") != std::string::npos);
      CHECK(said.find("\r\nContent-Length: 5\r\n") != std::string::npos);
      CHECK(said.ends_with("\r\nConnection: close\r\n\r\nup 1\n"));
    }
  }

  TEST_CASE("HEAD gets the same without the body") {
    const auto said = answer("HEAD /metrics HTTP/1.1\r\n\r\n");
    CHECK(said.find("\r\nContent-Length: 5\r\n") != std::string::npos);
    CHECK(said.ends_with("\r\n\r\n"));
  }

  TEST_CASE("everything else is told what is wrong with it") {
    CHECK(answer("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
    CHECK(answer("POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
    CHECK(answer("POST /metrics HTTP/1.1\r\n\r\n").find("Allow: GET, HEAD") != std::string::npos);
    for (const auto* head : {"", "\r\n\r\n", " \r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n",
                             "GET /metrics SSH-2.0\r\n\r\n", "\x16\x03\x01\r\n\r\n"}) {
      CHECK(answer(head).starts_with("HTTP/1.1 400 "));
    }
    CHECK(answer(std::string(longest_head + 1, 'x')).starts_with("HTTP/1.1 431 "));
  }

  TEST_CASE("a request ends with its empty line, or when it is too long") {
    CHECK_FALSE(is_read("GET /metrics HTTP/1.1\r\n"));
    CHECK(is_read("GET /metrics HTTP/1.1\r\n\r\n"));
    CHECK_FALSE(is_read(std::string(longest_head, 'x')));
    CHECK(is_read(std::string(longest_head + 1, 'x')));
  }
}
