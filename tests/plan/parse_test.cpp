// Lines into plans: the plan's own fields, and what a rejection says.
#include "smolfleet/plan/parse.hpp"

#include "lines.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace smolfleet;
using namespace smolfleet::test;
using namespace std::chrono_literals;

namespace {

// The example of the specification, chapter 3.
constexpr const char* full_plan =
    R"({"id":"run7/b-0001","target":"bottle-0001",)"
    R"("egress_plan":{"routes":[{"host":"api.example.com"}],)"
    R"("mitmproxy_ca_cert_only_host_path":"/run/b1/egress-ca.pem"},)"
    R"("proxy_plan":{"ca_cert_host_path":"/run/b1/pipelock-ca.pem"},)"
    R"("machine":{"image":"debian:12","cpus":2,"memory_mib":1024,"net":true,)"
    R"("allow_cidrs":["10.0.0.2/32"],"allow_hosts":[],)"
    R"("env":{"HTTPS_PROXY":"http://10.0.0.2:9099"},"volumes":["/srv/b1:/work:ro"],)"
    R"("ports":["8080:80"],"labels":{"team":"a"},"init":[],"workdir":"/",)"
    R"("command":["sleep","infinity"]},)"
    R"("steps":[{"copy":{"from":"/run/b1/prompt.txt","to":"/root/prompt.txt","mode":"0600"}},)"
    R"({"exec":{"argv":["sh","-c","id"],"timeout_s":30,"env":{"A":"b"}}}],"timeout_s":300})";

}  // namespace

TEST_SUITE_BEGIN("plan");

TEST_CASE("the specification's example is read field by field") {
  const auto plan = accepted(full_plan);
  CHECK(plan.line == 1);
  CHECK(plan.id == "run7/b-0001");
  CHECK(plan.target == "bottle-0001");
  CHECK(plan.has_routes);
  CHECK(plan.egress_ca_path == "/run/b1/egress-ca.pem");
  CHECK(plan.pipelock_ca_path == "/run/b1/pipelock-ca.pem");
  CHECK(plan.timeout == 300s);

  REQUIRE(plan.machine.has_value());
  const auto& machine = *plan.machine;
  CHECK(machine.image == "debian:12");
  CHECK(machine.from.empty());
  CHECK(machine.cpus == 2);
  CHECK(machine.memory_mib == 1024);
  CHECK(machine.net);
  CHECK(machine.allow_cidrs == std::vector<std::string>{"10.0.0.2/32"});
  CHECK(machine.env == plan::Pairs{{"HTTPS_PROXY", "http://10.0.0.2:9099"}});
  CHECK(machine.volumes == std::vector<std::string>{"/srv/b1:/work:ro"});
  CHECK(machine.ports == std::vector<std::string>{"8080:80"});
  CHECK(machine.labels == plan::Pairs{{"team", "a"}});
  CHECK(machine.workdir == "/");
  CHECK(machine.command == std::vector<std::string>{"sleep", "infinity"});

  REQUIRE(plan.steps.size() == 2);
  const auto* copy = std::get_if<plan::CopyStep>(&plan.steps[0].action);
  REQUIRE(copy != nullptr);
  CHECK(copy->from == "/run/b1/prompt.txt");
  CHECK(copy->to == "/root/prompt.txt");
  CHECK(copy->mode == "0600");
  const auto* exec = std::get_if<plan::ExecStep>(&plan.steps[1].action);
  REQUIRE(exec != nullptr);
  CHECK(exec->argv == std::vector<std::string>{"sh", "-c", "id"});
  CHECK(exec->env == plan::Pairs{{"A", "b"}});
  CHECK(plan.steps[1].timeout == 30s);
}

TEST_CASE("a target alone is a plan, whose id it is") {
  const auto plan = accepted(R"({"target":"bottle-1"})");
  CHECK(plan.id == "bottle-1");
  CHECK_FALSE(plan.has_routes);
  CHECK_FALSE(plan.machine.has_value());
  CHECK(plan.steps.empty());
  CHECK_FALSE(plan.timeout.has_value());
}

TEST_CASE("null counts as absent at the top level and inside the proxies") {
  const auto plan =
      accepted(R"({"target":"b","id":null,"egress_plan":null,"proxy_plan":null,"machine":null,)"
               R"("steps":null,"timeout_s":null})");
  CHECK(plan.id == "b");
  CHECK_FALSE(plan.machine.has_value());
  const auto inside =
      accepted(with(R"("egress_plan":{"routes":null,"mitmproxy_ca_cert_only_host_path":null},)"
                    R"("proxy_plan":{"ca_cert_host_path":null})"));
  CHECK_FALSE(inside.has_routes);
}

TEST_CASE("empty routes are none, and what stands in routes is not looked at") {
  CHECK_FALSE(accepted(with(R"("egress_plan":{"routes":[]})")).has_routes);
  CHECK(accepted(with(R"("egress_plan":{"routes":[null]})")).has_routes);
  CHECK(accepted(with(R"("egress_plan":{"routes":[{"a":{"b":[1,2]}},"x",3]})")).has_routes);
}

TEST_CASE(
    "white space around and inside a line, a carriage return and a byte order mark do no harm") {
  CHECK(accepted(" { \"target\" : \"b\" } \t\r").target == "b");
  const auto plan = plan::parse("\xEF\xBB\xBF{\"target\":\"b\"}", 1, plan::UnknownKeys::refused);
  CHECK(plan.has_value());
}

TEST_CASE("timeouts may have fractions, and the smallest is a millisecond") {
  CHECK(accepted(with(R"("timeout_s":0.25)")).timeout == 250ms);
  CHECK(accepted(with(R"("timeout_s":1.1)")).timeout == 1100ms);
  CHECK(accepted(with(R"("timeout_s":1e-9)")).timeout == 1ms);
  CHECK(accepted(with(R"("timeout_s":604800)")).timeout == std::chrono::weeks(1));
}

TEST_CASE("a plan's own fields are refused with their pointer") {
  const std::array table = std::to_array<BadLine>({
      {R"([])", "the line must be a JSON object"},
      {R"("text")", "the line must be a JSON object"},
      {R"(null)", "the line must be a JSON object"},
      {R"({})", "/target: is required"},
      {R"({"target":null})", "/target: is required"},
      {R"({"target":7})", "/target: must be a string, got 7"},
      {R"({"target":""})", "/target: must not be empty, got \"\""},
      {R"({"target":"-a"})", "/target: must begin with a letter or a digit, got \"-a\""},
      {R"({"target":"a b"})", "/target: must have only letters A-Z a-z, digits, '-' and '_', got"},
      {R"({"target":"a/b"})", "/target: must have only letters"},
      {R"({"target":"b","id":""})", "/id: must not be empty"},
      {R"({"target":"b","id":5})", "/id: must be a string, got 5"},
      {R"({"target":"b","id":"a\u0000b"})", "/id: must not contain U+0000, got \"a\\u0000b\"",
       Schema::cannot_know},
      {R"({"target":"b","egress_plan":[]})", "/egress_plan: must be an object, got an array"},
      {R"({"target":"b","egress_plan":{"routes":{}}})",
       "/egress_plan/routes: must be an array, got an object"},
      {R"({"target":"b","egress_plan":{"mitmproxy_ca_cert_only_host_path":1}})",
       "/egress_plan/mitmproxy_ca_cert_only_host_path: must be a string, got 1"},
      {R"({"target":"b","proxy_plan":{"ca_cert_host_path":["x"]}})",
       "/proxy_plan/ca_cert_host_path: must be a string, got an array"},
      {R"({"target":"b","proxy_plan":{"ca_cert_host_path":"a\u0000b"}})",
       "/proxy_plan/ca_cert_host_path: must not contain U+0000", Schema::cannot_know},
      {R"({"target":"b","machine":"x"})", "/machine: must be an object, got a string"},
      {R"({"target":"b","steps":{}})", "/steps: must be an array, got an object"},
      {R"({"target":"b","timeout_s":"30"})",
       "/timeout_s: must be a number of seconds above 0 and at most 604800, got \"30\""},
      {R"({"target":"b","timeout_s":0})", "/timeout_s: must be a number of seconds above 0"},
      {R"({"target":"b","timeout_s":-0.5})", "/timeout_s: must be a number of seconds above 0"},
      {R"({"target":"b","timeout_s":604801})", "/timeout_s: must be a number of seconds above 0"},
      {R"({"target":"b","timeout_s":true})", "/timeout_s: must be a number of seconds above 0"},
  });
  check_refused(table);
}

TEST_CASE("an id may have 1024 bytes and not one more") {
  const std::string longest(1024, 'x');
  CHECK(accepted(with("\"id\":\"" + longest + "\"")).id == longest);
  CHECK(refused(with("\"id\":\"" + longest + "x\"")).failure.message ==
        "/id: must have at most 1024 bytes, got \"" + std::string(64, 'x') + "\"… (1025 bytes)");
}

TEST_CASE("machine names follow smolvm's rule") {
  for (const auto* good : {"a", "A9", "0", "a-b_c", "a_", "a_-b", "bottle-0001"})
    CHECK_MESSAGE(!plan::name_fault(good).has_value(), good);
  CHECK_FALSE(plan::name_fault(std::string(128, 'a')).has_value());
  CHECK(plan::name_fault(std::string(129, 'a')) == "must have at most 128 bytes");
  CHECK(plan::name_fault("") == "must not be empty");
  CHECK(plan::name_fault("_a") == "must begin with a letter or a digit");
  CHECK(plan::name_fault("a-") == "must not end with '-'");
  CHECK(plan::name_fault("a--b") == "must not have '-' twice in a row");
  for (const auto* bad : {"a.b", "a/b", "a:b", "é", "a\n", " a"})
    CHECK_MESSAGE(plan::name_fault(bad).value_or("").starts_with("must have only"), bad);
}

TEST_CASE("unknown keys are ignored outside machine and steps, or refused where that is asked") {
  const auto known = plan::UnknownKeys::refused;
  CHECK(
      accepted(with(R"("more":{"a":1},"egress_plan":{"slug":"x"},"proxy_plan":{"y":[]})")).target ==
      "b");
  CHECK(refused(with(R"("more":1)"), known).failure.message == "/more: is not a known key");
  CHECK(refused(with(R"("egress_plan":{"slug":"x"})"), known).failure.message ==
        "/egress_plan/slug: is not a known key");
  CHECK(refused(with(R"("proxy_plan":{"slug":"x"})"), known).failure.message ==
        "/proxy_plan/slug: is not a known key");
  CHECK(plan::parse(full_plan, 1, known).has_value());
}

TEST_CASE("a key that is nearly right is answered with the right one, another with all of them") {
  const auto known = plan::UnknownKeys::refused;
  CHECK(refused(with(R"("step":[])"), known).failure.hint == "Did you mean \"steps\"?");
  CHECK(refused(with_machine(R"("memory_mb":1)")).failure.hint == "Did you mean \"memory_mib\"?");
  CHECK(refused(with_machine(R"("Ports":[])")).failure.hint == "Did you mean \"ports\"?");
  CHECK(refused(with_step(R"({"copy":{"fro":"x"}})")).failure.hint == "Did you mean \"from\"?");
  const auto hint = refused(with(R"("something_else":[])"), known).failure.hint;
  CHECK(hint == "Known keys here: id, target, egress_plan, proxy_plan, machine, steps, timeout_s.");
}

TEST_CASE(
    "a pointer escapes what RFC 6901 escapes and shows nothing that a terminal would act on") {
  const auto message = refused(with_machine("\"a/b~c\\u001b[31m\":1")).failure.message;
  CHECK(message == "/machine/a~1b~0c\\u001b[31m: is not a known key");
  const auto quoted = refused("{\"target\":\"\xC2\x9B\xE2\x80\xAE\x7F\"}").failure.message;
  CHECK(quoted.ends_with("got \"\\u009b\\u202e\\u007f\""));
}

TEST_CASE("values of env are never quoted") {
  const auto secret = "hunter2";
  for (const std::string& line :
       {with_machine(R"("env":{"A":["hunter2"]})"), with_machine(R"("env":["A=hunter2"])"),
        with_machine(R"("env":{"A":"hunter2\u0000"})"), with(R"("machine":[{"env":"hunter2"}])"),
        with_step(R"({"exec":{"argv":["x"],"env":{"A":{"B":"hunter2"}}}})"),
        with_machine(R"("env":{"A":"hunter2"},)")}) {
    const auto failure = refused(line).failure;
    CHECK_FALSE(failure.message.contains(secret));
    CHECK_FALSE(failure.hint.value_or("").contains(secret));
  }
}

TEST_CASE("a rejection has the id and the target as far as they could be read") {
  const auto both = refused(R"({"id":"i","target":"b","machine":1})");
  CHECK(both.id == "i");
  CHECK(both.target == "b");
  const auto bad_target = refused(R"({"id":"i","target":"a b"})");
  CHECK(bad_target.id == "i");
  CHECK(bad_target.target == "a b");
  CHECK(refused(R"({"target":"b","machine":1})").id == "b");
  CHECK(refused(R"({"target":"b","id":null,"machine":1})").id == "b");
  CHECK_FALSE(refused(R"({"id":5,"target":"b"})").id.has_value());
  CHECK_FALSE(refused(R"({"id":"i","target":5})").target.has_value());
  CHECK_FALSE(refused(R"(["target"])").target.has_value());
}

TEST_CASE("a line that is broken further on still tells its id, unless it has two") {
  CHECK(refused(R"({"id":"i","target":"b","steps":[)").id == "i");
  CHECK(refused(R"({"id":"i","target":"b","x":{"y":1,"y":2}})").id == "i");
  CHECK(refused("{\"id\":\"i\",\"x\":\"\xFF\"}").id == "i");
  CHECK_FALSE(refused(R"({"id":"i","id":"j","target":"b"})").id.has_value());
}

TEST_CASE("an id or target of any length is cut to 1024 bytes between characters") {
  std::string text;
  while (text.size() < 5000)
    text += "é-";
  const auto rejection = refused(R"({"target":")" + text + R"("})");
  REQUIRE(rejection.target.has_value());
  CHECK(rejection.target->size() <= 1024);
  CHECK(rejection.target->size() > 1020);
  CHECK(text.starts_with(*rejection.target));
}

TEST_SUITE_END();
