// The driver: every argv, to the letter.
#include "smolfleet/driver/smolvm.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

using namespace smolfleet;
using Arguments = std::vector<std::string>;
using namespace std::chrono_literals;

namespace {

driver::Smolvm smolvm() {
  driver::Settings settings;
  settings.executable = "/usr/bin/smolvm";
  settings.run_id = "01RUN";
  return driver::Smolvm(settings);
}

plan::Plan small_plan() {
  plan::Plan plan;
  plan.id = "run7/b-1";
  plan.target = "bottle-1";
  plan.line = 1;
  plan.machine.emplace();
  return plan;
}

constexpr driver::Capabilities everything{
    .version = {}, .exec_user = true, .copy_mode = true, .create_label = true};
constexpr driver::Capabilities nothing;

constexpr const char* script =
    "chown root:root '/usr/local/share/ca-certificates/agent-mitm-ca.crt' && "
    "chmod 644 '/usr/local/share/ca-certificates/agent-mitm-ca.crt' && "
    "update-ca-certificates && "
    "openssl verify -CAfile '/etc/ssl/certs/ca-certificates.crt' "
    "'/usr/local/share/ca-certificates/agent-mitm-ca.crt'";

}  // namespace

TEST_SUITE("driver") {
  TEST_CASE("a bare machine is created by name, with the trust variables and nothing else") {
    CHECK(smolvm().create(small_plan(), nothing).argv ==
          Arguments{"/usr/bin/smolvm", "machine", "create", "--name", "bottle-1", "-e",
                    "NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/agent-mitm-ca.crt", "-e",
                    "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", "-e",
                    "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt"});
  }

  TEST_CASE("everything that a plan says of its machine reaches create") {
    auto plan = small_plan();
    auto& machine = *plan.machine;
    machine.image = "debian:12";
    machine.cpus = 2;
    machine.memory_mib = 1024;
    machine.net = true;
    machine.allow_cidrs = {"10.0.0.2/32"};
    machine.allow_hosts = {"api.example.com"};
    machine.volumes = {"/srv/b1:/work:ro"};
    machine.ports = {"8080:80"};
    machine.init = {"echo hi"};
    machine.workdir = "/work";
    machine.labels = {{"team", "a"}};
    machine.env = {{"TOKEN", "s3cret"},
                   {"HTTPS_PROXY", "http://10.0.0.2:9099"},
                   {"SSL_CERT_FILE", "/own.pem"},
                   {"NODE_EXTRA_CA_CERTS", "/n.pem"},
                   {"REQUESTS_CA_BUNDLE", "/r.pem"}};
    machine.command = {"serve", "--port", "80"};
    const auto command = smolvm().create(plan, everything);
    CHECK(command.argv == Arguments{"/usr/bin/smolvm",
                                    "machine",
                                    "create",
                                    "--name",
                                    "bottle-1",
                                    "--image",
                                    "debian:12",
                                    "--cpus",
                                    "2",
                                    "--mem",
                                    "1024",
                                    "--net",
                                    "--allow-cidr",
                                    "10.0.0.2/32",
                                    "--allow-host",
                                    "api.example.com",
                                    "--volume",
                                    "/srv/b1:/work:ro",
                                    "--port",
                                    "8080:80",
                                    "--init",
                                    "echo hi",
                                    "--workdir",
                                    "/work",
                                    "--label",
                                    "team=a",
                                    "--label",
                                    "smolfleet.run=01RUN",
                                    "--label",
                                    "smolfleet.plan=run7/b-1",
                                    "--label",
                                    "smolfleet.line=1",
                                    "-e",
                                    "TOKEN",
                                    "-e",
                                    "HTTPS_PROXY=http://10.0.0.2:9099",
                                    "-e",
                                    "SSL_CERT_FILE=/own.pem",
                                    "-e",
                                    "NODE_EXTRA_CA_CERTS",
                                    "-e",
                                    "REQUESTS_CA_BUNDLE",
                                    "--",
                                    "serve",
                                    "--port",
                                    "80"});
    CHECK(command.extra_environment ==
          Arguments{"TOKEN=s3cret", "NODE_EXTRA_CA_CERTS=/n.pem", "REQUESTS_CA_BUNDLE=/r.pem"});
  }

  TEST_CASE("an image guest without a command gets a workload that lasts") {
    auto plan = small_plan();
    plan.machine->image = "debian:12";
    const auto argv = smolvm().create(plan, nothing).argv;
    CHECK(Arguments(argv.end() - 3, argv.end()) == Arguments{"--", "sleep", "infinity"});
  }

  TEST_CASE("a value of env is nowhere in argv, unless the client would read the name itself") {
    auto plan = small_plan();
    plan.machine->env = {{"API_KEY", "s3cret"},
                         {"DOCKER_PASSWORD", "s3cret"},
                         {"LD_PRELOAD", "x.so"},
                         {"HOME", "/h"},
                         {"OPTIND", "9"}};
    const auto command = smolvm().create(plan, nothing);
    const auto with_secret = [](const std::string& word) {
      return word.find("s3cret") != std::string::npos;
    };
    CHECK(std::ranges::none_of(command.argv, with_secret));
    CHECK(command.extra_environment == Arguments{"API_KEY=s3cret", "DOCKER_PASSWORD=s3cret"});
    CHECK(std::ranges::find(command.argv, "OPTIND=9") != command.argv.end());
    CHECK(std::ranges::find(command.argv, "LD_PRELOAD=x.so") != command.argv.end());
    CHECK(std::ranges::find(command.argv, "HOME=/h") != command.argv.end());
  }

  TEST_CASE("start is interrupted with SIGINT and has five minutes") {
    const auto start = smolvm().start("bottle-1");
    CHECK(start.argv == Arguments{"/usr/bin/smolvm", "machine", "start", "--name", "bottle-1"});
    CHECK(start.gentle_signal == SIGINT);
    CHECK(start.deadline == 300s);
  }

  TEST_CASE("the CA is copied to its path in the guest") {
    CHECK(smolvm().copy_ca("bottle-1", "/tmp/smolfleet-x/ab.crt").argv ==
          Arguments{"/usr/bin/smolvm", "machine", "cp", "/tmp/smolfleet-x/ab.crt",
                    "bottle-1:/usr/local/share/ca-certificates/agent-mitm-ca.crt"});
  }

  TEST_CASE("the CA is installed and verified by one exec") {
    CHECK(smolvm().install_ca("bottle-1", nothing).argv ==
          Arguments{"/usr/bin/smolvm", "machine", "exec", "--name", "bottle-1", "--timeout", "65s",
                    "--", "sh", "-c", script});
    CHECK(smolvm().install_ca("bottle-1", everything).argv ==
          Arguments{"/usr/bin/smolvm", "machine", "exec", "--name", "bottle-1", "--timeout", "65s",
                    "--user", "root", "--", "sh", "-c", script});
  }

  TEST_CASE("paths with quotes and spaces stay one word of the script") {
    driver::Settings settings;
    settings.ca_path = "/a b/it's;$(x).crt";
    settings.ca_bundle = "/b'";
    CHECK(driver::Smolvm(settings).install_script() ==
          R"(chown root:root '/a b/it'\''s;$(x).crt' && chmod 644 '/a b/it'\''s;$(x).crt' && )"
          R"(update-ca-certificates && openssl verify -CAfile '/b'\''' '/a b/it'\''s;$(x).crt')");
  }

  TEST_CASE("an exec step passes its argv as it is, its limit and its env by name") {
    plan::Step step;
    step.action = plan::ExecStep{.argv = {"sh", "-c", "id"}, .env = {{"A", "b"}}};
    step.timeout = 1500ms;
    const auto commands = smolvm().step("bottle-1", step, {}, nothing);
    REQUIRE(commands.size() == 1);
    CHECK(commands[0].command.argv == Arguments{"/usr/bin/smolvm", "machine", "exec", "--name",
                                                "bottle-1", "--timeout", "6500ms", "-e", "A", "--",
                                                "sh", "-c", "id"});
    CHECK(commands[0].command.extra_environment == Arguments{"A=b"});
    CHECK(commands[0].command.deadline == 1500ms);
  }

  TEST_CASE("a copy step sets its mode in one command, or in two where cp cannot") {
    plan::Step step;
    step.action = plan::CopyStep{.from = "/p", .to = "/root/p", .mode = "0600"};
    const auto one = smolvm().step("b", step, "/p", everything);
    REQUIRE(one.size() == 1);
    CHECK(one[0].command.argv ==
          Arguments{"/usr/bin/smolvm", "machine", "cp", "/p", "b:/root/p", "--mode", "0600"});
    const auto two = smolvm().step("b", step, "/p", nothing);
    REQUIRE(two.size() == 2);
    CHECK(two[0].command.argv == Arguments{"/usr/bin/smolvm", "machine", "cp", "/p", "b:/root/p"});
    CHECK(two[1].command.argv == Arguments{"/usr/bin/smolvm", "machine", "exec", "--name", "b",
                                           "--timeout", "305s", "--", "chmod", "0600", "/root/p"});
  }

  TEST_CASE("children get no colours and none of the switches that tie a guest to its client") {
    ::setenv("SMOLVM_BOOT_DEBUG", "1", 1);
    ::setenv("SMOLVM_BOOT_BINARY", "1", 1);
    ::setenv("NO_COLOR", "", 1);
    const auto environment = smolvm().version().environment;
    const auto has = [&](const std::string& prefix) {
      return std::ranges::any_of(*environment,
                                 [&](const auto& entry) { return entry.starts_with(prefix); });
    };
    CHECK(has("NO_COLOR=1"));
    CHECK(std::ranges::count_if(
              *environment, [](const auto& entry) { return entry.starts_with("NO_COLOR="); }) == 1);
    CHECK(has("PATH="));
    CHECK_FALSE(has("SMOLVM_BOOT_DEBUG"));
    CHECK_FALSE(has("SMOLVM_BOOT_BINARY"));
  }
}
