// The environment, read once.
#include "support/settings.hpp"

#include "support/text.hpp"

#include <cstdlib>
#include <string_view>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<GuestKind> guest_kind() {
  const auto name = variable("SMOLVM_GUEST");
  if (name.empty() || name == "sandbox") return GuestKind::sandbox;
  if (name == "none") return GuestKind::none;
  return misconfigured(cat("SMOLVM_GUEST is '", name, "'; it must be 'sandbox' or 'none'"));
}

/// `dir` from its XDG variable, else under the home directory; SMOLVM_DATA_DIR replaces the home
/// and drops the XDG variables, as smolvm does.
fs::path place(const char* xdg_variable, std::string_view below_home) {
  const auto data_dir = variable("SMOLVM_DATA_DIR");
  if (!data_dir.empty()) return fs::absolute(data_dir) / below_home;
  const auto xdg = variable(xdg_variable);
  if (!xdg.empty()) return xdg;
  const auto home = variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / below_home;
}

}  // namespace

Result<Settings> read_settings() {
  const auto shown = variable("SMOLVM_VERSION");
  const auto version = parse_version(shown.empty() ? "1.9.3" : shown);
  if (!version) return misconfigured(cat("SMOLVM_VERSION is '", shown, "', not X.Y.Z"));
  const auto guest = guest_kind();
  if (!guest) return std::unexpected(guest.error());

  const auto data = place("XDG_DATA_HOME", ".local/share");
  const auto cache = place("XDG_CACHE_HOME", ".cache");
  if (data.empty() || cache.empty()) {
    return fail("database not available: neither SMOLVM_DATA_DIR nor HOME is set");
  }
  return Settings{
      .version = *version,
      .guest = *guest,
      .database = data / "smolvm/server/smolvm.db",
      .cache = cache / "smolvm",
      .scenario = variable("SMOLVM_SCENARIO"),
      .log = variable("SMOLVM_LOG"),
      .boot_debug = std::getenv("SMOLVM_BOOT_DEBUG") != nullptr,
  };
}

}  // namespace smolfleet::standin
