// Files in, files out, and what is said of them.
#include "../report/fabricated.hpp"
#include "../support/program.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet::test;
using nlohmann::json;

namespace {

std::vector<std::string> report_with(std::vector<std::string> options) {
  options.insert(options.begin(), {from_build("SMOLFLEET_EXE"), "report"});
  return options;
}

Ended report(std::vector<std::string> options, std::string_view input = {},
             const std::map<std::string, std::string>& environment = {}) {
  return run_program(report_with(std::move(options)), input, environment);
}

bool is_page(const std::string& text) {
  return text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n");
}

/// A report that has begun to read, and waits for more.
class BegunReport : public Program {
 public:
  explicit BegunReport(std::vector<std::string> options, std::vector<int> ignored_signals = {})
      : Program(report_with(std::move(options)), {.environment = {},
                                                  .pipe_stderr = true,
                                                  .ignored_signals = std::move(ignored_signals)}) {
    write("nonsense\n");
    read_log_line_with("stdin:1: ");
  }
};

std::size_t files_in(const TempDir& directory) {
  const std::filesystem::directory_iterator files(directory.path());
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

TEST_SUITE("reports") {
  TEST_CASE("one file in, one page out, and a line that says so") {
    const TempDir directory;
    const auto results = directory.write("r.jsonl", lines_of_json({ok_result("a", 1)}));
    const auto page = directory.path("page.html");
    const auto ended = report({results, "-o", page});
    CHECK(ended.exit == 0);
    CHECK(ended.out.empty());
    CHECK(ended.err == "smolfleet: wrote " + page + ": 1 plan of 1 run\n");
    CHECK(is_page(directory.read("page.html")));
    CHECK(files_in(directory) == 2);
  }

  TEST_CASE("results come from stdin, and the page goes to stdout, where that is asked for") {
    const auto ended =
        report({"-", "--output", "-", "--title", "Night <b>"}, lines_of_json({ok_result("a", 1)}));
    CHECK(ended.exit == 0);
    CHECK(is_page(ended.out));
    CHECK(ended.out.find("<h1>Night &lt;b&gt;</h1>") != std::string::npos);
  }

  TEST_CASE("--trace alone writes the trace and no page") {
    const TempDir directory;
    const auto results = directory.write("r.jsonl", lines_of_json({ok_result("a", 1)}));
    const auto ended = report({results, "--trace", "-"});
    CHECK(ended.exit == 0);
    CHECK(json::parse(ended.out)["traceEvents"].size() == 5);
    CHECK(files_in(directory) == 1);
    CHECK_FALSE(std::filesystem::exists("report.html"));
  }

  TEST_CASE("what cannot be read is named with file and line, and the page is made of the rest") {
    const TempDir directory;
    const auto results =
        directory.write("r.jsonl", "\x1b[31m\n" + lines_of_json({ok_result("a", 1)}));
    const auto page = directory.path("page.html");
    const auto ended = report({results, "-o", page});
    CHECK(ended.exit == 1);
    CHECK(ended.err.find(results + ":1: is no JSON object") != std::string::npos);
    CHECK(ended.err.find("without 1 unreadable line") != std::string::npos);
    CHECK(is_page(directory.read("page.html")));
    std::string many;
    for (int i = 0; i < 100; ++i)
      many += "{}\n";
    const auto tired = report({"-", "-o", page}, many);
    CHECK(lines_of(tired.err).size() == 12);
    CHECK(tired.err.find("stdin: 90 more lines") != std::string::npos);
  }

  TEST_CASE("an input is never written over") {
    const TempDir directory;
    const auto content = lines_of_json({ok_result("a", 1)});
    const auto results = directory.write("r.jsonl", content);
    std::filesystem::create_hard_link(results, directory.path("same"));
    for (const auto& options : std::vector<std::vector<std::string>>{
             {results, "-o", results},
             {results, "-o", directory.path("same")},
             {results, "-o", directory.path("p"), "--trace", directory.path("./r.jsonl")}}) {
      const auto ended = report(options);
      CHECK(ended.exit == 2);
      CHECK(ended.err.find("is one of the files to be read") != std::string::npos);
      CHECK(directory.read("r.jsonl") == content);
      CHECK(files_in(directory) == 2);
    }
  }

  TEST_CASE("a file that cannot be read or written ends it with 3, and nothing is left") {
    const TempDir directory;
    const auto results = directory.write("r.jsonl", lines_of_json({ok_result("a", 1)}));
    const auto page = directory.path("page.html");
    const std::vector<std::vector<std::string>> broken = {
        {directory.path("none"), "-o", page},
        {directory.path(), "-o", page},
        {results, "-o", directory.path("no/page.html")},
        {results, "-o", "/dev/full"},
        {results, "-o", page, "--trace", "/dev/full"},
        {results, "-o", page, "--trace", directory.path("no/trace")},
        {results, "-o", "/dev/full", "--trace", directory.path("trace")},
    };
    for (const auto& options : broken) {
      CAPTURE(options.back());
      const auto ended = report(options);
      CHECK(ended.exit == 3);
      CHECK(ended.err.find("cannot") != std::string::npos);
      CHECK(files_in(directory) == 1);
    }
  }

  TEST_CASE("page and trace take the place of older ones only when both are whole") {
    const TempDir directory;
    const auto results = directory.write("r.jsonl", lines_of_json({ok_result("a", 1)}));
    const auto page = directory.write("page.html", "older");
    const auto trace = directory.path("trace.json");
    CHECK(report({results, "-o", page, "--trace", "/dev/full"}).exit == 3);
    CHECK(directory.read("page.html") == "older");
    const auto ended = report({results, "-o", page, "--trace", trace});
    CHECK(ended.exit == 0);
    CHECK(ended.err.starts_with("smolfleet: wrote " + page + " and " + trace + ": "));
    CHECK(is_page(directory.read("page.html")));
    CHECK(json::parse(directory.read("trace.json")).contains("traceEvents"));
    CHECK(files_in(directory) == 3);
  }

  TEST_CASE("what holds nothing to report on leaves the page that is there") {
    const TempDir directory;
    const auto page = directory.write("page.html", "older");
    const auto ended = report({"-", "-o", page}, "{\"target\":\"a plan\"}\n");
    CHECK(ended.exit == 1);
    CHECK(ended.err.contains("nothing was written"));
    CHECK(directory.read("page.html") == "older");
    CHECK(files_in(directory) == 1);
    const auto event =
        R"({"event":"admitted","id":"a","target":"a","line":1,"run":"r","at":"2026-11-23T10:00:00.000Z"})";
    CHECK(report({"-", "-o", page}, event + std::string("\n{\"eve")).exit == 1);
    CHECK(is_page(directory.read("page.html")));
  }

  TEST_CASE("a signal ends it as ever, and nothing is left but what was there") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      const TempDir directory;
      const auto page = directory.write("page.html", "older");
      BegunReport program({"-", "-o", page, "--trace", directory.path("trace.json")});
      CHECK(files_in(directory) == 3);
      program.send_signal(signal);
      CHECK(program.wait_keeping_input().signal == signal);
      CHECK(directory.read("page.html") == "older");
      CHECK(files_in(directory) == 1);
    }
  }

  TEST_CASE("a signal that is to be ignored is ignored") {
    const TempDir directory;
    BegunReport program({"-", "-o", directory.path("page.html")}, {SIGHUP});
    program.send_signal(SIGHUP);
    program.write(lines_of_json({ok_result("a", 1)}));
    CHECK(program.wait().exit == 1);
    CHECK(is_page(directory.read("page.html")));
  }

  TEST_CASE("wrong usage is said with exit 2") {
    CHECK(report({}).exit == 2);
    CHECK(report({"-", "-"}).exit == 2);
    CHECK(report({"-", "-o", "x", "--trace", "x"}).exit == 2);
    CHECK(report({"-", "--nonsense"}).exit == 2);
  }

  TEST_CASE("page and trace may not go to one place under two names") {
    const TempDir directory;
    const auto page = directory.path("page");
    std::filesystem::create_symlink("page", directory.path("link"));
    std::filesystem::create_directory_symlink(".", directory.path("there"));
    const auto is_refused = [](const std::string& one, const std::string& other) {
      const auto ended = report({"-", "-o", one, "--trace", other});
      return ended.exit == 2 && ended.err.find("files of their own") != std::string::npos;
    };
    CHECK(is_refused(page, directory.path("./page")));
    CHECK(is_refused(page, directory.path("link")));
    CHECK(is_refused(directory.path("there/page"), page));
    CHECK(is_refused("-", "/dev/stdout"));
    directory.write("page", "older");
    CHECK(is_refused(page, directory.path("link")));
    CHECK(directory.read("page") == "older");
    CHECK_FALSE(is_refused(directory.path("other"), page));
  }

  TEST_CASE("options can be set by the environment") {
    const auto ended = report({"-"}, lines_of_json({ok_result("a", 1)}),
                              {{"SMOLFLEET_OUTPUT", "-"}, {"SMOLFLEET_TITLE", "From outside"}});
    CHECK(ended.out.find("<title>From outside</title>") != std::string::npos);
  }
}
