// `up --metrics`: the numbers of a run in a file, or on a page that can be asked while it goes on.
#include "../support/loopback.hpp"
#include "../support/prometheus_text.hpp"
#include "fixture.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using namespace smolfleet::test;
using smolfleet::core::UniqueFd;

namespace {

json for_machines(json rule, const char* machines) {
  rule["machine"] = machines;
  return rule;
}

std::vector<json> plans_for(const Scene& scene, const std::string& prefix, int count) {
  std::vector<json> plans;
  for (int i = 0; i < count; ++i)
    plans.push_back(created(scene, prefix + std::to_string(i)));
  return plans;
}

MetricsText metrics_in(const Scene& scene, const std::string& file) {
  return parse_metrics(scene.directory().read(file));
}

std::string labelled(const char* name, const char* label, const std::string& value) {
  return fmt::format("{}{{{}=\"{}\"}}", name, label, value);
}

std::string read_to_end(int fd) {
  std::string said;
  std::array<char, 4096> buffer{};
  while (true) {
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&ready, 1, 60'000) == 1);
    const auto count = ::read(fd, buffer.data(), buffer.size());
    if (count <= 0) return said;
    said.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::string exchange(std::uint16_t port, std::string_view request) {
  const auto fd = connect_to(port);
  REQUIRE(fd);
  REQUIRE(::write(fd.get(), request.data(), request.size()) > 0);
  return read_to_end(fd.get());
}

MetricsText scrape(std::uint16_t port) {
  const auto said = exchange(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  REQUIRE(said.starts_with("HTTP/1.1 200 OK\r\n"));
  return parse_metrics(said.substr(said.find("\r\n\r\n") + 4));
}

/// Scrapes until a series has a value; the test's own limit ends a wait in vain.
MetricsText scrape_until(std::uint16_t port, const std::string& series, double value) {
  while (true) {
    auto metrics = scrape(port);
    if (metrics.at(series) == value) return metrics;
    ::sched_yield();
  }
}

/// A run whose feed stays open and whose metrics are on a page.
class HeldRun {
 public:
  explicit HeldRun(const StandIn& smolvm, std::vector<std::string> options = {})
      : program_(argv(std::move(options)), smolvm.watched()),
        port_(port_in(program_.read_log_line_with("metrics: http://127.0.0.1:"))) {}

  Program& program() { return program_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static std::vector<std::string> argv(std::vector<std::string> options) {
    options.insert(options.begin(), {"--metrics", "127.0.0.1:0"});
    return Scene::up(StandIn::executable(), std::move(options));
  }

  Program program_;
  std::uint16_t port_;
};

/// Whether a process has a socket open.
bool has_socket(int pid) {
  const auto fds = fmt::format("/proc/{}/fd", pid);
  for (const auto& entry : std::filesystem::directory_iterator(fds)) {
    std::error_code ignored;
    if (std::filesystem::read_symlink(entry, ignored).string().starts_with("socket:")) return true;
  }
  return false;
}

bool has_promtool() {
  return run_program({"/bin/sh", "-c", "command -v promtool"}).exit == 0;
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("a file's metrics are the numbers of the results") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array(
                   {for_machines(rule("start", {1}, action("error", "not-ready")), "slow*"),
                    for_machines(rule("exec", {1}, action("signal", "KILL")), "shot*"),
                    rule_for("exec", "bad*", action("exit", 3))})));
    std::vector<json> plans;
    for (const auto& some : {plans_for(scene, "good", 14), plans_for(scene, "bad", 3),
                             plans_for(scene, "slow", 1), plans_for(scene, "shot", 2)})
      plans.insert(plans.end(), some.begin(), some.end());
    plans.push_back({{"target", "?"}});
    const auto file = scene.directory().path("fleet.prom");
    const auto run = smolvm.run(plans, {"--metrics", file, "--settle-delay", "0.01"});
    CHECK(run.results.size() == 21);

    const auto metrics = metrics_in(scene, "fleet.prom");
    CHECK(metrics.at("smolfleet_feed_lines_read_total") == 21);
    CHECK(metrics.at("smolfleet_plans_admitted_total") == 20);
    for (const auto& [status, count] : count_by_status(run))
      CHECK(metrics.at(labelled("smolfleet_results_total", "status", status)) == count);
    CHECK(metrics.sum_of("smolfleet_results_total") == 21);
    CHECK(metrics.at(labelled("smolfleet_failures_total", "code", "install_failed")) == 3);
    CHECK(metrics.at(labelled("smolfleet_failures_total", "code", "invalid_plan")) == 1);
    CHECK(metrics.sum_of("smolfleet_failures_total") == 4);
    CHECK(metrics.at(labelled("smolfleet_phase_retries_total", "phase", "start")) == 1);
    CHECK(metrics.at(labelled("smolfleet_phase_retries_total", "phase", "install_ca")) == 2);

    struct Figures {
      double count = 0;
      double retries = 0;
      double milliseconds = 0;
    };
    std::map<std::string, Figures> phases;
    double ok_milliseconds = 0;
    for (const auto& result : run.results) {
      if (result["status"] == "ok") ok_milliseconds += result["duration_ms"].get<double>();
      for (const auto& phase : result["phases"]) {
        auto& figures = phases[phase["name"]];
        ++figures.count;
        figures.retries += phase["attempts"].get<double>() - 1;
        figures.milliseconds += phase["duration_ms"].get<double>();
      }
    }
    CHECK(phases.size() == 6);
    for (const auto& [name, figures] : phases) {
      const auto of = [&](const char* what) { return metrics.at(labelled(what, "phase", name)); };
      CHECK(of("smolfleet_phase_duration_seconds_count") == figures.count);
      CHECK(of("smolfleet_phase_retries_total") == figures.retries);
      CHECK(of("smolfleet_phase_duration_seconds_sum") * 1000 ==
            doctest::Approx(figures.milliseconds).epsilon(0.001));
    }
    CHECK(metrics.at("smolfleet_bring_up_duration_seconds_count") == 17);
    CHECK(metrics.at("smolfleet_bring_up_duration_seconds_sum") * 1000 ==
          doctest::Approx(ok_milliseconds).epsilon(0.001));

    CHECK(metrics.sum_of("smolfleet_guests_in_phase") == 0);
    CHECK(metrics.sum_of("smolfleet_plans_waiting") == 0);
    CHECK(metrics.at("smolfleet_plans_in_flight") == 0);
    CHECK(metrics.at("smolfleet_child_processes") == 0);
    CHECK(metrics.at("process_cpu_seconds_total") > 0);
    CHECK(run.log_lines_with("metrics: " + file) == 1);
  }

  TEST_CASE("guests that are left behind are counted") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule_for("exec", "b", action("exit", 3)),
                                     rule_for("delete", "b", action("hang", "polite"))})));
    const auto run =
        smolvm.run({created(scene, "a"), created(scene, "b")},
                   {"--metrics", scene.directory().path("m.prom"), "--deadline", "delete=0.05"});
    CHECK(run.of("b")["leaked"] == true);
    CHECK(metrics_in(scene, "m.prom").at("smolfleet_guests_leaked_total") == 1);
  }

  TEST_CASE("answers that the journal knew are counted apart") {
    const Scene scene;
    const StandIn smolvm(scene);
    const std::vector<std::string> options = {"--journal", scene.directory().path("journal"),
                                              "--metrics", scene.directory().path("m.prom")};
    std::ignore = smolvm.run({created(scene, "a")}, options);
    auto again = options;
    again.emplace_back("--resume");
    std::ignore = smolvm.run({created(scene, "a"), created(scene, "b")}, again);
    const auto metrics = metrics_in(scene, "m.prom");
    CHECK(metrics.at(labelled("smolfleet_results_recalled_total", "status", "ok")) == 1);
    CHECK(metrics.at(labelled("smolfleet_results_total", "status", "ok")) == 1);
    CHECK(metrics.at("smolfleet_plans_admitted_total") == 1);
  }

  TEST_CASE("a page tells what a run is doing, and again what it has done since") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule_for("start", "hung", action("hang", "polite"))})));
    HeldRun run(smolvm, {"--boot-slots", "1", "--jobs", "5"});
    CHECK(scrape(run.port()).at("smolfleet_plans_in_flight") == 0);
    run.program().write(feed_of({created(scene, "hung")}));
    smolvm.wait_for_calls("start", 1);
    CHECK(scrape(run.port()).at(labelled("smolfleet_guests_in_phase", "phase", "start")) == 1);
    run.program().write(feed_of({created(scene, "next"), {{"target", "?"}}}));
    CHECK(json::parse(run.program().read_line().value())["status"] == "rejected");
    auto now = scrape_until(run.port(), labelled("smolfleet_plans_waiting", "for", "start"), 1);
    CHECK(now.at("smolfleet_plans_in_flight") == 2);
    CHECK(now.at("smolfleet_child_processes") == 1);
    CHECK(now.at("smolfleet_boot_slots") == 1);
    CHECK(now.at("smolfleet_jobs") == 5);
    CHECK(now.at("smolfleet_feed_lines_read_total") == 3);
    CHECK(now.at(labelled("smolfleet_results_total", "status", "rejected")) == 1);

    run.program().send_signal(SIGTERM);
    std::ignore = run.program().read_log_line_with("reading no more");
    run.program().send_signal(SIGTERM);
    CHECK(run.program().wait_keeping_input().exit == 128 + SIGTERM);
    CHECK_FALSE(connect_to(run.port()));
  }

  TEST_CASE("who connects and says nothing holds up neither the others nor the end") {
    const Scene scene;
    const StandIn smolvm(scene);
    HeldRun run(smolvm);
    const auto silent = connect_to(run.port());
    const auto slow = connect_to(run.port());
    REQUIRE(::write(slow.get(), "GET /met", 8) == 8);
    CHECK(scrape(run.port()).at("smolfleet_plans_in_flight") == 0);
    run.program().write(feed_of({created(scene, "a")}));
    CHECK(json::parse(run.program().read_line().value())["status"] == "ok");
    CHECK(run.program().wait().exit == 0);
    CHECK(read_to_end(silent.get()).empty());
  }

  TEST_CASE("children have none of the page's sockets") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("start", "*", action("hang", "polite"))})));
    HeldRun run(smolvm);
    const auto visitor = connect_to(run.port());
    CHECK(scrape(run.port()).at("smolfleet_child_processes") == 0);
    run.program().write(feed_of({created(scene, "a")}));
    smolvm.wait_for_calls("start", 1);
    CHECK(has_socket(run.program().pid()));
    CHECK_FALSE(has_socket(smolvm.calls("start")[0]["pid"].get<int>()));
    for (int i = 0; i < 2; ++i) {
      run.program().send_signal(SIGTERM);
      std::ignore = run.program().read_log_line_with("SIGTERM");
    }
    std::ignore = run.program().wait_keeping_input();
  }

  TEST_CASE("what is no request for metrics is answered, and the page goes on") {
    const Scene scene;
    const StandIn smolvm(scene);
    HeldRun run(smolvm);
    CHECK(exchange(run.port(), "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
    CHECK(exchange(run.port(), "DELETE /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
    CHECK(exchange(run.port(), std::string(9000, 'x')).starts_with("HTTP/1.1 431 "));
    CHECK(scrape(run.port()).at("smolfleet_plans_in_flight") == 0);
    CHECK(run.program().wait().exit == 0);
  }

  TEST_CASE("metrics that have nowhere to go end the run before it begins, with what to do") {
    const Scene scene;
    const StandIn smolvm(scene);
    HeldRun other(smolvm);
    std::filesystem::create_symlink("/nonexistent", scene.directory().path("link"));
    const std::map<std::string, std::string> wrong = {
        {fmt::format(":{}", other.port()), "another port"},
        {"0.0.0.0:9464", "only this host can reach"},
        {"example.com:9464", "only this host can reach"},
        {"9464", "./9464"},
        {scene.directory().path(), "no regular file"},
        {scene.directory().path("link"), "no regular file"},
        {scene.directory().path("none/m.prom"), "No such file or directory"},
    };
    for (const auto& [target, advice] : wrong) {
      CAPTURE(target);
      const auto run = smolvm.run({created(scene, "a")}, {"--metrics", target});
      CHECK(run.ended.exit == 2);
      CHECK(run.results.empty());
      CHECK(run.ended.err.find(advice) != std::string::npos);
    }
    CHECK(smolvm.calls().empty());
    CHECK(scene.staging_is_gone() == false);  // of the other run
    CHECK(other.program().wait().exit == 0);
    CHECK(scene.staging_is_gone());
  }

  TEST_CASE("a file that cannot be written any more is said once, and the run goes on") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto folder = scene.directory().path("metrics");
    std::filesystem::create_directory(folder);
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable(), {"--metrics", folder + "/m.prom"}), options);
    program.write(feed_of({created(scene, "a")}));
    CHECK(json::parse(program.read_line().value())["status"] == "ok");
    std::filesystem::remove_all(folder);
    const auto ended = program.wait();
    CHECK(ended.exit == 0);
    CHECK(ended.err.find("cannot write metrics to " + folder + "/m.prom: No such file") !=
          std::string::npos);
  }

  TEST_CASE("promtool, where there is one, has nothing to say against the metrics") {
    if (!has_promtool()) {
      MESSAGE("there is no promtool on PATH");
      return;
    }
    const Scene scene;
    const StandIn smolvm(scene);
    const auto file = scene.directory().path("m.prom");
    std::ignore = smolvm.run({created(scene, "a"), {{"target", "?"}}}, {"--metrics", file});
    const auto checked = run_program({"/bin/sh", "-c", "promtool check metrics 2>&1"},
                                     scene.directory().read("m.prom"));
    CHECK(checked.out == "");
    CHECK(checked.exit == 0);
  }
}
