// The library's precompiled header: what is slow to compile and never changes. Files still include
// what they use; this only makes it cheap.
#pragma once

#include <asio.hpp>
#include <nlohmann/json.hpp>
