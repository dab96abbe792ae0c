// The staging directory: what was checked is what is sent.
#include "smolfleet/ca/staging.hpp"

#include "smolfleet/core/digest.hpp"

#include "../support/certificates.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace smolfleet;
using namespace smolfleet::test;
using core::FailureCode;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::chrono::sys_seconds now = std::chrono::sys_days(2026y / 11 / 23);

const Issued& issued() {
  static const auto made = issue();
  return made;
}

std::string certificate_of(const std::string& common_name) {
  CertificateWish wish;
  wish.common_name = common_name;
  return issue(wish).certificate_pem;
}

/// The PEM with a comment behind it, so that the file has that many bytes.
std::string of_size(std::size_t bytes, const std::string& pem) {
  return pem + "#" + std::string(bytes - pem.size() - 2, '.') + "\n";
}

/// A directory for a test's files, and a Staging beside them.
class Playground {
 public:
  Playground() {
    auto name = (fs::temp_directory_path() / "staging-test-XXXXXX").native();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    fs::create_directory(root_ / "private");
    staging = std::make_unique<ca::Staging>(ca::Staging::create(root_ / "private").value());
  }
  Playground(const Playground&) = delete;
  Playground& operator=(const Playground&) = delete;
  ~Playground() { fs::remove_all(root_); }

  [[nodiscard]] fs::path path(const std::string& name) const { return root_ / name; }

  fs::path write(const std::string& name, const std::string& bytes) {
    std::ofstream(path(name), std::ios::binary) << bytes;
    // Old enough to be known by its time, and a new time with every write.
    const auto age = 24h - std::chrono::seconds(++writes_);
    fs::last_write_time(path(name), fs::file_time_type::clock::now() - age);
    return path(name);
  }

  auto stage(const fs::path& file, plan::CaLabel label = plan::CaLabel::egress) const {
    return staging->stage({.label = label, .path = file.native()}, now);
  }

  [[nodiscard]] core::Failure refused(const fs::path& file, FailureCode code) const {
    const auto staged = stage(file);
    REQUIRE_FALSE(staged.has_value());
    CHECK(staged.error().code == code);
    CHECK(staged.error().phase == "ca");
    CHECK(staged.error().message.contains("egress"));
    return staged.error();
  }

  /// What lies in the staging directory.
  [[nodiscard]] std::set<std::string> staged_files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(staging->directory()))
      names.insert(entry.path().filename());
    return names;
  }

  std::unique_ptr<ca::Staging> staging;

 private:
  fs::path root_;
  int writes_ = 0;
};

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

mode_t mode_of(const fs::path& file) {
  struct stat status{};
  REQUIRE(::lstat(file.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_SUITE_BEGIN("ca");

TEST_CASE("the directory is private, and goes with its content") {
  Playground ground;
  const auto directory = ground.staging->directory();
  CHECK(directory.is_absolute());
  CHECK(directory.filename().native().starts_with("smolfleet-"));
  CHECK(mode_of(directory) == 0700);
  REQUIRE(ground.stage(ground.write("ca.pem", issued().certificate_pem)).has_value());
  ground.staging.reset();
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE(
    "a Staging that was moved from leaves the directory alone, one that is replaced removes it") {
  Playground ground;
  const auto first = ground.staging->directory();
  {
    auto moved = std::move(*ground.staging);
    ground.staging.reset();
    CHECK(fs::exists(first));
    CHECK(moved.directory() == first);
    moved = ca::Staging::create(ground.path("private")).value();
    CHECK_FALSE(fs::exists(first));
  }
  CHECK(fs::is_empty(ground.path("private")));
  ground.staging = nullptr;
}

TEST_CASE("a parent that is missing or has a colon in its path is told with what to do") {
  Playground ground;
  const auto missing = ca::Staging::create(ground.path("nowhere"));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().contains("nowhere: No such file or directory; set TMPDIR"));
  fs::create_directory(ground.path("a:b"));
  const auto colon = ca::Staging::create(ground.path("a:b"));
  REQUIRE_FALSE(colon.has_value());
  CHECK(colon.error().contains("must not have ':'"));
}

TEST_CASE("a CA that passes is staged by its content, readable for all") {
  Playground ground;
  const auto mask = ::umask(077);
  const auto staged = ground.stage(ground.write("ca.pem", issued().certificate_pem));
  ::umask(mask);
  REQUIRE(staged.has_value());
  CHECK(staged->label == plan::CaLabel::egress);
  CHECK(staged->certificate.subject == "CN=Test CA");
  CHECK(staged->file.parent_path() == ground.staging->directory());
  CHECK(staged->file.filename() == core::sha256_hex(issued().certificate_pem) + ".crt");
  CHECK(content(staged->file) == issued().certificate_pem);
  CHECK(mode_of(staged->file) == 0644);
}

TEST_CASE("the same bytes from two paths share one staged file") {
  Playground ground;
  const auto first = ground.stage(ground.write("a.pem", issued().certificate_pem));
  const auto second =
      ground.stage(ground.write("b.pem", issued().certificate_pem), plan::CaLabel::pipelock);
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(first->file == second->file);
  CHECK(second->label == plan::CaLabel::pipelock);
  CHECK(ground.staged_files().size() == 1);
}

TEST_CASE("a file that is swapped later changes nothing of what was staged") {
  Playground ground;
  const auto path = ground.write("ca.pem", issued().certificate_pem);
  const auto before = ground.stage(path);
  REQUIRE(before.has_value());
  const auto other = issue();
  fs::rename(ground.write("new.pem", other.certificate_pem), path);
  CHECK(content(before->file) == issued().certificate_pem);
  const auto after = ground.stage(path);
  REQUIRE(after.has_value());
  CHECK(after->file != before->file);
  CHECK(content(after->file) == other.certificate_pem);
  CHECK(content(before->file) == issued().certificate_pem);
  ground.write("ca.pem", issued().key_pem);
  CHECK(ground.refused(path, FailureCode::ca_contains_private_key).code ==
        FailureCode::ca_contains_private_key);
}

TEST_CASE("of a file only the certificate is sent, whatever else stands in it") {
  Playground ground;
  const auto& pem = issued().certificate_pem;
  for (const auto* beside :
       {"Private-Key: (256 bit)\npriv:\n    12:34:56\n", "AGE-SECRET-KEY-1QQ\n",
        "{\"kty\":\"EC\",\"d\":\"c2VjcmV0\"}\n", "# a comment\n"}) {
    CAPTURE(beside);
    const auto staged = ground.stage(ground.write("ca.pem", pem + beside));
    REQUIRE(staged.has_value());
    CHECK(content(staged->file) == pem);
  }
}

TEST_CASE("a file is inspected once as long as its inode, size and time stay") {
  Playground ground;
  const auto first = certificate_of("first");
  const auto second = certificate_of("second");
  const auto path = ground.write("ca.pem", of_size(4000, first));
  const auto time = fs::last_write_time(path);
  REQUIRE(ground.stage(path).has_value());
  ground.write("ca.pem", of_size(4000, second));
  fs::last_write_time(path, time);
  CHECK(content(ground.stage(path)->file) == first);
  fs::last_write_time(path, time + 1s);
  CHECK(content(ground.stage(path)->file) == second);
}

TEST_CASE("a file that was written only just now is not known by its time yet") {
  Playground ground;
  const auto path = ground.write("ca.pem", of_size(4000, certificate_of("first")));
  const auto time = fs::file_time_type::clock::now() + 1h;  // as if it were written in this tick
  fs::last_write_time(path, time);
  REQUIRE(ground.stage(path).has_value());
  const auto second = certificate_of("second");
  ground.write("ca.pem", of_size(4000, second));
  fs::last_write_time(path, time);
  CHECK(content(ground.stage(path)->file) == second);
}

TEST_CASE("a file that was refused is refused again, under the name by which it is asked for") {
  Playground ground;
  const auto path = ground.write("ca.pem", issue(leaf()).certificate_pem);
  fs::create_hard_link(path, ground.path("other.pem"));
  for (const auto* name : {"ca.pem", "other.pem", "ca.pem"}) {
    const auto message = ground.refused(ground.path(name), FailureCode::ca_invalid).message;
    CHECK(message.starts_with(
        fmt::format("the egress CA \"{}\" is not", ground.path(name).native())));
  }
  const auto pipelock = ground.stage(path, plan::CaLabel::pipelock);
  CHECK(pipelock.error().message.starts_with("the pipelock CA \""));
  CHECK(ground.staged_files().empty());
}

TEST_CASE("a file that is corrected passes") {
  Playground ground;
  const auto path = ground.write("ca.pem", "");
  CHECK(ground.refused(path, FailureCode::ca_missing).message.ends_with("\" is empty"));
  ground.write("ca.pem", issued().certificate_pem.substr(0, 200));
  CHECK(ground.refused(path, FailureCode::ca_invalid)
            .message.ends_with("breaks off inside the certificate"));
  ground.write("ca.pem", issued().certificate_pem);
  CHECK(ground.stage(path).has_value());
}

TEST_CASE("the validity is looked at every time") {
  Playground ground;
  const auto path = ground.write("ca.pem", issued().certificate_pem).native();
  const plan::CaChoice choice{.label = plan::CaLabel::egress, .path = path};
  CHECK(ground.staging->stage(choice, now).has_value());
  const auto late = ground.staging->stage(choice, std::chrono::sys_days(2121y / 1 / 1));
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == FailureCode::ca_invalid);
  CHECK(late.error().message == "the egress CA \"" + path + "\" expired at 2120-01-01T00:00:00Z");
  CHECK(ground.staging->stage(choice, now).has_value());
}

TEST_CASE("a path that leads to no regular file is missing, with the reason") {
  Playground ground;
  const auto reason = [&](const fs::path& path) {
    const auto message = ground.refused(path, FailureCode::ca_missing).message;
    const auto begin = fmt::format("the egress CA \"{}\" ", path.native());
    REQUIRE(message.starts_with(begin));
    return message.substr(begin.size());
  };
  CHECK(reason(ground.path("nowhere.pem")) == "does not exist");
  CHECK(reason(ground.path("private")) == "is no regular file but a directory");
  CHECK(reason("/dev/null") == "is no regular file but a device");
  CHECK(reason("/dev/zero") == "is no regular file but a device");
  fs::create_symlink("loop", ground.path("loop"));
  CHECK(reason(ground.path("loop")).starts_with("cannot be read: "));
  CHECK(reason(ground.write("file", "x") / "below") == "does not exist");
  if (::geteuid() != 0) {
    ::chmod(ground.write("secret.pem", issued().certificate_pem).c_str(), 0);
    CHECK(reason(ground.path("secret.pem")) == "cannot be read: Permission denied");
  }
}

TEST_CASE("a FIFO keeps nobody waiting, and neither does a socket") {
  Playground ground;
  const auto fifo = ground.path("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(ground.refused(fifo, FailureCode::ca_missing)
            .message.ends_with("is no regular file but a FIFO"));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, ground.path("socket").c_str(), sizeof address.sun_path - 1);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(ground.refused(ground.path("socket"), FailureCode::ca_missing)
            .message.ends_with("is no regular file"));
  ::close(fd);
}

TEST_CASE("a plan without a path is told which field it lacks") {
  Playground ground;
  CHECK(ground.stage("").error().message ==
        "the egress CA is missing: the plan has no /egress_plan/mitmproxy_ca_cert_only_host_path");
  CHECK(ground.stage("").error().code == FailureCode::ca_missing);
  CHECK(ground.stage("", plan::CaLabel::pipelock).error().message ==
        "the pipelock CA is missing: the plan has no /proxy_plan/ca_cert_host_path");
}

TEST_CASE("a file that is too large is refused, also if it does not say so") {
  Playground ground;
  const auto path = ground.write("large.pem", issued().certificate_pem);
  fs::resize_file(path, ca::max_file_size + 1);
  CHECK(ground.refused(path, FailureCode::ca_invalid)
            .message.ends_with("has more than 1048576 bytes"));
  fs::resize_file(path, std::uintmax_t{1} << 40U);  // a sparse one, which no one should read
  CHECK(ground.refused(path, FailureCode::ca_invalid)
            .message.ends_with("has more than 1048576 bytes"));
  // Files in /proc say that they have no bytes.
  CHECK(
      ground.refused("/proc/self/environ", FailureCode::ca_invalid).message.contains("is not PEM"));
}

TEST_CASE("colons in a CA's path do no harm, and never reach the staged one") {
  Playground ground;
  const auto staged = ground.stage(ground.write("machine:ca.pem", issued().certificate_pem));
  REQUIRE(staged.has_value());
  CHECK_FALSE(staged->file.native().contains(':'));
}

TEST_CASE("a directory that cannot be written fails the copy, not the CA") {
  Playground ground;
  fs::remove_all(ground.staging->directory());
  const auto failure =
      ground.refused(ground.write("ca.pem", issued().certificate_pem), FailureCode::copy_failed);
  CHECK(failure.message.contains("could not be staged: cannot write"));
}

TEST_CASE("a step's source without colons is its absolute path") {
  Playground ground;
  CHECK(ground.staging->reachable("/a/../b c").value() == "/a/../b c");
  CHECK(ground.staging->reachable("x/y").value() == fs::current_path() / "x/y");
  CHECK(ground.staged_files().empty());
}

TEST_CASE("a step's source with colons is reached through one link, whoever asks") {
  Playground ground;
  const auto source = ground.write("a:b", "text");
  const auto link = ground.staging->reachable(source).value();
  CHECK(link.parent_path() == ground.staging->directory());
  CHECK_FALSE(link.native().contains(':'));
  CHECK(fs::read_symlink(link) == source);
  CHECK(content(link) == "text");
  CHECK(ground.staging->reachable(source).value() == link);
  const auto other = ground.staging->reachable(ground.path("a:c")).value();
  CHECK(other != link);
  CHECK(ground.staged_files().size() == 2);
}

TEST_CASE("a descriptor of ours is reachable for another process") {
  Playground ground;
  for (const auto* path : {"/dev/fd/7", "/proc/self/fd/7"})
    CHECK(ground.staging->reachable(path).value() == fmt::format("/proc/{}/fd/7", ::getpid()));
}

TEST_CASE("a link that cannot be made is a fault, not a path") {
  Playground ground;
  fs::remove_all(ground.staging->directory());
  const auto link = ground.staging->reachable("/a:b");
  REQUIRE_FALSE(link.has_value());
  CHECK(link.error().starts_with("cannot make the link "));
}

TEST_CASE("many distinct CAs do not pile up, and one that is held stays") {
  constexpr std::size_t remembered = 4096;
  Playground ground;
  const auto path = [&](std::size_t i) { return ground.path(fmt::format("{}.pem", i)); };
  for (std::size_t i = 0; i <= remembered + 10; ++i)
    ground.write(fmt::format("{}.pem", i), certificate_of(fmt::format("CA {}", i)));
  auto held = ground.stage(path(0));
  REQUIRE(held.has_value());
  for (std::size_t i = 1; i <= remembered + 10; ++i)
    REQUIRE(ground.stage(path(i)).has_value());
  CHECK(ground.staged_files().size() == remembered + 1);
  CHECK(content(held->file) == content(path(0)));
  CHECK(ground.stage(path(0))->file == held->file);
  CHECK(ground.staged_files().size() == remembered);
  const auto first = held->file;
  held = ground.stage(path(5));
  CHECK(fs::exists(first));
}

TEST_CASE("a CA that is held for longer than its Staging does no harm") {
  Playground ground;
  const auto held = ground.stage(ground.write("ca.pem", issued().certificate_pem));
  const auto directory = ground.staging->directory();
  ground.staging.reset();
  CHECK_FALSE(fs::exists(directory));
}

TEST_SUITE_END();
