// What --metrics takes for a file, for an address, and for a slip.
#include "smolfleet/metrics/target.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <variant>

using namespace smolfleet;
using metrics::Loopback;
using metrics::parse_target;

TEST_SUITE("metrics") {
  TEST_CASE("an address is one that only this host can reach") {
    const auto address = [](const char* text) {
      return std::get<Loopback>(parse_target(text).value());
    };
    CHECK(address("127.0.0.1:9464").host == "127.0.0.1");
    CHECK(address("127.0.0.1:9464").port == 9464);
    CHECK(address(":9464").host == "127.0.0.1");
    CHECK(address(":0").port == 0);
    CHECK(address("localhost:80").host == "127.0.0.1");
    CHECK(address("127.9.9.9:65535").host == "127.9.9.9");
    CHECK(address("[::1]:9464").host == "::1");
  }

  TEST_CASE("a path is a file, whatever is in it") {
    for (const auto* path : {"metrics.prom", "/a/b.prom", "./9464", "./0.0.0.0:80", "a/b:1"}) {
      CAPTURE(path);
      CHECK(std::get<std::filesystem::path>(parse_target(path).value()) == path);
    }
  }

  TEST_CASE("what others could reach is refused with the reason") {
    for (const auto* text : {"0.0.0.0:9464", "10.0.0.1:9464", "[::]:9464", "[fe80::1]:1",
                             "example.com:9464", "127.0.0.1.example.com:1", "*:9464"}) {
      CAPTURE(text);
      const auto target = parse_target(text);
      REQUIRE_FALSE(target);
      CHECK(target.error().find("only this host can reach") != std::string::npos);
    }
  }

  TEST_CASE("a slip is refused with what was meant") {
    const auto fault = [](const char* text) { return parse_target(text).error(); };
    CHECK(fault("9464").find(":9464") != std::string::npos);
    CHECK(fault("9464").find("./9464") != std::string::npos);
    CHECK(fault("127.0.0.1").find("127.0.0.1:9464") != std::string::npos);
    CHECK(fault("::1:9464").find("[::1]:9464") != std::string::npos);
    CHECK(fault("http://127.0.0.1:9464/metrics").find("URL") != std::string::npos);
    CHECK(fault(":99999").find("65535") != std::string::npos);
    CHECK(fault(":http").find("65535") != std::string::npos);
    CHECK(fault(":").find("65535") != std::string::npos);
    CHECK_FALSE(fault("").empty());
  }
}
