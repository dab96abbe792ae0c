// The page's parts, which are compiled into the program: the installed binary needs no file.
#pragma once

#include <string_view>

namespace smolfleet::report::assets {

// The files of src/report/page.
[[nodiscard]] std::string_view page();  ///< with @NAME@ where the others go
[[nodiscard]] std::string_view style();
[[nodiscard]] std::string_view program();  ///< the page's scripts, one after the other

// Apache ECharts, fetched by subprojects/echarts.wrap.
[[nodiscard]] std::string_view library();
[[nodiscard]] std::string_view notices();  ///< NOTICE, LICENSE and the licence of what it includes

}  // namespace smolfleet::report::assets
