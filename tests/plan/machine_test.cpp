// The machine: what smolvm is asked to create.
#include "plan/machine.hpp"

#include "lines.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace smolfleet;
using namespace smolfleet::test;

namespace {

plan::Machine machine_of(const std::string& line) {
  return accepted(line).machine.value();
}

}  // namespace

TEST_SUITE_BEGIN("plan");

TEST_CASE("a machine without image and from is a bare one, and legal") {
  const auto machine = machine_of(with_machine(""));
  CHECK(machine.image.empty());
  CHECK_FALSE(machine.cpus.has_value());
  CHECK_FALSE(machine.net);
}

TEST_CASE("the limits themselves are accepted") {
  const auto machine = machine_of(with_machine(R"("cpus":255,"memory_mib":16777216)"));
  CHECK(machine.cpus == 255);
  CHECK(machine.memory_mib == 16777216);
  CHECK(machine_of(with_machine(R"("cpus":1,"memory_mib":64)")).memory_mib == 64);
}

TEST_CASE("env and labels keep their order") {
  const auto machine =
      machine_of(with_machine(R"("env":{"Z":"1","A":"2"},"labels":{"z":"","a":"="})"));
  CHECK(machine.env == plan::Pairs{{"Z", "1"}, {"A", "2"}});
  CHECK(machine.labels == plan::Pairs{{"z", ""}, {"a", "="}});
}

TEST_CASE("addresses, hosts, ports and volumes in all their forms") {
  const auto machine = machine_of(with_machine(
      R"("allow_cidrs":["10.0.0.2","10.0.0.0/8","0.0.0.0/0","::1","2001:db8::/32","::ffff:10.0.0.1/128"],)"
      R"("allow_hosts":["api.example.com","localhost"],"ports":["80","65535:1"],)"
      R"("volumes":["/a:/b","/a:b:/c:rw","data:/c:ro","s3://bucket/x:/y","s3://bucket"])"));
  CHECK(machine.allow_cidrs.size() == 6);
  CHECK(machine.allow_hosts.size() == 2);
  CHECK(machine.ports.size() == 2);
  CHECK(machine.volumes.size() == 5);
}

TEST_CASE("the network is on when the plan asks for it or when anything implies it") {
  for (const auto* fields :
       {R"("net":true)", R"("env":{"HTTPS_PROXY":"http://10.0.0.2:9099"})",
        R"("allow_cidrs":["10.0.0.1"])", R"("allow_hosts":["a"])", R"("ports":["80"])",
        R"("image":"debian:12")", R"("image":"ghcr.io/a/b@sha256:00")"})
    CHECK_MESSAGE(machine_of(with_machine(fields)).net, fields);
  CHECK(machine_of(with(R"("egress_plan":{"routes":[1]},"machine":{})")).net);
}

TEST_CASE("the network stays off when nothing implies it") {
  for (const auto* fields :
       {"", R"("net":false)", R"("net":false,"env":{"HTTPS_PROXY":"http://10.0.0.2:9099"})",
        R"("env":{"https_proxy":"","NO_PROXY":"x"})",
        R"("allow_cidrs":[],"allow_hosts":[],"ports":[])", R"("image":"./x.tar")",
        R"("image":"/x/")", R"("image":"../x","net":false)",
        R"("from":"x.smolmachine","net":false)"})
    CHECK_MESSAGE(!machine_of(with_machine(fields)).net, fields);
}

TEST_CASE("a machine without a network that it needs is refused with what needs it") {
  const auto refuse = [](const std::string& line) { return refused(line).failure.message; };
  CHECK(refuse(with_machine(R"("net":false,"allow_cidrs":["10.0.0.1"])")) ==
        "/machine/net: must not be false, because /machine/allow_cidrs is given");
  CHECK(refuse(with_machine(R"("net":false,"allow_hosts":["a"])")) ==
        "/machine/net: must not be false, because /machine/allow_hosts is given");
  CHECK(refuse(with_machine(R"("net":false,"ports":["80"])")) ==
        "/machine/net: must not be false, because /machine/ports is given");
  CHECK(refuse(with_machine(R"("net":false,"image":"debian")")) ==
        "/machine/net: must not be false, because /machine/image is pulled from a registry");
  CHECK(refuse(with(R"("egress_plan":{"routes":[1]},"machine":{"net":false})")) ==
        "/machine/net: must not be false, because /egress_plan/routes needs it");
}

TEST_CASE("a bad machine is refused with its pointer") {
  const std::array table = std::to_array<BadLine>({
      {with_machine(R"("imge":"x")"), "/machine/imge: is not a known key"},
      {with_machine(R"("":1)"), "/machine/: is not a known key"},
      {with_machine(R"("image":"a","from":"b")"),
       "/machine/from: must not be given together with image"},
      {with_machine(R"("image":"-")"), "/machine/image: must not begin with '-'"},
      {with_machine(R"("image":"")"), "/machine/image: must not be empty"},
      {with_machine(R"("image":null)"), "/machine/image: must be a string, got null"},
      {with_machine(R"("image":"a\u0000b")"), "/machine/image: must not contain U+0000",
       Schema::cannot_know},
      {with_machine(R"("from":"--help")"), "/machine/from: must not begin with '-'"},
      {with_machine(R"("cpus":0)"), "/machine/cpus: must be an integer of at least 1, got 0"},
      {with_machine(R"("cpus":256)"), "/machine/cpus: must be an integer of at most 255, got 256"},
      {with_machine(R"("cpus":-1)"), "/machine/cpus: must be an integer of at least 1, got -1"},
      {with_machine(R"("cpus":1.5)"), "/machine/cpus: must be an integer of at least 1, got 1.5"},
      {with_machine(R"("cpus":"2")"), "/machine/cpus: must be an integer of at least 1, got \"2\""},
      {with_machine(R"("cpus":18446744073709551617)"), "/machine/cpus: must be an integer"},
      {with_machine(R"("memory_mib":"lots")"),
       "/machine/memory_mib: must be an integer of at least 64, got \"lots\""},
      {with_machine(R"("memory_mib":63)"),
       "/machine/memory_mib: must be an integer of at least 64"},
      {with_machine(R"("memory_mib":16777217)"),
       "/machine/memory_mib: must be an integer of at most 16777216"},
      {with_machine(R"("net":1)"), "/machine/net: must be true or false, got 1"},
      {with_machine(R"("allow_cidrs":"10.0.0.1")"),
       "/machine/allow_cidrs: must be an array, got a string"},
      {with_machine(R"("allow_cidrs":["10.0.0.1","10.0.0"])"),
       "/machine/allow_cidrs/1: must be an IP address or network such as \"10.0.0.2/32\", got",
       Schema::cannot_know},
      {with_machine(R"("allow_cidrs":["10.0.0.1/33"])"), "/machine/allow_cidrs/0: must be an IP",
       Schema::cannot_know},
      {with_machine(R"("allow_cidrs":["::1/129"])"), "/machine/allow_cidrs/0: must be an IP",
       Schema::cannot_know},
      {with_machine(R"("allow_cidrs":["10.0.0.1/"])"), "/machine/allow_cidrs/0: must be an IP"},
      {with_machine(R"("allow_cidrs":["10.0.0.1/+8"])"), "/machine/allow_cidrs/0: must be an IP"},
      {with_machine(R"("allow_cidrs":["10.0.0.1/8/8"])"), "/machine/allow_cidrs/0: must be an IP"},
      {with_machine(R"("allow_cidrs":["-1.2.3.4"])"), "/machine/allow_cidrs/0: must be an IP"},
      {with_machine(R"("allow_cidrs":["fe80::1%eth0"])"), "/machine/allow_cidrs/0: must be an IP"},
      {with_machine(R"("allow_hosts":["a.example:443"])"),
       "/machine/allow_hosts/0: must be a host name without port or scheme"},
      {with_machine(R"("allow_hosts":["a b"])"),
       "/machine/allow_hosts/0: must be a host name without white space"},
      {with_machine(R"("allow_hosts":["a\n"])"),
       "/machine/allow_hosts/0: must be a host name without white space, got \"a\\n\""},
      {with_machine(R"("allow_hosts":[""])"), "/machine/allow_hosts/0: must not be empty"},
      {with_machine(R"("allow_hosts":["-a"])"), "/machine/allow_hosts/0: must not begin with '-'"},
      {with_machine(R"("env":[])"), "/machine/env: must be an object, got an array"},
      {with_machine(R"("env":{"A B":"x"})"), "/machine/env/A B: is no name of a variable"},
      {with_machine(R"("env":{"":"x"})"), "/machine/env/: is no name of a variable"},
      {with_machine(R"("env":{"A":null})"), "/machine/env/A: must be a string, got null"},
      {with_machine(R"("env":{"A":"x\u0000"})"), "/machine/env/A: must not contain U+0000",
       Schema::cannot_know},
      {with_machine(R"("volumes":["/a"])"), "/machine/volumes/0: must be \"HOST:GUEST\""},
      {with_machine(R"("volumes":["/a:b"])"), "/machine/volumes/0: must be \"HOST:GUEST\""},
      {with_machine(R"("volumes":[":/b"])"), "/machine/volumes/0: must be \"HOST:GUEST\""},
      {with_machine(R"("volumes":["/b:ro"])"), "/machine/volumes/0: must be \"HOST:GUEST\""},
      {with_machine(R"("volumes":["-a:/b"])"), "/machine/volumes/0: must not begin with '-'"},
      {with_machine(R"("ports":["0"])"), "/machine/ports/0: must be \"HOST:GUEST\" or \"PORT\"",
       Schema::cannot_know},
      {with_machine(R"("ports":["65536"])"), "/machine/ports/0: must be", Schema::cannot_know},
      {with_machine(R"("ports":["127.0.0.1:80:80"])"), "/machine/ports/0: must be"},
      {with_machine(R"("ports":["80/tcp"])"), "/machine/ports/0: must be"},
      {with_machine(R"("ports":["80:"])"), "/machine/ports/0: must be"},
      {with_machine(R"("ports":["-80"])"), "/machine/ports/0: must be"},
      {with_machine(R"("ports":[80])"), "/machine/ports/0: must be a string, got 80"},
      {with_machine(R"("labels":{"smolfleet.run":"x"})"),
       "/machine/labels/smolfleet.run: is reserved"},
      {with_machine(R"("labels":{"a=b":"x"})"), "/machine/labels/a: must not contain '='"},
      {with_machine(R"("labels":{"":"x"})"), "/machine/labels/: must not be empty"},
      {with_machine(R"("labels":{"-a":"x"})"), "/machine/labels/-a: must not begin with '-'"},
      {with_machine(R"("labels":{"a\u0000":"x"})"),
       "/machine/labels/a\\u0000: must not contain U+0000", Schema::cannot_know},
      {with_machine(R"("labels":{"a":1})"), "/machine/labels/a: must be a string, got a number"},
      {with_machine(R"("init":["-x"])"), "/machine/init/0: must not begin with '-'"},
      {with_machine(R"("init":[""])"), "/machine/init/0: must not be empty"},
      {with_machine(R"("workdir":"a")"), "/machine/workdir: must be an absolute path, got \"a\""},
      {with_machine(R"("workdir":"-a")"), "/machine/workdir: must be an absolute path"},
      {with_machine(R"("command":"sleep")"), "/machine/command: must be an array, got a string"},
      {with_machine(R"("command":[])"), "/machine/command: must have at least one element"},
      {with_machine(R"("command":[""])"), "/machine/command: must have at least one element",
       Schema::cannot_know},
  });
  check_refused(table);
}

TEST_SUITE_END();
