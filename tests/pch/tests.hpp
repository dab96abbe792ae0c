// The precompiled header of tests with many files, as src/pch/library.hpp is the library's. Without
// doctest, which is quick to compile and whose main() is chosen by a macro before it is included.
#pragma once

#include <nlohmann/json.hpp>
