// Files as constants. What #embed names is looked for beside this file and in --embed-dir.
#include "report/assets.hpp"

#ifdef __clang__
#pragma clang diagnostic ignored "-Wc23-extensions"  // #embed is C23, and C++26
#endif

namespace smolfleet::report::assets {
namespace {

constexpr char page_file[] = {
#embed "page/page.html"
};
constexpr char style_file[] = {
#embed "page/page.css"
};
constexpr char program_files[] = {
#embed "page/text.js" suffix(, )
#embed "page/fleet.js" suffix(, )
#embed "page/palette.js" suffix(, )
#embed "page/bins.js" suffix(, )
#embed "page/timeline.js" suffix(, )
#embed "page/durations.js" suffix(, )
#embed "page/tables.js" suffix(, )
#embed "page/main.js"
};
constexpr char library_file[] = {
#embed "dist/echarts.min.js"
};
constexpr char notice_files[] = {
#embed "NOTICE" suffix(, '\n', '\n', )
#embed "LICENSE" suffix(, '\n', '\n', )
#embed "licenses/LICENSE-d3"
};

template <std::size_t size>
std::string_view view_of(const char (&bytes)[size]) {
  return {bytes, size};
}

}  // namespace

std::string_view page() {
  return view_of(page_file);
}

std::string_view style() {
  return view_of(style_file);
}

std::string_view program() {
  return view_of(program_files);
}

std::string_view library() {
  return view_of(library_file);
}

std::string_view notices() {
  return view_of(notice_files);
}

}  // namespace smolfleet::report::assets
