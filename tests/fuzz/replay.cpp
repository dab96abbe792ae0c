// A target in a build without libFuzzer: runs it once for every file of a directory, so that what
// was found once stays mended in every build. usage: fuzz_TARGET DIRECTORY
#include "target.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator(stream), {}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    fmt::print("{}\n", entry.path().filename().string());
    std::fflush(stdout);  // a target that fails aborts: this says at which file
    smolfleet::fuzz::run(content_of(entry.path()));
    ++count;
  }
  return count > 0 ? 0 : 1;
}
