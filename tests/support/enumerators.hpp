// All values of an enumeration, from the compiler: a list that nobody can forget to extend.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace smolfleet::test {

/// Whether `Value` has a name. clang and GCC show one that has none as a cast, "(Type)17".
template <auto Value>
constexpr bool is_enumerator() {
  const std::string_view signature = __PRETTY_FUNCTION__;
  const auto value = signature.substr(signature.find("Value = ") + 8);
  return value.front() != '(';
}

/// Those among the first 64 values, in order.
template <class Enum>
std::vector<Enum> enumerators() {
  std::vector<Enum> found;
  const auto look = [&]<std::size_t... I>(std::index_sequence<I...>) {
    (..., (is_enumerator<static_cast<Enum>(I)>() ? found.push_back(static_cast<Enum>(I)) : void()));
  };
  look(std::make_index_sequence<64>());
  return found;
}

}  // namespace smolfleet::test
