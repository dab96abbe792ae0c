// What CMake would generate: nothing has to be exported from a static library.
#pragma once

#define PROMETHEUS_CPP_CORE_EXPORT
#define PROMETHEUS_CPP_CORE_NO_EXPORT
