// A small hash that gives the same value on every machine and in every run.
#pragma once

#include <cstdint>
#include <string_view>

namespace smolfleet::standin {

/// FNV-1a over the added parts, stirred at the end so that near inputs give far values.
class Hash {
 public:
  Hash& add(std::string_view part) {
    for (const char c : part)
      mix(static_cast<unsigned char>(c));
    mix(0xff);  // "ab"+"c" must differ from "a"+"bc"
    return *this;
  }
  Hash& add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      mix(static_cast<unsigned char>(number >> shift));
    return *this;
  }

  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t x = state_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

 private:
  void mix(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001b3; }

  std::uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace smolfleet::standin
