// What a plan's strings must look like, as pure functions. Each returns what is wrong with the
// text, in words that follow the field's name ("must …"), or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::plan {

using TextFault = std::optional<std::string>;
using Rule = TextFault (*)(std::string_view text);

/// Anything that can stand in an argv or name a file: no U+0000. The fields apply it to all
/// strings.
[[nodiscard]] TextFault plain_fault(std::string_view text);

/// As `plain_fault`, and not empty.
[[nodiscard]] TextFault filled_fault(std::string_view text);

/// The value of an option of smolvm: not empty, and without a '-' in front that would make it an
/// option of its own.
[[nodiscard]] TextFault option_value_fault(std::string_view text);

/// The caller's key for a plan.
[[nodiscard]] TextFault id_fault(std::string_view text);

/// An IPv4 or IPv6 address with or without a prefix length.
[[nodiscard]] TextFault cidr_fault(std::string_view text);

/// A host name for --allow-host: smolvm refuses `host:port` (contract §1.2).
[[nodiscard]] TextFault host_fault(std::string_view text);

/// `HOST:GUEST` or `PORT`.
[[nodiscard]] TextFault port_fault(std::string_view text);

/// `HOST:GUEST[:ro|:rw]`, read from the right as smolvm does, or a remote `scheme://…`, which is
/// smolvm's to judge.
[[nodiscard]] TextFault volume_fault(std::string_view text);

/// An absolute directory in the guest.
[[nodiscard]] TextFault directory_fault(std::string_view text);

/// The absolute path of a file in the guest: `cp` wants the file's own path, without '..'
/// (contract §2).
[[nodiscard]] TextFault guest_file_fault(std::string_view text);

/// Three or four octal digits.
[[nodiscard]] TextFault mode_fault(std::string_view text);

/// The name of an environment variable.
[[nodiscard]] TextFault env_name_fault(std::string_view text);

/// The key of a label that is the caller's to set.
[[nodiscard]] TextFault label_key_fault(std::string_view text);

}  // namespace smolfleet::plan
