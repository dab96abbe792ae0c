// The stand-in's precompiled header: what is slow to compile and never changes.
#pragma once

#include <nlohmann/json.hpp>
