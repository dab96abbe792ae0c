// The sandbox itself: what the guest sees, what it can do, and that the host never notices.
#include "playground.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace smolfleet::standin::tests {
namespace {

namespace fs = std::filesystem;

const std::string ca_path = "/usr/local/share/ca-certificates/standin-test-ca.crt";
const std::string bundle = "/etc/ssl/certs/ca-certificates.crt";

/// Every file and link under a directory, with its content.
std::map<std::string, std::string> snapshot(const fs::path& root) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_symlink()) {
      all[entry.path()] = "-> " + fs::read_symlink(entry.path()).native();
    } else if (entry.is_regular_file()) {
      std::ostringstream content;
      content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      all[entry.path()] = content.str();
    }
  }
  return all;
}

std::string make_ca(const Playground& playground) {
  const auto directory = playground.directory().native();
  const auto made = run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                         "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stand-in test CA",
                         "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE", "-keyout",
                         directory + "/key.pem", "-out", directory + "/ca.pem"},
                        playground.environment());
  REQUIRE_MESSAGE(made.code == 0, made.err);
  return directory + "/ca.pem";
}

/// The whole of what smolfleet does to a guest, with the real programs.
void install_a_ca(Who who) {
  const auto trust_before = snapshot("/etc/ssl/certs");
  const auto local_before = snapshot("/usr/local/share/ca-certificates");
  {
    const Playground playground("sandbox", who);
    const auto ca = make_ca(playground);
    playground.bring_up("web");
    const auto copied = playground.machine({"cp", ca, "web:" + ca_path});
    REQUIRE_MESSAGE(copied.code == 0, copied.err);
    const auto verify = "openssl verify -CAfile " + bundle + " " + ca_path;
    CHECK(playground.shell("web", verify).code != 0);
    const auto installed =
        playground.shell("web", "chown root:root " + ca_path + " && chmod 644 " + ca_path +
                                    " && update-ca-certificates && " + verify);
    CHECK_MESSAGE(installed.code == 0, installed.out, installed.err);
    // Some hosts have certificates that were never added: then there are more than one.
    CHECK(installed.out.contains(" added, 0 removed"));
    CHECK_FALSE(installed.out.contains("\n0 added"));
    CHECK(installed.out.contains(ca_path + ": OK"));
    // Once more, as after a retry: nothing is added, and it is right all the same.
    CHECK(playground.shell("web", "update-ca-certificates && " + verify).code == 0);
  }
  CHECK(snapshot("/etc/ssl/certs") == trust_before);
  CHECK(snapshot("/usr/local/share/ca-certificates") == local_before);
}

TEST_SUITE_BEGIN("sandbox");

TEST_CASE("a CA is installed by the real programs, and the host's trust store stays as it was") {
  install_a_ca(Who::caller);
}

TEST_CASE("an ordinary user's guest can do the same") {
  install_a_ca(Who::ordinary_user);
}

TEST_CASE("a guest has its own host name, processes, mounts and files") {
  for (const auto who : {Who::caller, Who::ordinary_user}) {
    const Playground playground("sandbox", who);
    playground.bring_up("web-1");
    playground.bring_up("web-2");
    CHECK(playground.shell("web-1", "hostname; id -u; tr '\\0' '\\n' </proc/1/cmdline | sed -n 2p")
              .out == "web-1\n0\n_boot-vm\n");
    CHECK(playground.shell("web-1", "cat /proc/[0-9]*/comm | grep -c '^sleep$'").out == "1\n");
    CHECK(
        playground
            .shell(
                "web-1",
                "for d in /etc /root /opt /usr/local/bin /var/lib /tmp /run; do echo x >$d/mark "
                "&& mv $d/mark $d/mark.2 && rm $d/mark.2 && echo y >$d/standin.mark || exit; done")
            .code == 0);
    CHECK(playground.shell("web-2", "ls /etc/standin.mark /tmp/standin.mark").code != 0);
    CHECK_FALSE(fs::exists("/etc/standin.mark"));
    CHECK_FALSE(fs::exists("/usr/local/bin/standin.mark"));
    CHECK_FALSE(fs::exists("/tmp/standin.mark"));
    CHECK(playground.shell("web-1", "ls -A /mnt").out.empty());
  }
}

TEST_CASE("orphans of the guest are reaped") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  REQUIRE(playground.shell("web", "(true &) ; (true &)").code == 0);
  // Both were adopted by the guest's first process. A zombie would be listed until it is reaped;
  // the loop ends when none is, and the outer limit ends it otherwise.
  CHECK(playground
            .machine({"exec", "--name", "web", "--timeout", "30s", "--", "sh", "-c",
                      "while grep -q '^State:.Z' /proc/[0-9]*/status 2>/dev/null; do :; done"})
            .code == 0);
}

TEST_CASE("a directory can be an image") {
  const Playground playground("sandbox");
  const auto image = playground.directory() / "image";
  for (const auto* directory : {"etc", "root"})
    fs::create_directories(image / directory);
  // The image borrows the host's programs; what makes it another system is its /etc.
  for (const auto* link : {"bin", "sbin", "lib", "lib64"}) {
    if (fs::is_symlink(fs::path("/") / link))
      fs::create_symlink(std::string("usr/") + link, image / link);
  }
  fs::copy("/usr/bin/openssl", image / "etc/original");
  fs::create_directories(image / "usr");
  REQUIRE(playground
              .machine({"create", "-n", "web", "-I", image.native() + "/", "-v",
                        "/usr/share:/usr/share"})
              .code == 0);
  const auto started = playground.machine({"start", "-n", "web"});
  CHECK_MESSAGE(started.code == 0, started.err);
  CHECK(playground.machine({"cp", "/etc/hostname", "web:/etc/mine"}).code == 0);
  CHECK(fs::exists(image / "etc/original"));
  CHECK_FALSE(fs::exists(image / "etc/mine"));
  // The image has no shell, so this is also what a missing binary looks like.
  CHECK(playground.shell("web", "true").code == 127);
}

TEST_CASE("volumes are the host's directories, read-only if asked for") {
  const Playground playground("sandbox");
  const auto shared = playground.directory() / "shared";
  fs::create_directories(shared);
  REQUIRE(playground
              .machine({"create", "-n", "web", "-v", shared.native() + ":/srv/rw", "-v",
                        shared.native() + ":/var/run/ro:ro"})
              .code == 0);
  const auto started = playground.machine({"start", "-n", "web"});
  REQUIRE_MESSAGE(started.code == 0, started.err);
  CHECK(playground.shell("web", "echo hello >/srv/rw/file").code == 0);
  CHECK(fs::exists(shared / "file"));
  CHECK(playground.shell("web", "cat /run/ro/file").out == "hello\n");
  CHECK(playground.shell("web", "echo no >/run/ro/file").code != 0);
}

TEST_CASE("a state directory below an overlaid one works too") {
  // The overlay of that one directory can't have its upper layer below itself.
  Playground playground("sandbox");
  const auto data = "/var/tmp/" + playground.directory().filename().native();
  playground.set("SMOLVM_DATA_DIR", data);
  playground.bring_up("web");
  CHECK(playground.shell("web", "echo x >/var/tmp/standin.mark && cat /var/tmp/standin.mark").out ==
        "x\n");
  CHECK_FALSE(fs::exists("/var/tmp/standin.mark"));
  CHECK(playground.machine({"stop", "-n", "web"}).code == 0);
  CHECK(playground.machine({"delete", "-n", "web", "-f"}).code == 0);
  fs::remove_all(data);
}

TEST_CASE("a guest that was started in a chroot is as private as any other") {
  const Playground playground("sandbox");
  const auto chroot = playground.directory() / "chroot";
  fs::create_directories(chroot);
  // In the chroot everything is where it is outside; what differs is the mount namespace's root.
  // The mark goes to /tmp, so that even a guest that is the host by mistake does no harm.
  const auto mark = "/tmp/" + playground.directory().filename().native() + ".mark";
  const auto smolvm = "'" + playground.command({}).front() + "' machine ";
  const auto inside = smolvm + "create -n web >/dev/null && " + smolvm +
                      "start -n web >/dev/null && " + smolvm + "cp /etc/hostname web:" + mark +
                      " && " + smolvm + "exec --name web -- sh -c 'echo x >" + mark +
                      ".2; stat -f -c %T /; hostname; ls " + mark + "*'; " + smolvm +
                      "stop -n web >/dev/null; " + smolvm + "delete -n web -f >/dev/null";
  const auto script = playground.write("inside.sh", inside);
  std::vector<std::string> words{"unshare", "--mount", "--propagation", "private"};
  if (::geteuid() != 0) words.insert(words.end(), {"--user", "--map-root-user"});
  words.insert(words.end(), {"sh", "-c", "mount --rbind / \"$1\" && chroot \"$1\" sh \"$2\"", "sh",
                             chroot.native(), script});
  const auto ended = run(words, playground.environment());
  CHECK_MESSAGE(ended.code == 0, ended.err);
  CHECK(ended.out == "tmpfs\nweb\n" + mark + "\n" + mark + ".2\n");
  CHECK_FALSE(fs::exists(mark));
  CHECK_FALSE(fs::exists(mark + ".2"));
}

TEST_CASE("a kernel that refuses is named, and the machine can be started again") {
  const Playground playground("sandbox");
  REQUIRE(playground.machine({"create", "-n", "web"}).code == 0);
  // Not one more namespace for the child: the limit is the simplest way to make the kernel refuse.
  const auto words = playground.command({"machine", "start", "-n", "web"});
  std::string line;
  for (const auto& word : words)
    line += "'" + word + "' ";
  const auto refused = run({"unshare", "--user", "--map-root-user", "sh", "-c",
                            "echo 0 >/proc/sys/user/max_mnt_namespaces && exec " + line},
                           playground.environment());
  CHECK(refused.code == 1);
  CHECK(refused.err.contains(
      "the kernel refuses new namespaces: No space left on device (os error 28)"));
  CHECK(playground.machine({"start", "-n", "web"}).code == 0);
}

TEST_SUITE_END();

}  // namespace
}  // namespace smolfleet::standin::tests
