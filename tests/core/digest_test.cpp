// SHA-256.
#include "smolfleet/core/digest.hpp"

#include <doctest/doctest.h>

using namespace smolfleet;

TEST_SUITE_BEGIN("core");

TEST_CASE("sha256_hex gives the standard's own examples") {
  CHECK(core::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(core::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_SUITE_END();
