// RFC 9112, as far as one GET without a body goes.
#include "metrics/visit.hpp"

#include <fmt/format.h>

namespace smolfleet::metrics {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::string_view plain = "text/plain; charset=utf-8";
constexpr std::string_view exposition = "text/plain; version=0.0.4; charset=utf-8";

std::string answer(std::string_view status, std::string_view type, std::string_view body,
                   std::string_view more = {}) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}",
      status, type, body.size(), more, body);
}

std::string without_body(std::string answer) {
  answer.resize(answer.find(end_of_head) + end_of_head.size());
  return answer;
}

struct RequestLine {
  std::string_view method;
  std::string_view path;
  bool is_http = false;
};

RequestLine request_line(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  const auto method_end = line.find(' ');
  const auto path_end = line.rfind(' ');
  if (method_end == std::string_view::npos || path_end == method_end) return {};
  const auto target = line.substr(method_end + 1, path_end - method_end - 1);
  return {.method = line.substr(0, method_end),
          .path = target.substr(0, target.find('?')),
          .is_http = line.substr(path_end + 1).starts_with("HTTP/1.")};
}

}  // namespace

bool is_read(std::string_view head) {
  return head.size() > longest_head || head.find(end_of_head) != std::string_view::npos;
}

std::string answer_to(std::string_view head, const std::function<std::string()>& text) {
  if (head.size() > longest_head)
    return answer("431 Request Header Fields Too Large", plain, "The request is too long.\n");
  const auto request = request_line(head);
  if (!request.is_http) return answer("400 Bad Request", plain, "This is no HTTP request.\n");
  const bool is_head = request.method == "HEAD";
  if (!is_head && request.method != "GET") {
    return answer("405 Method Not Allowed", plain, "Metrics can only be read.\n",
                  "Allow: GET, HEAD\r\n");
  }
  auto found = request.path == "/metrics"
                   ? answer("200 OK", exposition, text())
                   : answer("404 Not Found", plain, "The metrics are at /metrics.\n");
  return is_head ? without_body(std::move(found)) : found;
}

}  // namespace smolfleet::metrics
