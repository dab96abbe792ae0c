// The precompiled header of test programs that do without the library.
#pragma once

#include <nlohmann/json.hpp>
