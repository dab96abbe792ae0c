// The precompiled header of the product's tests, as src/pch/library.hpp is the library's.
#pragma once

#include <asio.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
