// Variables and secrets, in the order in which they win.
#include "verbs/environment.hpp"

#include "support/fd.hpp"
#include "support/text.hpp"

#include <cstdlib>

namespace smolfleet::standin {
namespace {

void append_to(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), more.begin(), more.end());
}

void add_secrets(std::vector<Secret>& all, const std::vector<std::string>& given, bool from_file) {
  for (const auto& each : given) {
    const auto equals = each.find('=');
    all.push_back({.guest_name = each.substr(0, equals),
                   .source = each.substr(equals + 1),
                   .from_file = from_file});
  }
}

Result<std::string> resolve(const Secret& secret) {
  if (secret.from_file) {
    const auto value = read_file(secret.source);
    if (value) return cat(secret.guest_name, "=", *value);
    return fail(cat("config operation failed: secret '", secret.guest_name, "': ", secret.source,
                    ": ", os_error(value.error())));
  }
  const char* value = std::getenv(secret.source.c_str());
  if (value != nullptr) return cat(secret.guest_name, "=", value);
  return fail(cat("config operation failed: secret '", secret.guest_name,
                  "': environment variable '", secret.source, "' is not set"));
}

}  // namespace

std::vector<std::string> given_env(const Arguments& arguments) {
  std::vector<std::string> all;
  for (const auto& each : arguments.values("env")) {
    const auto equals = each.find('=');
    if (equals == 0 || each.empty()) continue;
    if (equals != each.npos) {
      all.push_back(each);
    } else if (const char* own = std::getenv(each.c_str())) {
      all.push_back(cat(each, "=", own));
    }
  }
  return all;
}

std::vector<Secret> given_secrets(const Arguments& arguments) {
  std::vector<Secret> all;
  add_secrets(all, arguments.values("secret-env"), false);
  add_secrets(all, arguments.values("secret-file"), true);
  return all;
}

Result<std::vector<std::string>> guest_env(const Record& record, const Arguments& arguments) {
  std::vector<std::string> all{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                               "HOME=/root"};
  append_to(all, record.env);
  auto secrets = record.secrets;
  for (auto& secret : given_secrets(arguments))
    secrets.push_back(std::move(secret));
  for (const auto& secret : secrets) {
    auto resolved = resolve(secret);
    if (!resolved) return std::unexpected(resolved.error());
    all.push_back(*std::move(resolved));
  }
  append_to(all, given_env(arguments));
  return all;
}

}  // namespace smolfleet::standin
